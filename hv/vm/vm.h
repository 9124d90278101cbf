/*
 * A virtual machine: its memory, its vCPUs, its life.
 *
 *     create ──> RUNNING <──> PAUSED          A VM that ENDED still holds its memory, for
 *                   │ exit, kill, fault       whoever wants to look; destroy scrubs and
 *                   v                         returns it. restart = destroy + create.
 *                 ENDED ──> DESTROYED
 */
#ifndef HV_VM_VM_H
#define HV_VM_VM_H

#include "abi/bundle.h"
#include "abi/monitor.h"
#include "hart/work.h"
#include "memory/gstage.h"
#include "sched/sched.h"
#include "vcpu/vcpu.h"
#include "vm/bundle.h"

#define VM_MAX MONITOR_MAX_VMS
_Static_assert(VM_MAX == BUNDLE_MAX_VMS, "a report for each VM of a bundle");

enum vm_afterwards { VM_THEN_NOTHING, VM_THEN_DESTROY, VM_THEN_RESTART };

struct vm {
    uint8_t id; /* index in vms[] and in the bundle's table */
    const struct bundle_vm *config;
    struct monitor_vm *report; /* state, end, counters: published */
    struct gstage gstage;
    uint64_t memory;          /* bytes of RAM from BUNDLE_GUEST_RAM_BASE */
    struct sched_group group; /* its claim: outlives every life of the VM */
    unsigned vcpu_count;
    uint64_t harts;   /* bit n: there is a vCPU n */
    uint64_t started; /* bit n: vCPU n is not stopped */
    struct vcpu *vcpu[BUNDLE_MAX_VCPUS];
    struct work reboot;      /* it ended to begin anew */
    struct vcpu *last_vcpu;  /* that the hart's VS-stage TLB entries belong to */
    unsigned inside;         /* several harts: those that have taken a vCPU of it */
    enum vm_afterwards then; /* it has ended: when none is inside any more, … */
    struct work left;        /* … this is done */
};

extern struct vm vms[VM_MAX];
extern struct bundle bundle;   /* the one that the machine was started with */
extern struct monitor monitor; /* published: abi/monitor.h */

/* Counts what VMs are entitled to up to now. Before one begins or ends to live. */
void vm_count_claims(void);
/* Brings the machine-wide figures of monitor up to date. */
void monitor_update(void);

/* The VM of that name or number in the bundle, or NULL. */
struct vm *vm_find(const char *name);
bool vm_exists(const struct vm *vm); /* created, and not destroyed since */

/* Makes the VM that entry `id` of the bundle describes, with its image in memory and vCPU 0
 * ready to start. False, with one line in why: nothing was made. */
bool vm_create(unsigned id, char *why, size_t why_room);
/* Lets it run. */
void vm_start(struct vm *vm);
void vm_pause(struct vm *vm);
void vm_resume(struct vm *vm);
/* Ends it: no vCPU of it runs again. */
void vm_end(struct vm *vm, enum vm_end end, uint64_t code);
/* Ends it if all its vCPUs have stopped themselves: no guest code is left that could start one. */
void vm_end_if_stopped(struct vm *vm);
/* Ends it for what its running guest did at this exit; template and arguments say what, with the
 * data. */
void vm_kill(struct vm *vm, const char *template, ...) __attribute__((format(printf, 2, 3)));
/* Its guest is about to be given an exception for what it did: the monitor tells of it. */
void vm_note_fault(const struct vcpu *vcpu, uint64_t cause, uint64_t stval);
/* The last hart that was inside it has left. */
void vm_left(struct vm *vm);
/* Scrubs and returns all its memory, in its own time. It has ended. While harts are inside it, that
 * is left for the last of them, as restart leaves it. */
void vm_destroy(struct vm *vm);
/* Creates VM `id` and starts it while others run, in its own time. False, with why: it cannot. */
bool vm_launch(unsigned id, char *why, size_t why_room);
/* Makes it anew from the bundle, as after power-on, and starts it. False, with why: it cannot. */
bool vm_restart(struct vm *vm, char *why, size_t why_room);
/* Ends it as its guest asks, and has it restarted before the next entry. */
void vm_reboot(struct vm *vm, uint64_t reason);
/* For vm_create, when it first makes the VM. */
void vm_works_init(struct vm *vm);

/* The machine runs while somebody holds it: each VM from its creation to its end, the operator at
 * the hypervisor's console, each scripted command that is still to come. When the last one has
 * released it, it stops, before the next entry. */
void machine_hold(void);
void machine_release(void);

#endif
