/* The hart of the fake machine, and the guest that is loaded into it: see fake_machine.h. A little
 * over 300 lines, as it stands for nearly all of metal.h. */
#include "boot/board.h"
#include "hart/secondary.h"
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "metal/metal.h"
#include "trace/trace.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define WAITS_MAX 100000

_Thread_local struct hart *fake_hart = &harts[0];
uint32_t fake_ipis;
void (*fake_on_wait)(void);

/* ---- hart and board ---- */

struct hart *this_hart(void)
{
    return fake_hart;
}

void firmware_send_ipi(uint64_t hart)
{
    fake_ipis |= 1u << hart;
}

int64_t firmware_hart_start(uint64_t hart, uint64_t entry, uint64_t opaque)
{
    if (fake_machine.starts < 4)
        fake_machine.started[fake_machine.starts++] = (struct fake_start){hart, entry, opaque};
    return hart == fake_machine.refuses ? SBI_ERR_INVALID_PARAM : 0;
}

char secondary_entry[4];

void trace_ring_reserve(unsigned hart)
{
    fake_machine.rings |= 1u << hart;
}

void mapping_use(void)
{
    fake_machine.mapping_uses++;
}

void mapping_guard(uint64_t page)
{
    if (fake_machine.guards < 8)
        fake_machine.guarded[fake_machine.guards++] = page;
}

void hart_soft_clear(void)
{
    fake_ipis &= ~(1u << fake_hart->id);
}

void hart_relax(void)
{
    sched_yield();
}

/* A hart that parks runs no more: its part of the test ends. */
void hart_park(void)
{
    if (!fake_stop_expected)
        abort();
    longjmp(fake_stop_return, 1);
}

uint64_t clock_now(void)
{
    return fake_machine.clock;
}

void clock_arm(uint64_t deadline)
{
    fake_machine.armed = deadline;
}

void trace_publish(struct trace_ring *ring, uint64_t head, const struct trace_record *record)
{
    __atomic_store_n(&ring->head, head, __ATOMIC_RELEASE);
}

uint64_t trap_stval(void)
{
    return fake_machine.stval;
}

uint64_t hart_counter(unsigned csr)
{
    return fake_machine.clock * 100 + csr;
}

unsigned hart_vmid_bits(void)
{
    return 7;
}

void hart_probe(void)
{
}

bool hart_has_hypervisor(void)
{
    return !fake_machine.lacks_hypervisor;
}

/* ---- the loaded guest ---- */

void context_save(struct vcpu *vcpu)
{
    vcpu->context.hvip = fake_machine.loaded.pending;
    vcpu->context.vsie = fake_machine.loaded.enabled >> 1;
    vcpu->context.vstimecmp = fake_machine.loaded.vstimecmp;
}

void context_load(struct vcpu *vcpu)
{
    fake_machine.loaded.pending = vcpu->context.hvip;
    fake_machine.loaded.enabled = vcpu->context.vsie << 1;
    fake_machine.loaded.vstimecmp = vcpu->context.vstimecmp;
}

void context_reset(struct vcpu *vcpu)
{
    uint64_t htimedelta = vcpu->context.htimedelta;

    vcpu->context = (struct guest_context){.htimedelta = htimedelta, .vstimecmp = UINT64_MAX};
    fake_machine.resets++;
}

void guest_interrupt_set(uint64_t bits)
{
    fake_machine.loaded.pending |= bits;
}

void guest_interrupt_clear(uint64_t bits)
{
    fake_machine.loaded.pending &= ~bits;
}

uint64_t guest_interrupts_pending(void)
{
    return fake_machine.loaded.pending;
}

uint64_t guest_interrupts_enabled(void)
{
    return fake_machine.loaded.enabled;
}

uint64_t guest_timer_read(void)
{
    return fake_machine.loaded.vstimecmp;
}

void guest_timer_write(uint64_t deadline)
{
    fake_machine.loaded.vstimecmp = deadline;
}

void guest_take_exception(struct vcpu *vcpu, uint64_t cause, uint64_t stval)
{
    vcpu->context.vscause = cause;
    vcpu->context.vstval = stval;
}

uint64_t trap_cause(void)
{
    return fake_machine.trap_cause;
}

uint64_t trap_htval(void)
{
    return fake_machine.trap_htval;
}

uint64_t guest_satp(void)
{
    return fake_machine.satp;
}

uint64_t guest_scounteren(void)
{
    return fake_machine.scounteren;
}

bool trap_from_supervisor(void)
{
    return !fake_machine.from_user;
}

void trap_detail_read(struct trap_detail *detail)
{
    *detail =
        (struct trap_detail){fake_machine.stval, fake_machine.trap_htval, fake_machine.trap_htinst};
}

bool guest_fetch_word(uint64_t gva, uint32_t *word)
{
    *word = fake_machine.word;
    return fake_machine.word != 0 && gva == fake_machine.word_at;
}

void context_unload(void)
{
    fake_machine.unloads++;
}

enum fp_state fp_state(void)
{
    return fake_machine.fp;
}

void fp_state_set(enum fp_state state)
{
    fake_machine.fp = state;
}

bool fp_on_in_guest(void)
{
    return fake_machine.fp_on_in_guest;
}

void fp_save(struct vcpu *vcpu)
{
    vcpu->fp = fake_machine.fp_registers;
}

void fp_load(struct vcpu *vcpu)
{
    fake_machine.fp_registers = vcpu->fp;
    fake_machine.fp = FP_DIRTY;
}

/* ---- the run loop ---- */

jmp_buf fake_run_return;

struct vcpu *guest_run(struct vcpu *vcpu, uint64_t *cause)
{
    if (fake_machine.guest == NULL || !fake_machine.guest(vcpu, cause))
        longjmp(fake_run_return, 1);
    fake_machine.trap_cause = *cause;
    return vcpu;
}

void hart_wait_until(uint64_t deadline)
{
    clock_arm(deadline);
    hart_wait();
}

void hart_wait(void)
{
    if (fake_machine.waits++ == WAITS_MAX)
        abort(); /* nobody will ever wake it */
    if (fake_on_wait != NULL)
        fake_on_wait();
}

uint64_t hart_pending(void)
{
    return fake_machine.hart_pending;
}

/* ---- fences ---- */

void hfence_vvma_all(void)
{
    fake_machine.hfence_vvma_all++;
    fake_tlb_forget_first();
}

void hfence_vvma_page(uint64_t gva)
{
    fake_machine.hfence_vvma_page++;
    fake_machine.last_fence_address = gva;
}

void hfence_vvma_asid_all(uint64_t asid)
{
    (void)asid;
    fake_machine.hfence_vvma_asid++;
}

void hfence_vvma_asid_page(uint64_t gva, uint64_t asid)
{
    (void)asid;
    fake_machine.hfence_vvma_asid++;
    fake_machine.last_fence_address = gva;
}

void instruction_fence(void)
{
    fake_machine.fence_i++;
}
