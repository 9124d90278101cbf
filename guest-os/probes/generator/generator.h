/*
 * What the parts of the generating guest share: the worker of each vCPU, what it draws, pieces of
 * code that run with all registers drawn, and the operations that it chooses from.
 */
#ifndef GENERATOR_GENERATOR_H
#define GENERATOR_GENERATOR_H

#include "generator/layout.h"
#include "probe.h"

#define PIECE_WORDS 24
#define CELLS       32
#define CROSSING    64 /* bytes */

/* Eight bytes of RAM at any address, and what they must hold. */
struct cell {
    uint64_t address;
    uint64_t value;
};

/* All registers before a piece of code, and after it. */
struct attempt {
    uint64_t x[32];
    uint64_t pc, status;       /* sstatus that it is entered with; SPP and SPIE say mode and SIE */
    uint64_t cause, epc, tval; /* of the trap that ended it */
};

/* Where C goes on: ra, sp, gp, tp, s0 … s11. */
struct context {
    uint64_t x[16];
};

struct worker {
    struct context context; /* first: piece.S */
    uint64_t resumed_hart;  /* a0 at the resume, set by piece.S */
    struct vcpu *vcpu;
    uint64_t number;        /* of its vCPU */
    uint64_t stream, drawn; /* of the operation at hand */
    struct attempt attempt;
    bool attempting; /* a trap now ends the piece */
    uint32_t piece[PIECE_WORDS];
    unsigned words;
    struct cell cell[CELLS];
    char *crossing;    /* 64 bytes of RAM across two pages */
    uint64_t *root[3]; /* Sv39, Sv48, Sv57: tables.c */
    uint64_t *window;  /* the last level of its window */
    uint64_t f[32];    /* what its FP registers hold, */
    bool has_f;        /* if they do */
    volatile uint64_t interrupts[16];
    uint64_t deadline; /* armed; ~0: none */
    uint64_t steal;    /* last seen in its area */
    bool has_area;
    volatile uint32_t parked; /* it stops, and may be started by others */
    uint64_t digest;
};

extern struct worker workers[PROBE_MAX_VCPUS];
extern uint64_t ram_end;
extern uint64_t secret; /* differs between two runs that must look the same to others: data only */

static inline struct worker *worker_self(void)
{
    return &workers[vcpu_self()->hart_id];
}

/* ---- Drawing: every operation has a stream of its own, so that leaving one out changes no other.
 */

uint64_t draw(struct worker *w);
uint64_t draw_below(struct worker *w, uint64_t bound);
/* A number of any size, or one at a boundary. */
uint64_t draw_number(struct worker *w);
/* Where no RAM is. */
uint64_t draw_nowhere(struct worker *w);
/* What must lead to nothing: kept apart by the option secret=. */
uint64_t draw_data(struct worker *w);

/* ---- Pieces of code (piece.c) ---- */

#define PIECE_USER         1u /* in user mode */
#define PIECE_INTERRUPTS   2u /* with SIE on (user mode: always) */
#define PIECE_SUM          4u
#define PIECE_MXR          8u
#define PIECE_NO_FLOAT     16u   /* sstatus.FS off */
#define PIECE_ANY_REGISTER (~0u) /* for `may` */

/* Traps end pieces from here on. */
void piece_init(void);
/* Begins a piece: no words, all registers drawn. */
struct attempt *piece_begin(struct worker *w);
void piece_add(struct worker *w, uint32_t instruction);
/* Runs it and checks that of the registers only those in `may` have changed. True: it came to its
 * end; else attempt.cause says why not. */
bool piece_run(struct worker *w, unsigned how, uint32_t may);
/* Where a piece in user mode finds a physical address; from supervisor mode it is itself. */
uint64_t piece_address(struct worker *w, unsigned how, uint64_t physical);

#define REGISTER_A0 10
#define REGISTER_A1 11

#define ECALL   0x00000073u
#define EBREAK  0x00100073u
#define WFI     0x10500073u
#define FENCE_I 0x0000100fu

#define I_TYPE(opcode, f3, rd, rs1, immediate)                                                     \
    ((uint32_t)(immediate) << 20 | (uint32_t)(rs1) << 15 | (uint32_t)(f3) << 12 |                  \
     (uint32_t)(rd) << 7 | (opcode))
#define LOAD(f3, rd, rs1)         I_TYPE(0x03u, f3, rd, rs1, 0)
#define STORE(f3, rs2, rs1)       I_TYPE(0x23u, f3, 0, rs1, rs2)
#define CSR(f3, rd, csr, rs1)     I_TYPE(0x73u, f3, rd, rs1, csr)
#define AMO(f5, f3, rd, rs1, rs2) I_TYPE(0x2fu, f3, rd, rs1, (uint32_t)(f5) << 7 | (uint32_t)(rs2))
#define JALR(rd, rs1)             I_TYPE(0x67u, 0, rd, rs1, 0)
#define ADDI(rd, rs1, immediate)  I_TYPE(0x13u, 0, rd, rs1, (immediate)&0xfff)

/* An operation's own fact; its number and the vCPU go along into the digest. */
void note(struct worker *w, uint64_t outcome);

/* A call with all other registers drawn, which it must leave alone. */
struct sbi_result call(struct worker *w, uint64_t eid, uint64_t fid, uint64_t a0, uint64_t a1,
                       uint64_t a2, uint64_t a3, uint64_t a4);

/* States that the error is one of those in `may`. */
void expect_error(struct worker *w, struct sbi_result result, uint32_t may, const char *fact);

#define MAY(error)    (1u << -(error))
#define SUCCESS       MAY(SBI_SUCCESS)
#define NOT_SUPPORTED MAY(SBI_ERR_NOT_SUPPORTED)
#define INVALID       MAY(SBI_ERR_INVALID_PARAM)
#define NO_ADDRESS    MAY(SBI_ERR_INVALID_ADDRESS)

/* ---- piece.S ---- */

void generator_enter(struct attempt *attempt, struct context *context);
/* An HSM call that does not come back as calls do, if it succeeds: the vCPU resumes at
 * generator_resumed with its worker as opaque, and this returns 0. Else the error. */
int64_t generator_leave(struct worker *w, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2);
extern char generator_resumed[];

/* ---- Operations ---- */

struct operation {
    const char *name; /* of its counter; operations of one family share it */
    unsigned weight;
    void (*act)(struct worker *w);
};

extern const struct operation calls[], buffers[], csrs[], accesses[], tables[], code[], floats[],
    times[], vcpus[]; /* each ends with a NULL name */

void cells_init(struct worker *w);
void tables_init(struct worker *w);
void sleep_a_little(struct worker *w);
/* Starts those that have stopped. False: some vCPU has not done its work. */
bool all_done(struct worker *w);
/* The registers of FP are lost, as at a start. */
static inline void float_lost(struct worker *w)
{
    w->has_f = false;
}

#endif
