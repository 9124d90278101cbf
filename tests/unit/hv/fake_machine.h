/*
 * A machine of one hart under the portable hypervisor, natively: RAM is an arena, VMs come from
 * a made bundle, and the CSRs of the loaded guest are variables. Guests have no code: a test
 * plays the guest, by putting a call into a vCPU's registers.
 */
#ifndef TESTS_UNIT_HV_FAKE_MACHINE_H
#define TESTS_UNIT_HV_FAKE_MACHINE_H

#include "hart/hart.h"
#include "hart/work.h"
#include "sbi/sbi.h"
#include "vm/vm.h"
#include <setjmp.h>

#define GUEST_RAM BUNDLE_GUEST_RAM_BASE
#define GUEST_END (GUEST_RAM + (1 << 20)) /* behind the RAM of each VM */

/* Makes the machine with `count` running VMs; VM n has n + 1 vCPUs, of which 0 is started. The
 * VM of number 0 has the turn, unless machine_enter says otherwise. */
void machine_begin(unsigned count);
void machine_end(void);
/* Begins anew, with the VMs as machine_begin made them, in far less time. */
void machine_again(void);
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
    char written[4096];            /* what all guests wrote to the console */
    size_t written_bytes;
    char printed[2048]; /* the hypervisor's own lines */
    const struct vm *last_writer;
    const char *typed; /* input that is waiting for whoever reads */
    unsigned hfence_vvma_all, hfence_vvma_page, hfence_vvma_asid, fence_i;
    uint64_t last_fence_address;
    unsigned resets; /* of a context */
    uint64_t trap_cause, trap_htval;
    uint64_t stval; /* of the exit that a test plays */
};
extern struct fake_machine fake_machine;

/* On which hart the code under test runs, and to which harts (by id) an IPI is under way. */
extern _Thread_local struct hart *fake_hart;
extern uint32_t fake_ipis;
/* If not NULL: what happens while a hart sleeps. */
extern void (*fake_on_wait)(void);

extern jmp_buf fake_stop_return;
extern bool fake_stop_expected;

/* Does the hart's deferred work stop the machine, in good order? */
#define WORK_STOPS_THE_MACHINE()                                                                   \
    ({                                                                                             \
        volatile bool stopped_ = true;                                                             \
        fake_stop_expected = true;                                                                 \
        if (setjmp(fake_stop_return) == 0) {                                                       \
            work_run(&harts[0]);                                                                   \
            stopped_ = false;                                                                      \
        }                                                                                          \
        fake_stop_expected = false;                                                                \
        stopped_;                                                                                  \
    })

#endif
