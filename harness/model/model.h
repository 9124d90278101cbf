/*
 * The contract of a VM as an executable model: what a guest may experience, whoever wrote the
 * hypervisor. Fed with what the machine does, in order, it says for each event whether a rule of
 * the contract was broken. It knows no implementation: only the board, the specification, and the
 * bundle that coach packed. Between entry and exit the machine itself executes the guest and needs
 * no judge; between exit and entry, and for stores, fences and tables, the model is the judge.
 *
 * It is plain C without QEMU, coach or threads: the watch plugin links it and calls it at the
 * instant (so RAM is as it is at the event), the unit tests link it and feed it by hand.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bundle.h"

#define MODEL_HARTS 16

struct model;

struct model_rule;   /* rule.h */
struct model_record; /* record.h */
struct model_last;   /* last.h */

struct model_breach {
    const struct model_rule *rule;
    unsigned hart;
    int vm, vcpu;          /* place in the bundle; -1: none in particular */
    uint64_t instructions; /* when */
    uint64_t code;         /* physical address of the code that did it; 0: not known */
    char expected[160], seen[160];
};

struct model_range {
    uint64_t from, to; /* physical, to exclusive */
};

/* A line that is typed at the hypervisor's console, and when, in ticks. */
struct model_command {
    uint64_t at;
    char text[56];
};

/* What stays the same for the whole run. All of it is kept by reference. */
struct model_setup {
    const uint8_t *ram; /* the machine's RAM, as it is now */
    uint64_t ram_base, ram_bytes;
    struct model_range firmware, image; /* image: the hypervisor's file, .bss included */
    struct model_range text;            /* of the image: what may be executed */
    const struct bundle_header *bundle; /* the host's own copy, never the machine's */
    size_t bundle_bytes;
    /* Of each VM, guest-physical: its code, which it does not change itself. NULL: not known. */
    const struct model_range *guest_text;
    uint64_t fill_seed; /* RAM was filled with model_fill_word() of it before power-on; 0: zeroes */
    unsigned harts;
    bool sstc;
    uint64_t booted;                      /* time of the hypervisor's first instruction */
    const struct model_command *commands; /* in the order of their times, which count from then */
    size_t command_count;
    /*
     * Virtual time in ticks of the board's timebase, and instructions of all harts, now. Without
     * time (NULL) no rule of time is judged.
     */
    uint64_t (*time)(void *argument);
    uint64_t (*instructions)(void *argument);
    /* A rule was broken. Called at the event; the first of a run is what the verdict shows. */
    void (*broken)(const struct model_breach *breach, void *argument);
    /* Writes each exit and entry of a VM down (record.h); NULL: nobody asked. */
    void (*record)(const struct model_record *record, void *argument);
    /* A VM wrote to its console, and the call took it (console.h); NULL: nobody asked. */
    void (*wrote)(int vm, const uint8_t *bytes, uint32_t count, void *argument);
    /* Writes a word into RAM, as the hypervisor would (tlb_trial.c); NULL: it cannot be written. */
    void (*put)(uint64_t physical, uint64_t word, void *argument);
    struct model_last *last; /* of each VM, to be kept up to date (last.h); NULL: nobody asked */
    void *argument;
};

/* CSRs of a hart that concern its guest: VS-mode's own, and HS-mode's that act on the guest. */
struct model_csrs {
    uint64_t vsstatus, vsie, vstvec, vsscratch, vsepc, vscause, vstval, vsatp, vstimecmp;
    uint64_t hstatus, hedeleg, hideleg, hvip, hip, hie, htimedelta, hcounteren, henvcfg, hgatp;
    uint64_t scounteren, senvcfg, sstatus, sepc, scause, stval, htval, htinst;
};

/* A hart at an exit (first instruction of the trap vector) or an entry (the sret, with x as the
 * guest's first instruction finds them). */
struct model_state {
    uint64_t x[32];
    uint64_t pc; /* the guest's: sepc */
    struct model_csrs csr;
    uint64_t code; /* physical address of the sret; 0: not known */
    bool has_fp;
    uint64_t f[32], fcsr; /* only with has_fp */
};

enum model_fence { MODEL_HFENCE_GVMA, MODEL_HFENCE_VVMA, MODEL_SFENCE_VMA, MODEL_FENCE_I };

struct model *model_new(const struct model_setup *setup);
void model_free(struct model *model);

/* The word at a physical address (a multiple of 8) of RAM that nobody has written since power-on.
 */
uint64_t model_fill_word(uint64_t seed, uint64_t address);
/* The 512 words of a page, by a seed that is not 0. */
void model_fill_page(uint64_t seed, uint64_t address, uint64_t *word);

/* Whose second stage this is, as the last entry with it has shown; -1: not known. */
int model_vm_of(const struct model *model, uint64_t hgatp);

/* The events. Every one is given in the order in which the hart did it. */
void model_exit(struct model *model, unsigned hart, const struct model_state *state);
void model_entry(struct model *model, unsigned hart, const struct model_state *state);
/* An sret in HS-mode that leads to U-mode, and into no guest. */
void model_user(struct model *model, unsigned hart, const struct model_state *state);
/* Code outside every guest stored to RAM: bytes of one page. */
void model_store(struct model *model, unsigned hart, uint64_t code, uint64_t physical,
                 unsigned bytes);
/* Has the model an interest in what is stored there? It must be told of the first store to a page
 * since any other event, and of every one for which this is true. */
bool model_watches(const struct model *model, uint64_t physical);
/* The hypervisor has told a device to write there; bytes 0: it is not known where. */
void model_dma(struct model *model, unsigned hart, uint64_t code, uint64_t physical,
               uint64_t bytes);
/* A fence in HS-mode. has_address, has_id: rs1, rs2 are not x0; their values are given. */
void model_fence(struct model *model, unsigned hart, uint64_t code, enum model_fence fence,
                 bool has_address, uint64_t address, bool has_id, uint64_t id);
/* HS-mode reached into a guest's memory by HLV, HLVX or HSV. */
void model_guest_access(struct model *model, unsigned hart, uint64_t code);
/* HS-mode wrote hgatp or vsatp (by its CSR number). */
void model_csr_written(struct model *model, unsigned hart, uint64_t code, unsigned csr,
                       uint64_t value);
/* Code runs in HS-mode outside the image's text. */
void model_stray_code(struct model *model, unsigned hart, uint64_t physical);
/* A byte arrives at the machine's UART. */
void model_console_in(struct model *model, uint8_t byte);
/* A hart has slept in wfi, from that time until now. */
void model_slept(struct model *model, unsigned hart, uint64_t from);
/* The machine has ended: what is owed is due, and what was not compared lately is compared. */
void model_end(struct model *model);

#endif
