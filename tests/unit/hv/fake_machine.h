/*
 * A machine of one hart under the portable hypervisor, natively: RAM is an arena, VMs come from
 * a made bundle, and the CSRs of the loaded guest are variables. Guests have no code: a test
 * plays the guest, by putting a call into a vCPU's registers.
 */
#ifndef TESTS_UNIT_HV_FAKE_MACHINE_H
#define TESTS_UNIT_HV_FAKE_MACHINE_H

#include "boot/board.h"
#include "boot/init.h"
#include "hart/hart.h"
#include "hart/work.h"
#include "hv/bundle_maker.h"
#include "sbi/sbi.h"
#include "vm/vm.h"
#include <setjmp.h>

#define GUEST_RAM BUNDLE_GUEST_RAM_BASE
#define GUEST_END (GUEST_RAM + (1 << 20)) /* behind the RAM of each VM */

/* Makes the machine with `count` running VMs; VM n has n + 1 vCPUs, of which 0 is started. The
 * VM of number 0 has the turn, unless machine_enter says otherwise. */
void machine_begin(unsigned count);
void machine_end(void);
/* The same up to the bundle fake_bundle, of `count` VMs, none of which is made. */
void machine_prepare(unsigned count);
extern struct maker fake_bundle;
/* Runs the hypervisor's own functions of that stage. */
void machine_init(enum init_stage stage);
/* Begins anew, with the VMs as machine_begin made them, in far less time. */
void machine_again(void);
/* Types at the machine's console. */
void machine_type(const char *text);
void machine_forget_written(void);
/* Gives the hart to a vCPU, as a switch does. */
void machine_enter(struct vcpu *vcpu);

/* Makes the SBI call with arguments a0 … a4 and returns what it answers. */
struct sbi_result machine_call(struct vcpu *vcpu, uint64_t extension, uint64_t function,
                               const uint64_t arguments[5]);
#define CALL(vcpu, extension, function, ...)                                                       \
    machine_call(vcpu, extension, function, (uint64_t[5]){__VA_ARGS__})

struct fake_guest_csrs {
    uint64_t pending, enabled; /* as guest_interrupts_pending and _enabled tell */
    uint64_t vstimecmp;
};

struct fake_machine {
    uint64_t clock;                /* what clock_now says */
    uint64_t armed;                /* what clock_arm was told last */
    struct fake_guest_csrs loaded; /* of the guest whose context is in the hart */
    char written[16384];           /* what came out of the machine's console */
    size_t written_bytes, by_uart; /* of these by the UART, the others by the firmware */
    const char *received;          /* bytes that wait in the UART */
    unsigned claims, completed;    /* the PLIC: sources that are pending, and mask of those done */
    uint64_t uart, plic;           /* what was opened */
    unsigned plic_context, plic_source, uart_interrupts;
    unsigned hfence_vvma_all, hfence_vvma_page, hfence_vvma_asid, fence_i;
    uint64_t last_fence_address;
    unsigned resets; /* of a context */
    uint64_t trap_cause, trap_htval;
    uint64_t stval, trap_htinst; /* of the exit that a test plays */
    bool from_user;
    uint32_t word; /* what the hart reads at word_at; 0: nothing, anywhere */
    uint64_t word_at;
    uint64_t satp, scounteren;
    unsigned unloads;      /* of a context */
    bool lacks_hypervisor; /* the hart has no H extension */
    enum fp_state fp;
    bool fp_on_in_guest;
    struct fp_registers fp_registers;
    /* Plays the guest until it traps, with *cause; false: the test is over (fake_run_return). */
    bool (*guest)(struct vcpu *vcpu, uint64_t *cause);
    unsigned waits;
    uint64_t hart_pending;
    struct fake_start {
        uint64_t hart, entry, opaque;
    } started[4]; /* what the firmware was asked to start */
    unsigned starts;
    uint64_t refuses; /* the hart, by id, that it does not start */
    unsigned rings;   /* bit n: hart n was given a ring */
    uint64_t guarded[8];
    unsigned guards, mapping_uses; /* of the own address space */
};
extern struct fake_machine fake_machine;

/* On which hart the code under test runs, and to which harts (by id) an IPI is under way. */
extern _Thread_local struct hart *fake_hart;
extern uint32_t fake_ipis;
/* If not NULL: what happens while a hart sleeps. */
extern void (*fake_on_wait)(void);

extern jmp_buf fake_run_return;
extern jmp_buf fake_stop_return;
extern bool fake_stop_expected, fake_stop_failure;

/* Does the statement stop the machine? fake_stop_failure then says how. */
#define STOPS_THE_MACHINE(statement)                                                               \
    ({                                                                                             \
        volatile bool stopped_ = true;                                                             \
        fake_stop_expected = true;                                                                 \
        if (setjmp(fake_stop_return) == 0) {                                                       \
            statement;                                                                             \
            stopped_ = false;                                                                      \
        }                                                                                          \
        fake_stop_expected = false;                                                                \
        stopped_;                                                                                  \
    })
/* Does the hart's deferred work stop it, in good order? */
#define WORK_STOPS_THE_MACHINE() (STOPS_THE_MACHINE(work_run(&harts[0])) && !fake_stop_failure)

#endif
