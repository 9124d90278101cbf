/* What the parts of the watch plugin share. */
#ifndef PLUGIN_WATCH_H
#define PLUGIN_WATCH_H

#include "api.h"
#include "model/model.h"

#define WATCH_HARTS  64
#define WATCH_STORES 16
#define RAM_BASE     0x80000000ull

/* SYSTEM instructions on a CSR: funct3, rs1 or immediate, rd. */
#define CSR_FUNCTION(i)    ((i) >> 12 & 7)
#define CSR_SOURCE(i)      ((i) >> 15 & 31)
#define CSR_DESTINATION(i) ((i) >> 7 & 31)

struct range {
    uint64_t from, to;
};

struct watch {
    struct range firmware, hypervisor; /* physical */
    struct range store[WATCH_STORES];
    unsigned stores;
    uint64_t vector;
    uint64_t ram_bytes;
    char *ram;             /* host address of the RAM's first byte; NULL: not found yet */
    uint64_t instructions; /* executed by all harts; whole blocks at a time */
    uint64_t limit, every, next_hold; /* in instructions; 0: none */
    uint64_t vectors;                 /* times that the vector may run yet; 0: any number */
    uint64_t deadline;                /* in ns of virtual time; 0: none */
    uint64_t processor;               /* in ms of processor time of QEMU; 0: any */
    int hold_fd;                      /* -1: never hold */
    bool registers;                   /* mark the registers at each exit and entry */
    bool calls;                       /* mark calls of guests to the hypervisor: contract.c */
    bool syscalls;                    /* mark system calls of guests' programs: syscalls.c */
    bool stuck;                       /* mark that the machine gets nowhere: stuck.c */
    bool quiet;                       /* only first entries are marked */
    bool settle;                      /* the machine runs with -icount: see settle.c */
    uint64_t booted; /* time of the hypervisor's first block, in ticks; 0: not yet, or not known */
    bool contract;   /* the model of a VM's contract is fed: see contract.c */
};

extern struct watch watch;

bool within(const struct range *range, uint64_t address);

/* Writes "@letter hart instructions value…" into QEMU's log. */
void mark(char letter, unsigned hart, const uint64_t *value, unsigned values);

/* Callbacks. data: the physical address of the block or the instruction. */
void on_hypervisor(unsigned hart, void *data);
void on_firmware(unsigned hart, void *data);
void on_guest(unsigned hart, void *data); /* data: the virtual address */
void on_mret(unsigned hart, void *data);
void on_sret(unsigned hart, void *data);
void on_gvma(unsigned hart, void *data);
void on_vvma(unsigned hart, void *data);
void on_hgatp(unsigned hart, void *data);
void on_wfi(unsigned hart, void *data);
void on_store(unsigned hart, uint32_t info, uint64_t address, void *data);

/* syscalls.c: ecall and sret in a guest; each block of a guest. */
void on_guest_ecall(unsigned hart, void *data);
void on_guest_sret(unsigned hart, void *data);
void syscalls_block(unsigned hart, uint64_t pc, uint64_t hgatp);

/* stuck.c: told of each trap vector, sret and block of the hypervisor. */
void stuck_trap(unsigned hart);
void stuck_sret(unsigned hart);
void stuck_block(unsigned hart, uint64_t address);

void on_idle(plugin_id id, unsigned hart);
void on_resume(plugin_id id, unsigned hart);

/* Opens the way to the main loop's state; waits until it sleeps. By itself, settle does nothing. */
void settle_open(void);
void settle(void);

/* deadline.c: as the plugin is loaded; before the first instruction, in a hart's thread. */
void deadline_open(void);
void deadline_begin(void);

/* typed.c: what the channel says is typed at the machine's console from now on. In a hart's thread,
 * once, when the model begins. false: this QEMU does not let a plugin do that. */
struct model;
struct model_channel;
bool typed_begin(const struct model_channel *channel, struct model *model);

/* Reads x<number>. false: this QEMU does not let a plugin read registers. */
bool read_general(unsigned hart, unsigned number, uint64_t *value);
/* The same of all of them, x[0 … 31], and of the CSRs at any time. false: they cannot be seen. */
bool read_generals(unsigned hart, uint64_t *x);
bool read_csrs(unsigned hart, struct model_csrs *csrs);
/* f[0 … 31] and fcsr. false: they cannot be seen. */
bool read_fp(unsigned hart, uint64_t *f, uint64_t *fcsr);

/* Where QEMU keeps a hart: its object, and in it the registers. false: not known. */
struct hart_state {
    const char *object, *registers;
};
bool read_hart(unsigned hart, struct hart_state *state);

/* Time of the board, in ticks, of the hart whose callback this is. false: it cannot be seen. */
bool clock_ticks(unsigned hart, uint64_t *ticks);
/* To be called at blocks of the firmware and the hypervisor, to find the clock. */
void clock_look(unsigned hart);
/* One supervisor CSR by its number: the guest's own while V is 1. */
bool read_csr(unsigned hart, unsigned number, uint64_t *value);

/*
 * The contract: an sret is about to be executed (its physical address); a block begins, whosever;
 * the trap vector's does, after contract_block. contract_open: maps the channel (descriptor).
 */
bool contract_sret(unsigned hart, uint64_t code); /* false: it stays in HS-mode */
void contract_block(unsigned hart);
void contract_vector(unsigned hart);
void contract_wfi(unsigned hart);
void contract_end(void);
bool contract_open(int fd);
/* The hypervisor's first block is about to run, on the hart that boots. */
void contract_boot(unsigned hart);
/* fill.c: what RAM holds at power-on behind the device tree that a1 tells. seed 0: zeroes. */
void fill_behind_tree(unsigned hart, uint64_t seed);
/* findings.c: the rules are put into the channel once, the counts of their trials whenever the
 * machine may end; a breach is kept while there is room, and counted. */
struct model_channel;
struct model_breach;
void findings_rules(struct model_channel *channel);
void findings_counts(struct model_channel *channel);
void findings_breach(struct model_channel *channel, const struct model_breach *breach);
/* The model; NULL while nothing is judged. */
struct model *contract_model(void);
/* Is that a place of the image where no code is? */
bool contract_no_text(uint64_t physical);

/*
 * memory.c: what the model of memory and TLB is told. A store, a fence, a write of hgatp or vsatp
 * by the hypervisor or the firmware (data: the instruction's physical address); a block begins, of
 * whomever, so what the last instructions did can be read now.
 */
void on_memory_store(unsigned hart, uint32_t info, uint64_t address, void *data);
void on_memory_instruction(unsigned hart, void *data);
void on_memory_settle(unsigned hart, void *data); /* the instruction behind one of these */
void memory_settle(unsigned hart);
/* Is it one of those that are told? */
bool memory_instruction(uint32_t word);
/* A guest is entered, or left: what is known of pages holds no longer. */
void memory_turn(void);
/* A block outside image and firmware begins, without an sret or mret that leads there. */
void on_memory_stray(unsigned hart, void *data); /* data: its address */
void memory_outside(unsigned hart, uint64_t address);

#if WATCH_API > 1
void registers_on_hart(plugin_id id, unsigned hart);
#endif

#endif
