/* Traps of a probe: welcome ones go back to who touched, others to the probe's hooks. */
#include "probe.h"

void (*on_interrupt)(struct trap_frame *frame, uint64_t number);
bool (*on_exception)(struct trap_frame *frame);

const char *cause_name(uint64_t scause)
{
    static const char *const names[] = {
        "fetch misaligned", "fetch access fault", "illegal instruction",
        "breakpoint",       "load misaligned",    "load access fault",
        "store misaligned", "store access fault", "user ecall",
        "supervisor ecall", "ecall 10",           "machine ecall",
        "fetch page fault", "load page fault",    "cause 14",
        "store page fault",
    };

    if (scause & CAUSE_INTERRUPT)
        return "interrupt";
    return scause < sizeof names / sizeof names[0] ? names[scause] : "unknown cause";
}

struct trap trap_catch(touch function, uint64_t a, uint64_t b, uint64_t c)
{
    struct vcpu *self = vcpu_self();

    self->caught = (struct trap){.cause = NO_TRAP};
    self->catching = true;
    __asm__ volatile("" ::: "memory");

    uint64_t value = function(a, b, c);

    __asm__ volatile("" ::: "memory");
    self->catching = false;

    struct trap caught = self->caught;

    caught.value = value;
    return caught;
}

static _Noreturn void trap_unexpected(uint64_t cause, uint64_t epc, uint64_t tval,
                                      const char *where)
{
    say("%s: unexpected trap%s: %s (0x%x), sepc 0x%x, stval 0x%x, vCPU %u\n", probe_name, where,
        cause_name(cause), cause, epc, tval, vcpu_self()->hart_id);
    text_copy(probe_report.why, "an unexpected trap: scause in found, sepc in expected",
              sizeof probe_report.why);
    probe_report.found = cause;
    probe_report.expected = epc;
    probe_report.code = PROBE_TRAPPED;
    __atomic_store_n(&probe_report.verdict, (uint32_t)PROBE_TRAPPED, __ATOMIC_RELEASE);
    probe_exit(PROBE_TRAPPED);
}

/* Called by trap.S with this vCPU's frame; the frame is what the vCPU goes on with. */
void trap_handle(struct trap_frame *frame)
{
    struct vcpu *self = vcpu_self();

    if (frame->scause & CAUSE_INTERRUPT) {
        if (!on_interrupt)
            trap_unexpected(frame->scause, frame->sepc, frame->stval, "");
        on_interrupt(frame, frame->scause & ~CAUSE_INTERRUPT);
        return;
    }
    if (self->catching) {
        self->caught = (struct trap){frame->scause, frame->sepc, frame->stval, 0, frame->sstatus};
        self->catching = false;
        frame->sepc = frame->x[1];
        frame->sstatus |= SSTATUS_SPP;
        return;
    }
    if (on_exception && on_exception(frame))
        return;
    trap_unexpected(frame->scause, frame->sepc, frame->stval, "");
}

/* Called by trap.S, on the emergency stack, when a trap came inside the handler. */
_Noreturn void trap_nested(uint64_t cause, uint64_t epc, uint64_t tval)
{
    struct vcpu nobody = {.hart_id = ~0ull};

    __asm__ volatile("mv tp, %0" ::"r"(&nobody));
    trap_unexpected(cause, epc, tval, " inside the trap handler");
}
