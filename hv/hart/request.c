/* Requests between harts: a word in the hart's structure, and the machine's IPI. */
#include "hart/request.h"
#include "hart/hart.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vcpu/vcpu.h"

void hart_request(struct hart *hart, uint32_t what)
{
    if (hart == this_hart()) {
        hart->before_entry |= what;
        return;
    }
    /* Who finds something there already has an IPI before it that the other has not taken yet. */
    if (__atomic_fetch_or(&hart->requests, what, __ATOMIC_SEQ_CST) == 0)
        firmware_send_ipi(hart->id);
}

/* Another hart panics: this one shows where it is, and runs no more. */
static _Noreturn void stop(struct hart *hart)
{
    __atomic_store_n(&hart->state, HART_STOPPED, __ATOMIC_RELEASE);
    hart_park();
}

/* The IPI is taken back first: a request that comes later brings another. */
static void exit_soft(struct vcpu *vcpu)
{
    struct hart *hart = this_hart();

    hart_soft_clear();
    uint32_t what = __atomic_exchange_n(&hart->requests, 0, __ATOMIC_SEQ_CST);
    if (what & ENTRY_STOP)
        stop(hart);
    hart->before_entry |= what;
}

HV_EXIT(CAUSE_INTERRUPT | IRQ_S_SOFT, exit_soft);
