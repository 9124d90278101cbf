/*
 * All that a probe may use. A probe is one C file with `probe_name` and `probe_main`; it states
 * facts with expect_*, counts with counter(), and returns. The runtime does the rest: entry, board
 * and options from the device tree, traps, console, the report of abi/probe.h, and the exit.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/probe.h"
#include "csr.h"
#include "layout.h"
#include "sbi.h"

/* Written by the probe. */
extern const char probe_name[];
void probe_main(void);

/* ---- The report (report.c) ---- */

extern struct probe_report probe_report;

/* States a fact: `found` must equal `expected`. The first failure is kept in the report, and the
 * first few are said on the console. Returns whether it is so. */
bool expect_equal(uint64_t expected, uint64_t found, const char *fact);

/* States a fact that is simply so or not; `found` goes along into the report. */
bool expect_true(bool so, uint64_t found, const char *fact);

/* Sets counter `index` (0 … 31) and, once, its name of at most 23 characters. */
void counter_set(unsigned index, const char *name, uint64_t value);
/* Adds to it. */
void counter_add(unsigned index, const char *name, uint64_t value);

/* What one of the counters' units is in parts: 100 makes the console show hundredths. (1) */
extern uint64_t probe_counter_parts;

/* Ends the probe here: by the facts so far, */
_Noreturn void probe_finish(void);
/* because it cannot be carried out: `why` says what is missing, */
_Noreturn void probe_unable(const char *why);
/* or with any code: by the PV extension, else SRST (reason "failure" when code is not 0). */
_Noreturn void probe_exit(uint64_t code);
/* Fails at once: nothing after this could be trusted. */
_Noreturn void probe_abandon(const char *why, uint64_t found);

/* ---- Console (console.c): DBCN, else legacy, else none; option console=dbcn|legacy|none ---- */

/* Formats %s %c %d %u %x %p(16 hexadecimal digits) %%, all numbers 64 bits wide. */
void say(const char *format, ...);

/* Says more about a failure, as long as failures themselves are said. */
#define PROBE_FAILURES_SAID 10
#define explain(...)                                                                               \
    do {                                                                                           \
        if (probe_report.failures <= PROBE_FAILURES_SAID)                                          \
            say(__VA_ARGS__);                                                                      \
    } while (0)

/* ---- Options and board (fdt.c): from /chosen bootargs, `name=value` separated by spaces ---- */

#define BOARD_MAX_DEVICES 32

struct range {
    uint64_t start;
    uint64_t bytes;
};

struct board {
    struct range memory;
    struct range device_tree;
    struct range devices[BOARD_MAX_DEVICES]; /* what else has a `reg` of two cells each */
    unsigned device_count;
    unsigned cpu_count;
    uint64_t timebase_hz;
    bool has_sstc; /* the isa string says so */
    char options[512];
};

extern struct board board;

/* Value of the option, decimal or 0x hexadecimal; `otherwise` when it is not given. */
uint64_t option_number(const char *name, uint64_t otherwise);
bool option_given(const char *name);
/* What stands behind `name=`, up to a space or the end; NULL when it is not given. */
const char *option_text(const char *name);
/* Is the option given with just this value? */
bool option_is(const char *name, const char *value);

/* Reads the device tree at `address` into `board`; a tree that is none leaves board empty. */
void board_read(uint64_t address);

/* ---- Randomness: SplitMix64 from the option seed= (1) ---- */

uint64_t random_next(void);
/* In 0 … bound-1. */
uint64_t random_below(uint64_t bound);

/* ---- Traps (trap.c) ---- */

#define NO_TRAP (~0ull)

struct trap_frame {
    uint64_t x[32];
    uint64_t sepc;
    uint64_t sstatus;
    uint64_t scause;
    uint64_t stval;
};

/* What became of a touch: cause is NO_TRAP when it went through, and value what it gave. */
struct trap {
    uint64_t cause;
    uint64_t epc;
    uint64_t tval;
    uint64_t value;
    uint64_t sstatus; /* in the handler */
};

struct vcpu {
    uint64_t hart_id;
    volatile bool catching; /* a trap now is welcome: see trap_catch */
    struct trap caught;
    void (*work)(struct vcpu *); /* of a secondary */
    uint64_t argument;           /* for its work */
    volatile uint32_t begun;     /* set by it, and stays */
    volatile uint32_t running;   /* set by it when it works, cleared when it is done */
};

typedef uint64_t (*touch)(uint64_t, uint64_t, uint64_t);

/* Calls a leaf function of trap.S with traps welcome, and says what came of it. The function may
 * also be `touch_fetch` of a piece of code that ends with `ret` and leaves all but a0 alone. */
struct trap trap_catch(touch function, uint64_t a, uint64_t b, uint64_t c);

/* Called at each interrupt; NULL (at the start): an interrupt is a failure. */
extern void (*on_interrupt)(struct trap_frame *frame, uint64_t number);
/* Called at each exception that is not welcome; says whether it dealt with it. May be NULL. */
extern bool (*on_exception)(struct trap_frame *frame);

const char *cause_name(uint64_t scause);

uint64_t touch_load8(uint64_t, uint64_t, uint64_t);
uint64_t touch_load16(uint64_t, uint64_t, uint64_t);
uint64_t touch_load32(uint64_t, uint64_t, uint64_t);
uint64_t touch_load64(uint64_t, uint64_t, uint64_t);
uint64_t touch_store8(uint64_t, uint64_t, uint64_t);
uint64_t touch_store16(uint64_t, uint64_t, uint64_t);
uint64_t touch_store32(uint64_t, uint64_t, uint64_t);
uint64_t touch_store64(uint64_t, uint64_t, uint64_t);
uint64_t touch_amo(uint64_t, uint64_t, uint64_t);
uint64_t touch_lr(uint64_t, uint64_t, uint64_t);
uint64_t touch_float_load(uint64_t, uint64_t, uint64_t);
uint64_t touch_fetch(uint64_t, uint64_t, uint64_t);
uint64_t touch_break(uint64_t, uint64_t, uint64_t);
uint64_t touch_user(uint64_t, uint64_t, uint64_t);

extern char trap_vector[];

/* ---- vCPUs (vcpu.c) ---- */

struct vcpu_area {
    uint8_t stack[VCPU_STACK_BYTES];
    uint8_t trap_stack[VCPU_TRAP_BYTES];
    struct vcpu vcpu;
} __attribute__((aligned(16)));

extern struct vcpu_area vcpu_areas[PROBE_MAX_VCPUS];

/* What the registers held at the very first instruction. */
struct entry_state {
    uint64_t x[32];
    uint64_t sstatus, sie, stvec, sscratch, sepc, scause, satp, sip, fcsr;
    uint64_t f[32];
};

extern struct entry_state entry_state;

/* The vCPU that runs this. */
static inline struct vcpu *vcpu_self(void)
{
    struct vcpu *self;

    __asm__ volatile("mv %0, tp" : "=r"(self));
    return self;
}

/* Starts vCPU `hart` (not the boot one) on `work` by HSM; it stops itself when work returns.
 * Returns SBI's error. */
int64_t vcpu_start(uint64_t hart, void (*work)(struct vcpu *), uint64_t argument);

/* Waits until that vCPU has begun the work that it was last started on; at most a second. */
void vcpu_await_begun(uint64_t hart);
/* Waits until it has done it; at most `milliseconds` of guest time. */
void vcpu_await_done(uint64_t hart, uint64_t milliseconds);

/* Waits until *flag is at least `value`, giving the processor away; abandons the probe, which then
 * fails with `what`, after `milliseconds` of guest time. */
void wait_at_least(volatile uint32_t *flag, uint32_t value, uint64_t milliseconds,
                   const char *what);

/* ---- Time (timer.c): Sstc when the isa string has it, else SBI TIME; option timer=sbi|sstc ----
 */

void timer_arm(uint64_t deadline); /* in ticks of `time`; the interrupt comes at or after it */
void timer_stop(void);
bool timer_is_sstc(void);
uint64_t ticks_of_microseconds(uint64_t microseconds);
/* Gives up the processor where the PV extension is there. */
void vcpu_yield(void);
/* Lets others run, in a way drawn at random: spin, call, yield, or sleep for up to 50 µs. */
void give_way(void);
/* Sleeps with WFI; interrupts stay off in sstatus, and the timer is stopped after. */
void sleep_until(uint64_t deadline);

/* ---- Sv39 for those who page (paging.c) ---- */

#define PTE_V      0x01ull
#define PTE_R      0x02ull
#define PTE_W      0x04ull
#define PTE_X      0x08ull
#define PTE_U      0x10ull
#define PTE_G      0x20ull
#define PTE_A      0x40ull
#define PTE_D      0x80ull
#define PTE_RW     (PTE_R | PTE_W | PTE_A | PTE_D)
#define PTE_RWX    (PTE_RW | PTE_X)
#define PAGE_BYTES 4096ull

/* A zeroed page of the image's pool of 96; abandons the probe when none is left. */
uint64_t *page_new(void);
/* A root table with the first GiB at and above RAM's base mapped to itself, RWX, by one leaf. */
uint64_t *paging_root(void);
/* The entry of `root` for `address` at `level` (2: 1 GiB … 0: 4 KiB), tables made on the way. */
uint64_t *paging_entry(uint64_t *root, uint64_t address, unsigned level);
static inline uint64_t paging_leaf(uint64_t physical, uint64_t bits)
{
    return physical >> 12 << 10 | bits | PTE_V;
}
/* Paging on with this root and ASID, or off; each with a full sfence.vma. */
void paging_on(const uint64_t *root, uint64_t asid);
void paging_off(void);

/* ---- FP registers (float.S) ---- */

void float_load_all(const uint64_t values[32]);
void float_store_all(uint64_t values[32]);

/* ---- C library's, as the compiler may call them (text.c) ---- */

void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
size_t text_length(const char *text);
bool text_begins(const char *text, const char *beginning);
/* Copies at most bytes-1 characters and ends with NUL. */
void text_copy(char *to, const char *from, size_t bytes);

extern char __image_start[], __image_end[];

#endif
