/* The vCPUs of a probe: their stacks, starting the secondaries, and waiting for each other. */
#include "probe.h"

_Static_assert(offsetof(struct vcpu, hart_id) == VCPU_HART, "layout.h");
_Static_assert(offsetof(struct vcpu_area, trap_stack) == VCPU_AREA_STACK_TOP, "layout.h");
_Static_assert(offsetof(struct vcpu_area, vcpu) == VCPU_AREA_VCPU, "layout.h");
_Static_assert(offsetof(struct entry_state, sstatus) == ENTRY_SSTATUS, "layout.h");
_Static_assert(offsetof(struct entry_state, sip) == ENTRY_SIP, "layout.h");
_Static_assert(offsetof(struct entry_state, fcsr) == ENTRY_FCSR, "layout.h");
_Static_assert(offsetof(struct entry_state, f) == ENTRY_FP, "layout.h");
_Static_assert(sizeof(struct entry_state) == ENTRY_BYTES, "layout.h");
_Static_assert(offsetof(struct trap_frame, sepc) == FRAME_SEPC, "layout.h");
_Static_assert(offsetof(struct trap_frame, stval) == FRAME_STVAL, "layout.h");
_Static_assert(sizeof(struct trap_frame) == FRAME_BYTES, "layout.h");
_Static_assert(FRAME_BYTES % 16 == 0, "the stack stays aligned in the handler");

struct vcpu_area vcpu_areas[PROBE_MAX_VCPUS];

extern char secondary_start[];

int64_t vcpu_start(uint64_t hart, void (*work)(struct vcpu *), uint64_t argument)
{
    if (hart >= PROBE_MAX_VCPUS)
        probe_abandon("the probe has no room for that vCPU", hart);

    struct vcpu *vcpu = &vcpu_areas[hart].vcpu;

    vcpu->work = work;
    vcpu->argument = argument;
    vcpu->running = 0;
    vcpu->begun = 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return sbi_call(SBI_EXT_HSM, SBI_HSM_HART_START, hart, (uintptr_t)secondary_start,
                    (uintptr_t)vcpu)
        .error;
}

/* Called by entry.S on a secondary. */
_Noreturn void vcpu_begin(void)
{
    struct vcpu *self = vcpu_self();

    __atomic_store_n(&self->running, 1, __ATOMIC_RELEASE);
    __atomic_store_n(&self->begun, 1, __ATOMIC_RELEASE);
    self->work(self);
    __atomic_store_n(&self->running, 0, __ATOMIC_RELEASE);
    csr_clear(sstatus, SSTATUS_SIE);
    sbi_call(SBI_EXT_HSM, SBI_HSM_HART_STOP, 0, 0, 0);
    probe_abandon("a vCPU that stops itself runs no more", self->hart_id);
}

void vcpu_yield(void)
{
    static int has_yield = -1;

    if (has_yield < 0)
        has_yield = sbi_has(SBI_EXT_PV);
    if (has_yield)
        sbi_call(SBI_EXT_PV, SBI_PV_YIELD, 0, 0, 0);
}

/*
 * When a wait of so many milliseconds is over. At the machine's own speed its clock is the wall's,
 * which goes on while a busy host gives the machine nothing: `patience=N` makes waits N times
 * longer.
 */
static uint64_t patience_ends(uint64_t milliseconds)
{
    return time_now() + ticks_of_microseconds(milliseconds * 1000) * option_number("patience", 1);
}

void wait_at_least(volatile uint32_t *flag, uint32_t value, uint64_t milliseconds, const char *what)
{
    uint64_t deadline = patience_ends(milliseconds);

    while (__atomic_load_n(flag, __ATOMIC_ACQUIRE) < value) {
        if (time_now() > deadline)
            probe_abandon(what, *flag);
        vcpu_yield();
    }
}

void vcpu_await_begun(uint64_t hart)
{
    wait_at_least(&vcpu_areas[hart].vcpu.begun, 1, 1000, "a vCPU begins its work within a second");
}

void vcpu_await_done(uint64_t hart, uint64_t milliseconds)
{
    uint64_t deadline = patience_ends(milliseconds);

    vcpu_await_begun(hart);
    while (__atomic_load_n(&vcpu_areas[hart].vcpu.running, __ATOMIC_ACQUIRE)) {
        if (time_now() > deadline)
            probe_abandon("a vCPU does its work in time", hart);
        vcpu_yield();
    }
}
