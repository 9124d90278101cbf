/* hv/trap/panic.c and cause.c: what the hypervisor leaves of its own end. Each test dies in a
 * process of its own, since a second panic is told from the first. */
#include "trap/panic.h"

#include "abi/monitor.h"
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "test.h"
#include "trap/cause.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern struct panic_report panic_report;
extern char __image_start[], __text_end[];
_Noreturn void real_panic(const char *template, ...);
_Noreturn void real_panic_trap(const struct trap_frame *frame);

/* What a process has seen of its end. */
static struct seen {
    struct panic_report report;
    char written[4096];
    bool stopped, failure;
    uint32_t panicked;
    struct trace_record record;
} * seen;

static void dies(void (*of)(void))
{
    fflush(NULL);
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    if (child == 0) {
        machine_begin(1);
        machine_forget_written();
        fake_reset(true);
        seen->stopped = STOPS_THE_MACHINE(of());
        seen->failure = fake_stop_failure;
        seen->report = panic_report;
        seen->panicked = monitor.panicked;
        seen->record = fake_last_record();
        memcpy(seen->written, fake_machine.written, sizeof seen->written - 1);
        _exit(0);
    }
    int status = 0;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT_TRUE(seen->stopped && seen->failure);
}

static void forget(void)
{
    munmap(seen, sizeof *seen);
}

static void of_a_bug(void)
{
    real_panic("%d is not %s", 5, "six");
}

static void a_panic_is_told_and_left(void)
{
    dies(of_a_bug);
    CU_ASSERT_STRING_EQUAL(seen->written, "panic: 5 is not six\npanic: backtrace\n");
    CU_ASSERT_EQUAL(memcmp(seen->report.magic, PANIC_MAGIC, 8), 0);
    CU_ASSERT_STRING_EQUAL(seen->report.message, "5 is not six");
    CU_ASSERT_EQUAL(seen->report.trapped, 0);
    CU_ASSERT_EQUAL(seen->panicked, 1);
    CU_ASSERT_EQUAL(seen->record.event, TRACE_PANIC);
    CU_ASSERT_EQUAL(seen->record.vm, TRACE_NO_VM);
    CU_ASSERT_EQUAL(seen->record.vcpu, TRACE_NO_VM);
    CU_ASSERT_EQUAL(seen->record.arg, 0);
    CU_ASSERT_EQUAL(seen->record.a | seen->record.b, 0);
    forget();
}

/*
 * A stack as the hypervisor's own code leaves it, from the bottom: a function that calls nothing
 * has its caller's frame pointer alone, at fp - 8, the others the return address there and the
 * frame pointer at fp - 16.
 */
static uint64_t stack[80];
#define AT(index)    ((uint64_t)(uintptr_t)&stack[index])
#define TEXT(offset) ((uint64_t)(uintptr_t)__image_start + (offset))

static struct trap_frame frame;

static void of_a_trap(void)
{
    frame = (struct trap_frame){
        .sepc = TEXT(0x10), .scause = EXC_LOAD_PAGE_FAULT, .stval = 0xdead0, .sstatus = 0x100};
    for (unsigned i = 0; i < 32; i++)
        frame.x[i] = 0x1000000000000001ull * i;
    frame.x[1] = TEXT(0x20);
    frame.x[8] = AT(8);
    harts[0].stack_bottom = AT(0);
    harts[0].stack_top = AT(60);
    stack[7] = AT(16);   /* a leaf's: no return address */
    stack[15] = TEXT(0); /* the first byte of the code */
    stack[14] = AT(24);
    stack[23] = TEXT(0x1232); /* the last */
    stack[22] = AT(60);       /* the topmost frame */
    stack[59] = TEXT(0x40);
    stack[58] = AT(60); /* which leads nowhere */
    real_panic_trap(&frame);
}

static void a_trap_is_told_with_registers_and_backtrace(void)
{
    static const uint64_t offsets[] = {0x10, 0x20, 0, 0x1232, 0x40};
    char expected[200];

    dies(of_a_trap);
    const char *text = seen->written;
    snprintf(expected, sizeof expected,
             "panic: unexpected trap: EXC_LOAD_PAGE_FAULT, load from a page not mapped for it\n"
             "panic: EXC_LOAD_PAGE_FAULT (load from a page not mapped for it), sepc 0x%lx, stval "
             "0xdead0, sstatus 0x100\n",
             (unsigned long)TEXT(0x10));
    CU_ASSERT_EQUAL(strncmp(text, expected, strlen(expected)), 0);
    text += strlen(expected);
    snprintf(expected, sizeof expected,
             "panic:   ra   %016lx  sp   2000000000000002  gp   3000000000000003  tp   "
             "4000000000000004\n",
             (unsigned long)TEXT(0x20));
    CU_ASSERT_EQUAL(strncmp(text, expected, strlen(expected)), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "panic:   t0   5000000000000005  t1   6000000000000006  t2   "
                                  "7000000000000007  s0   "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "\npanic:   t4   d00000000000001d  t5   e00000000000001e  t6   "
                                  "f00000000000001f\npanic: backtrace"));
    CU_ASSERT_EQUAL(seen->report.trapped, 1);
    CU_ASSERT_EQUAL(seen->report.scause, EXC_LOAD_PAGE_FAULT);
    CU_ASSERT_EQUAL(seen->report.sepc, TEXT(0x10));
    CU_ASSERT_EQUAL(seen->report.stval, 0xdead0);
    CU_ASSERT_EQUAL(seen->report.x[31], 0xf00000000000001f);
    for (unsigned i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(seen->report.backtrace[i], TEXT(offsets[i]));
    CU_ASSERT_EQUAL(seen->report.backtrace[5], 0);
    char *at = expected + snprintf(expected, sizeof expected, "panic: backtrace");
    for (unsigned i = 0; i < 5; i++)
        at += sprintf(at, " 0x%lx", (unsigned long)TEXT(offsets[i]));
    strcpy(at, "\n");
    CU_ASSERT_STRING_EQUAL(strstr(text, "panic: backtrace"), expected);
    CU_ASSERT_EQUAL(seen->record.event, TRACE_PANIC);
    CU_ASSERT_EQUAL(seen->record.vm, TRACE_NO_VM);
    CU_ASSERT_EQUAL(seen->record.vcpu, TRACE_NO_VM);
    CU_ASSERT_EQUAL(seen->record.arg, EXC_LOAD_PAGE_FAULT);
    CU_ASSERT_EQUAL(seen->record.a, TEXT(0x10));
    CU_ASSERT_EQUAL(seen->record.b, 0xdead0);
    forget();
}

/* Where the walk must stop: at these frame pointers, or after these return addresses. */
static uint64_t frame_pointer;

static void of_a_broken_stack(void)
{
    frame = (struct trap_frame){.sepc = TEXT(0x10), .scause = EXC_BREAKPOINT};
    frame.x[1] = TEXT(0x20);
    frame.x[8] = frame_pointer;
    harts[0].stack_bottom = AT(4);
    harts[0].stack_top = AT(40);
    for (unsigned i = 0; i < 64; i += 2) { /* each frame leads to the next */
        stack[i] = AT(i + 4);
        stack[i + 1] = TEXT(0x80);
    }
    stack[7] = (uint64_t)(uintptr_t)__text_end; /* just behind the code */
    real_panic_trap(&frame);
}

static void breaks_off(uint64_t at, unsigned count)
{
    frame_pointer = at;
    dies(of_a_broken_stack);
    for (unsigned i = 2; i < PANIC_BACKTRACE; i++)
        CU_ASSERT_EQUAL(seen->report.backtrace[i], i < 2 + count ? TEXT(0x80) : 0);
    unsigned shown = 0;
    for (const char *at = strstr(seen->written, "panic: backtrace"); (at = strstr(at, " 0x")); at++)
        shown++;
    CU_ASSERT_EQUAL(shown, 2 + count);
    forget();
}

static void a_backtrace_stays_in_the_stack(void)
{
    breaks_off(AT(40), 1);
    breaks_off(AT(42), 0);
    breaks_off(AT(38) + 4, 0);
    breaks_off(AT(34), 4);
    breaks_off(AT(10), 14); /* as many as there is room for */
    breaks_off(AT(6), 1);   /* the lowest */
    breaks_off(AT(5), 0);
    breaks_off(AT(8), 0); /* its return address is none, and its caller's frame pointer neither */
}

static bool both_stop(void)
{
    machine_begin(1);
    bool stopped = STOPS_THE_MACHINE(of_a_bug()) && fake_stop_failure;
    machine_forget_written();
    stopped = stopped && STOPS_THE_MACHINE(of_a_trap()) && fake_stop_failure;
    return stopped &&
           strcmp(fake_machine.written, "panic: again, while reporting the first\n") == 0;
}

static void a_panic_within_a_panic_says_one_thing(void)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(both_stop() ? 0 : 1);
    int status = 1;
    waitpid(child, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
}

/* Causes */

static void every_cause_has_its_name(void)
{
    static const struct {
        uint64_t cause;
        const char *name, *words;
    } causes[] = {
        {0, "EXC_INST_MISALIGNED", "jump to an odd address"},
        {1, "EXC_INST_ACCESS", "instruction fetch from where there is no memory"},
        {2, "EXC_INST_ILLEGAL", "illegal instruction"},
        {3, "EXC_BREAKPOINT", "ebreak"},
        {4, "EXC_LOAD_MISALIGNED", "misaligned load"},
        {5, "EXC_LOAD_ACCESS", "load from where there is no memory"},
        {6, "EXC_STORE_MISALIGNED", "misaligned store"},
        {7, "EXC_STORE_ACCESS", "store to where there is no memory"},
        {8, "EXC_SYSCALL", "ecall from user mode"},
        {9, "EXC_HYPERVISOR_SYSCALL", "ecall from the hypervisor"},
        {10, "EXC_SUPERVISOR_SYSCALL", "ecall from a guest"},
        {12, "EXC_INST_PAGE_FAULT", "instruction fetch from a page not mapped for it"},
        {13, "EXC_LOAD_PAGE_FAULT", "load from a page not mapped for it"},
        {15, "EXC_STORE_PAGE_FAULT", "store to a page not mapped for it"},
        {20, "EXC_INST_GUEST_PAGE_FAULT",
         "guest's instruction fetch, not mapped in its second stage"},
        {21, "EXC_LOAD_GUEST_PAGE_FAULT", "guest's load, not mapped in its second stage"},
        {22, "EXC_VIRTUAL_INST_FAULT", "virtual instruction"},
        {23, "EXC_STORE_GUEST_PAGE_FAULT", "guest's store, not mapped in its second stage"},
        {1ull << 63 | 1, "IRQ_S_SOFT", "software interrupt"},
        {1ull << 63 | 2, "IRQ_VS_SOFT", "guest's software interrupt"},
        {1ull << 63 | 5, "IRQ_S_TIMER", "timer interrupt"},
        {1ull << 63 | 6, "IRQ_VS_TIMER", "guest's timer interrupt"},
        {1ull << 63 | 9, "IRQ_S_EXT", "external interrupt"},
        {1ull << 63 | 10, "IRQ_VS_EXT", "guest's external interrupt"},
        {1ull << 63 | 12, "IRQ_S_GEXT", "guest external interrupt"},
        {11, "unknown", "a cause that the specification does not name"},
        {24, "unknown", "a cause that the specification does not name"},
        {1ull << 63, "unknown", "a cause that the specification does not name"},
        {1ull << 63 | 13, "unknown", "a cause that the specification does not name"},
    };

    for (unsigned i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        CU_ASSERT_STRING_EQUAL(cause_name(causes[i].cause), causes[i].name);
        CU_ASSERT_STRING_EQUAL(cause_words(causes[i].cause), causes[i].words);
    }
}

TEST_SUITE(hv_panic, {"a panic is told and left", a_panic_is_told_and_left},
           {"a trap is told with registers and backtrace",
            a_trap_is_told_with_registers_and_backtrace},
           {"a backtrace stays in the stack", a_backtrace_stays_in_the_stack},
           {"a panic within a panic says one thing", a_panic_within_a_panic_says_one_thing},
           {"every cause has its name", every_cause_has_its_name});
