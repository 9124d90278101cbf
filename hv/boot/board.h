/*
 * Facts about the board, read from the device tree that the firmware hands over. Nothing about
 * the board is known in advance but the address at which the image is loaded.
 */
#ifndef HV_BOOT_BOARD_H
#define HV_BOOT_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#define BOARD_MAX_RANGES 16
#define BOARD_MAX_HARTS  16

struct board_range {
    uint64_t base, bytes;
};

struct board_hart {
    uint64_t id;     /* as the firmware counts; there may be gaps */
    const char *isa; /* its riscv,isa, such as "rv64imafdch_zicsr_sstc"; "" if it has none */
};

struct board {
    uint64_t device_tree, device_tree_bytes;
    struct board_range ram; /* the range that holds the image */
    struct board_range reserved[BOARD_MAX_RANGES];
    unsigned reserved_count;
    struct board_range bundle; /* bytes == 0: none */
    uint64_t timebase_hz;
    struct board_hart hart[BOARD_MAX_HARTS]; /* the boot hart first, then as the tree has them */
    unsigned hart_count;
    unsigned harts_beyond; /* that the board has, and for which there is no room above */
    uint64_t uart;         /* 0: none */
    uint64_t plic;         /* 0: none */
    unsigned plic_context; /* of the boot hart's supervisor mode */
    unsigned uart_interrupt;
    uint64_t finisher;    /* sifive,test0: ends the machine with an exit status; 0: none */
    const char *bootargs; /* "" if there are none */
    uint64_t started;     /* `time` at the first instruction */
};

extern struct board board;

/* Where entry.S puts what it was given. */
extern uint64_t boot_hart_id, boot_device_tree, boot_time;

/* Does the boot hart's isa name the extension, of several letters and in lower case? */
bool board_has_extension(const char *name);

/* Takes `bytes` from the top of RAM for good, before page frames are set up; page-aligned.
 * Returns the address; panics if there is no room: the machine is too small. */
uint64_t board_reserve(uint64_t bytes, const char *what);

/* Splits RAM less all reserved ranges into ascending page-aligned free ranges; returns how many. */
unsigned board_free_ranges(struct board_range *ranges, unsigned limit);

#endif
