/* Sources of the hypervisor whose functions the other tests have fakes for are included by their
 * own test under these names; what such a file registers stays out of the fake machine's boot. */
#include "boot/init.h"
#include "boot/options.h"

#undef HV_INIT
#define HV_INIT(stage_, function_)                                                                 \
    static void (*const init_##function_)(void) __attribute__((unused)) = function_
#undef HV_OPTION
#define HV_OPTION(name_)

#define panic              real_panic
#define panic_trap         real_panic_trap
#define trace_header       real_trace_header
#define trace_write        real_trace_write
#define trace_ring_init    real_trace_ring_init
#define trace_ring_reserve real_trace_ring_reserve
#define mapping_init       real_mapping_init
#define mapping_use        real_mapping_use
#define mapping_guard      real_mapping_guard
