/*
 * The one header between the portable hypervisor and the machine: CSRs, fences, clock,
 * firmware, world switch. Portable code includes this and nothing else of metal/; native tests
 * put fakes in its place.
 */
#ifndef HV_METAL_METAL_H
#define HV_METAL_METAL_H

#include "abi/trace.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hart;
struct vcpu;

/* ---- this hart ---- */

/* Functions of an instruction or two, which would cost more to call than to do: on the machine
 * metal/inline.h has them, native tests define them as any other. */
#ifdef __riscv
#define METAL_INLINE static inline
#else
#define METAL_INLINE extern
#endif

METAL_INLINE struct hart *this_hart(void);
/* Ticks of the `time` CSR. */
METAL_INLINE uint64_t clock_now(void);
/* Shows a trace record to readers: stores the ring's new head when all of the record is sure to be
 * seen by whoever sees it. Unlike C's release order it leaves the compiler what it knows of other
 * memory. */
METAL_INLINE void trace_publish(struct trace_ring *ring, uint64_t head,
                                const struct trace_record *record);

/* Looks which of the optional parts the hart has; to be called once before the rest. */
void hart_probe(void);
bool hart_has_hypervisor(void); /* the H extension */
extern bool machine_has_sstc;
static inline bool hart_has_sstc(void) /* stimecmp and vstimecmp */
{
    return machine_has_sstc;
}
extern bool machine_has_aia; /* vsiselect: Ssaia, of which a guest can reach no more */
unsigned hart_vmid_bits(void);

/* Sets this hart up for guests: counters, interrupts enabled for HS. */
void hart_setup(void);
/* Takes back this hart's IRQ_S_SOFT. */
METAL_INLINE void hart_soft_clear(void);
/* Hands the guest's own exceptions and interrupts to it: hedeleg and hideleg. */
void hart_delegate(void);
/* Asks for IRQ_S_TIMER at `deadline` (ticks); replaces the one asked before. UINT64_MAX: none. */
METAL_INLINE void clock_arm(uint64_t deadline);
/* Waits until an interrupt is pending, without taking it; one of the guest whose context is loaded
 * counts, too. */
METAL_INLINE void hart_wait(void);
/* Likewise, and at `deadline` at the latest: also on a hart that is not set up yet. Takes the clock
 * from whoever had armed it. */
METAL_INLINE void hart_wait_until(uint64_t deadline);
/* One look in a loop of them: others on the same core go first. */
METAL_INLINE void hart_relax(void);
/* Waits for ever; nothing wakes it. */
_Noreturn void hart_park(void);
/* Pending and enabled HS interrupts, one bit each (1 << IRQ_S_TIMER …). */
METAL_INLINE uint64_t hart_pending(void);

/* ---- the guest whose context is loaded ---- */

/* Runs the guest from vcpu->x and pc until it traps; returns the vcpu, whose trap it was, and
 * scause in *cause. VS CSRs and FP are those that are loaded.
 *
 * The function underneath, vcpu_enter (metal/world_switch.S), keeps none of s0 … s11. Saying so
 * to the one caller, which never returns and holds nothing across the call, spares every exit
 * 24 loads and stores. */
METAL_INLINE struct vcpu *guest_run(struct vcpu *vcpu, uint64_t *cause);
METAL_INLINE uint64_t trap_cause(void); /* scause again, while its exit is handled */

/* Moves VS CSRs between the hart and vcpu->context. */
void context_save(struct vcpu *vcpu);
void context_load(struct vcpu *vcpu);
/* Puts a second stage into force, before the context of one of its VM's vCPUs is loaded. */
void second_stage_load(uint64_t hgatp);
/* No guest is loaded any more: its second stage may go away. */
void context_unload(void);
/* What a vCPU's context is at its start: spec chapter "Hart State Management" of SBI. */
void context_reset(struct vcpu *vcpu);

/* Moves the floating-point registers and fcsr between the hart and vcpu->fp. */
void fp_save(struct vcpu *vcpu); /* fp_state() is not OFF */
void fp_load(struct vcpu *vcpu); /* leaves the state DIRTY */
/* HS-mode's sstatus.FS, which governs the guest beside its own vsstatus.FS, and is the
 * hypervisor's record of what the FP registers hold: OFF: not this guest's; CLEAN: its own, as
 * in vcpu->fp; DIRTY: its own, newer than vcpu->fp. */
enum fp_state { FP_OFF, FP_INITIAL, FP_CLEAN, FP_DIRTY };
METAL_INLINE enum fp_state fp_state(void);
METAL_INLINE void fp_state_set(enum fp_state state);
bool fp_on_in_guest(void); /* the guest itself has FP switched on */

/* What a trap says beyond its cause; valid in the exit's handler. */
struct trap_detail {
    uint64_t stval;
    uint64_t htval;  /* for causes 20, 21, 23: guest-physical address >> 2, else stale */
    uint64_t htinst; /* transformed instruction, or 0 */
};
METAL_INLINE void trap_detail_read(struct trap_detail *detail);
METAL_INLINE uint64_t trap_stval(void); /* one of them alone */
METAL_INLINE uint64_t trap_htval(void);
/* Did the guest run in VS-mode when it trapped (else VU)? */
METAL_INLINE bool trap_from_supervisor(void);
/* Reads the 32 bits at a guest-virtual address, which the loaded guest could fetch in the mode that
 * it trapped from. False: the machine does not read them so; memory/guest_virtual.c may know why.
 */
bool guest_fetch_word(uint64_t gva, uint32_t *word);

/* Makes the loaded guest take an exception when it is entered: vsepc, vscause, vstval,
 * vsstatus as the hardware would set them; vcpu->pc becomes its vstvec. */
void guest_take_exception(struct vcpu *vcpu, uint64_t cause, uint64_t stval);

/* Sets or clears bits of hvip (1 << IRQ_VS_SOFT, IRQ_VS_TIMER, IRQ_VS_EXT). */
METAL_INLINE void guest_interrupt_set(uint64_t bits);
METAL_INLINE void guest_interrupt_clear(uint64_t bits);
/* Interrupts that are pending, or enabled, for the loaded guest, as bits of hip and hie. */
METAL_INLINE uint64_t guest_interrupts_pending(void);
METAL_INLINE uint64_t guest_interrupts_enabled(void);
/* vstimecmp of the loaded guest, in guest time; only where hart_has_sstc(). */
METAL_INLINE uint64_t guest_timer_read(void);
METAL_INLINE void guest_timer_write(uint64_t deadline);
uint64_t guest_scounteren(void);
/* The hart's cycle (0xC00) or instret (0xC02) counter. */
uint64_t hart_counter(unsigned csr);
/* vsatp of the loaded guest. */
uint64_t guest_satp(void);

/* ---- fences ---- */

void hfence_gvma_all(void);
METAL_INLINE void hfence_gvma_vmid(uint16_t vmid);
METAL_INLINE void hfence_gvma_page(uint64_t gpa, uint16_t vmid);
/* VS-stage translations of the VM whose hgatp is loaded. */
void hfence_vvma_all(void);
void hfence_vvma_page(uint64_t gva);
void hfence_vvma_asid_all(uint64_t asid);
void hfence_vvma_asid_page(uint64_t gva, uint64_t asid);
METAL_INLINE void instruction_fence(void); /* fence.i */

/* ---- firmware and board ---- */

/* Has the firmware start a hart that it holds, at `entry` in HS-mode, translation off, with
 * a0 = hart, a1 = opaque. 0, or SBI's error; 0 says that it will come, not that it is there. */
int64_t firmware_hart_start(uint64_t hart, uint64_t entry, uint64_t opaque);
/* Raises IRQ_S_SOFT on that hart. */
void firmware_send_ipi(uint64_t hart);
/* Sends one byte through the firmware's console. */
void firmware_putchar(char byte);
/* Ends the machine; QEMU's exit status tells failure. */
_Noreturn void machine_stop(bool failure);

/* The board's ns16550a, if it has one. */
void uart_open(uint64_t base);
void uart_putchar(char byte);
int uart_getchar(void); /* -1: nothing received */
void uart_interrupt_on(void);
/* The board's PLIC: base, and the context of this hart's supervisor mode. */
void plic_open(uint64_t base, unsigned context, unsigned source);
unsigned plic_claim(void); /* 0: none */
void plic_complete(unsigned source);

/* Address space of the hypervisor itself: identity, W^X, guard pages, devices uncached. Made once
 * and for all harts; each puts it into force for itself. */
void mapping_init(void);
void mapping_use(void);
/* Takes the page at that address of RAM out of it, before any other hart uses it. */
void mapping_guard(uint64_t page);

#ifdef __riscv
#include "metal/inline.h"
#endif

#endif
