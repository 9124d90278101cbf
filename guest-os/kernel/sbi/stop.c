/* How Rider ends: by order, for want of anything to run, or in panic. */
#include "sbi/stop.h"

#include <stdarg.h>
#include <stdbool.h>

#include "boot/csr.h"
#include "boot/hart.h"
#include "boot/init.h"
#include "lib/format.h"
#include "sbi/console.h"
#include "sbi/sbi.h"

#define BACKTRACE_MOST 16

extern char __image_start[], __rodata_start[];

_Noreturn void machine_stop(uint64_t code)
{
    if (sbi_probe(SBI_EXT_PV))
        sbi_call(SBI_EXT_PV, SBI_PV_EXIT, (long)code, 0, 0);
    if (sbi_probe(SBI_EXT_SRST)) {
        long reason = code ? SBI_SRST_REASON_FAILURE : SBI_SRST_REASON_NONE;
        sbi_call(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_SHUTDOWN, reason, 0);
    }
    sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0);
    for (;;)
        wait_for_interrupt();
}

static bool is_text(uint64_t address)
{
    return address >= (uint64_t)__image_start && address < (uint64_t)__rodata_start;
}

/*
 * Prints the return addresses of the frames that begin at frame_pointer (register s0), the
 * innermost first. s0 - 8 holds the return address and s0 - 16 the caller's s0; a function that
 * calls none keeps no return address, and has the caller's s0 at s0 - 8.
 */
static void backtrace(uint64_t frame_pointer)
{
    for (int depth = 0; depth < BACKTRACE_MOST; depth++) {
        if (frame_pointer & 7 || frame_pointer < (uint64_t)harts)
            return;
        const uint64_t *frame = (const uint64_t *)frame_pointer;
        bool leaf = !is_text(frame[-1]);
        if (!leaf)
            printf("    called from %p\n", (void *)frame[-1]);
        frame_pointer = leaf ? frame[-1] : frame[-2];
    }
}

static void emit_character(void *sink, char character)
{
    (void)sink;
    console_write(&character, 1);
}

_Noreturn void panic(const char *format, ...)
{
    static bool panicking;
    if (panicking)
        machine_stop(PANIC_CODE);
    panicking = true;

    va_list arguments;
    printf("rider: panic: ");
    va_start(arguments, format);
    format_write(emit_character, 0, format, arguments);
    va_end(arguments);
    printf("\n");
    backtrace((uint64_t)__builtin_frame_address(0));
    machine_stop(PANIC_CODE);
}

/* No stage before took the hart for good: a kernel without processes has done its work. */
static void nothing_to_run(void)
{
    printf("rider: nothing to run\n");
    machine_stop(0);
}
RIDER_INIT(INIT_END, nothing_to_run);
