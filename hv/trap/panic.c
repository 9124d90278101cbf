/* The hypervisor's own end, told as fully as possible: on the console and in panic_report. */
#include "trap/panic.h"
#include "abi/monitor.h"
#include "console/console.h"
#include "hart/hart.h"
#include "lib/format.h"
#include "lib/string.h"
#include "trace/trace.h"
#include "trap/cause.h"

struct panic_report panic_report;
extern char __image_start[], __text_end[];
extern struct monitor monitor __attribute__((weak));

static const char *const register_names[32] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

static bool in_text(uint64_t address)
{
    return address >= (uint64_t)__image_start && address < (uint64_t)__text_end;
}

static bool in_stack(uint64_t address)
{
    const struct hart *hart = this_hart();

    return address % 8 == 0 && address >= hart->stack_bottom + 16 && address <= hart->stack_top;
}

/* Follows frame pointers: each frame has its return address at fp - 8, its caller's fp at
 * fp - 16; one of a function that calls no other has only the latter, at fp - 8. Stops at the
 * first that does not look like one. */
static unsigned walk_frames(uint64_t *into, unsigned limit, uint64_t frame_pointer)
{
    unsigned count = 0;

    while (count < limit && in_stack(frame_pointer)) {
        const uint64_t *frame = (const uint64_t *)frame_pointer;
        bool has_return = in_text(frame[-1]);
        uint64_t callers = has_return ? frame[-2] : frame[-1];
        if (has_return)
            into[count++] = frame[-1];
        if (callers <= frame_pointer)
            break;
        frame_pointer = callers;
    }
    return count;
}

static void print_registers(const struct trap_frame *frame)
{
    print("panic: %s (%s), sepc 0x%lx, stval 0x%lx, sstatus 0x%lx\n", cause_name(frame->scause),
          cause_words(frame->scause), frame->sepc, frame->stval, frame->sstatus);
    for (int i = 1; i < 32; i++)
        print("%s%-4s %016lx%s", i % 4 == 1 ? "panic:   " : "  ", register_names[i], frame->x[i],
              i % 4 == 0 || i == 31 ? "\n" : "");
}

static void print_backtrace(void)
{
    print("panic: backtrace");
    for (int i = 0; i < PANIC_BACKTRACE && panic_report.backtrace[i]; i++)
        print(" 0x%lx", panic_report.backtrace[i]);
    print("\n");
}

/* A panic within a panic says one thing, without formatting, and stops. One of another hart while
 * the first is told of has nothing to add. */
static void enter_once(void)
{
    static const struct hart *reporting;
    static const char again[] = "panic: again, while reporting the first\n";
    const struct hart *first = NULL;

    if (__atomic_compare_exchange_n(&reporting, &first, this_hart(), false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_ACQUIRE))
        return;
    if (first != this_hart())
        hart_park();
    console_raw(again, sizeof(again) - 1);
    machine_stop(true);
}

static _Noreturn void report_and_stop(void)
{
    print_backtrace();
    REGISTRY_EACH (hv_panic, struct panic_entry, entry)
        entry->tell();
    memcpy(panic_report.magic, PANIC_MAGIC, sizeof(panic_report.magic));
    if (&monitor)
        monitor.panicked = 1;
    machine_stop(true);
}

_Noreturn void panic(const char *template, ...)
{
    va_list args;

    enter_once();
    va_start(args, template);
    text_vformat(panic_report.message, sizeof(panic_report.message), template, args);
    va_end(args);
    trace(TRACE_PANIC, TRACE_NO_VM, TRACE_NO_VM, 0, 0, 0);
    print("panic: %s\n", panic_report.message);
    walk_frames(panic_report.backtrace, PANIC_BACKTRACE, (uint64_t)__builtin_frame_address(0));
    report_and_stop();
}

_Noreturn void panic_trap(const struct trap_frame *frame)
{
    enter_once();
    text_format(panic_report.message, sizeof(panic_report.message), "unexpected trap: %s, %s",
                cause_name(frame->scause), cause_words(frame->scause));
    panic_report.trapped = 1;
    panic_report.scause = frame->scause;
    panic_report.sepc = frame->sepc;
    panic_report.stval = frame->stval;
    memcpy(panic_report.x, frame->x, sizeof(panic_report.x));
    trace(TRACE_PANIC, TRACE_NO_VM, TRACE_NO_VM, (uint32_t)frame->scause, frame->sepc,
          frame->stval);
    print("panic: %s\n", panic_report.message);
    print_registers(frame);
    panic_report.backtrace[0] = frame->sepc;
    panic_report.backtrace[1] = frame->x[1];
    walk_frames(panic_report.backtrace + 2, PANIC_BACKTRACE - 2, frame->x[8]);
    report_and_stop();
}
