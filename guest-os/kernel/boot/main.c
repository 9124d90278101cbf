/*
 * The C half of start-up: clears .bss, keeps what the firmware handed over and runs what the
 * other files registered, stage by stage. It knows none of them.
 */
#include "boot/hart.h"
#include "boot/init.h"

struct boot_facts boot_facts;
struct hart harts[MAX_HARTS];

extern uint64_t __bss_start[], __bss_end[]; /* aligned to 8 by rider.ld */
extern const struct init_entry __init_start[], __init_end[];

/* Sets every byte of [__bss_start, __bss_end) to zero. The stack lies outside that range. */
static void clear_bss(void)
{
    for (volatile uint64_t *word = __bss_start; word < __bss_end; word++)
        *word = 0;
}

/* Runs all registered entries from __init_start up to __init_end, in that order. */
static void run_init_stages(void)
{
    for (const struct init_entry *entry = __init_start; entry < __init_end; entry++)
        entry->run();
}

/*
 * Where _start goes. hart_id, device_tree: as the firmware put them in a0 and a1.
 * Returns only when nothing that was registered keeps the hart for itself.
 */
void kernel_main(uint64_t hart_id, uint64_t device_tree)
{
    clear_bss();
    boot_facts.hart_id = hart_id;
    boot_facts.device_tree = device_tree;
    this_hart()->id = hart_id;
    run_init_stages();
}
