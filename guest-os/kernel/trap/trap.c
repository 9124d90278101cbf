/* Sends each trap to the handler that registered for its cause. */
#include "trap/trap.h"

#include "boot/csr.h"
#include "boot/hart.h"
#include "boot/init.h"
#include "process/process.h"
#include "sbi/console.h"
#include "sbi/stop.h"

#define EMERGENCY_STACK_BYTES 4096

extern char trap_vector[];
extern const struct trap_entry __trap_start[], __trap_end[];

const char *trap_name(uint64_t cause)
{
    static const char *const names[] = {
        [0] = "EXC_INST_MISALIGNED",  [1] = "EXC_INST_ACCESS",      [2] = "EXC_INST_ILLEGAL",
        [3] = "EXC_BREAKPOINT",       [4] = "EXC_LOAD_MISALIGNED",  [5] = "EXC_LOAD_ACCESS",
        [6] = "EXC_STORE_MISALIGNED", [7] = "EXC_STORE_ACCESS",     [8] = "EXC_SYSCALL",
        [12] = "EXC_INST_PAGE_FAULT", [13] = "EXC_LOAD_PAGE_FAULT", [15] = "EXC_STORE_PAGE_FAULT",
    };
    if (cause & CAUSE_INTERRUPT)
        return "an interrupt";
    if (cause >= sizeof(names) / sizeof(names[0]) || !names[cause])
        return "an unknown exception";
    return names[cause];
}

static trap_handler *handler_for(uint64_t cause)
{
    for (const struct trap_entry *entry = __trap_start; entry < __trap_end; entry++) {
        if (entry->cause == cause)
            return entry->handler;
    }
    return NULL;
}

/*
 * The C half of the vector for traps from user mode: gives the trap to its handler, or ends the
 * process if there is none; then back to the program, by way of the scheduler if need be.
 */
_Noreturn void trap_from_user(struct trap_frame *frame)
{
    uint64_t cause = csr_read(scause), stval = csr_read(stval);
    trap_handler *handler = handler_for(cause);
    if (handler)
        handler(frame, stval);
    else
        process_fault(frame, cause, stval);
    process_resume(frame);
}

void trap_poll_interrupts(void)
{
    uint64_t pending = csr_read(sip) & csr_read(sie);
    for (uint64_t number = 0; pending >> number; number++) {
        trap_handler *handler = handler_for(CAUSE_INTERRUPT | number);
        if ((pending >> number & 1) && handler)
            handler(NULL, 0);
    }
}

/* A trap in the kernel is a bug of the kernel: shows the registers and stops. */
_Noreturn void trap_from_kernel(const uint64_t *registers)
{
    static const char *const names[32] = {
        "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
        "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
        "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    };
    for (int i = 1; i < 32; i++)
        printf("%4s %16lx%s", names[i], registers[i], i % 4 == 3 ? "\n" : "  ");
    panic("%s in the kernel at pc %p, address %p", trap_name(csr_read(scause)),
          (void *)csr_read(sepc), (void *)csr_read(stval));
}

static void trap_init(void)
{
    static char emergency_stack[EMERGENCY_STACK_BYTES] __attribute__((aligned(16)));
    this_hart()->emergency_sp = (uint64_t)emergency_stack + sizeof(emergency_stack);
    csr_write(sscratch, 0);
    csr_write(stvec, (uint64_t)trap_vector);
}
RIDER_INIT(INIT_TRAP, trap_init);
