/*
 * Proves by enumeration that what a guest may not execute arrives in the guest as an illegal
 * instruction, with sepc on it, and never ends the VM: reserved and custom opcodes, reserved
 * compressed forms, the hypervisor's own instructions (virtual instruction faults below), mret, and
 * supervisor instructions in user mode; `rounds=` random words per kind. Reports facts; counters
 * by kind.
 */
#include "probe.h"

const char probe_name[] = "illegal";

enum { CUSTOM, COMPRESSED, HYPERVISOR, SYSTEM, FROM_USER };

static uint32_t piece[4] __attribute__((aligned(16)));

#define RET             0x00008067u
#define CSRR_A0_INSTRET 0xc0202573u
#define WFI             0x10500073u
#define ECALL           0x00000073u

#define TRAP_STATUS (SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE)

/*
 * QEMU forgets to note some instructions as they trap, 7.2 HLV and HSV (SYSTEM with funct3 4), 10.0
 * mret: stval is then that of the illegal instruction before.
 */
#define MRET                          0x30200073u
#define MAY_BE_FORGOTTEN(instruction) (((instruction)&0x707f) == 0x4073 || (instruction) == MRET)

/* Reserved in RV64GC: all zero, c.addiw x0, c.addi16sp 0, c.lui 0, c.lwsp x0, c.ldsp x0, c.jr x0,
 * two reserved arithmetic ones. */
static const uint16_t compressed[] = {0x0000, 0x2001, 0x6101, 0x6081, 0x4002,
                                      0x6002, 0x8002, 0x9c41, 0x9c61};

/* Of the hypervisor extension (chapter 8), with x10 for every register, and mret. */
static const uint32_t hypervisor[] = {
    0x22a50073,                          /* hfence.vvma x10, x10 */
    0x62a50073,                          /* hfence.gvma x10, x10 */
    0x60054573, /* hlv.b  */ 0x60154573, /* hlv.bu */
    0x64054573,                          /* hlv.h  */
    0x64154573,                          /* hlv.hu */
    0x64354573,                          /* hlvx.hu */
    0x68054573,                          /* hlv.w  */
    0x68154573,                          /* hlv.wu */
    0x68354573,                          /* hlvx.wu */
    0x6c054573,                          /* hlv.d  */
    0x62a54073,                          /* hsv.b  */
    0x66a54073,                          /* hsv.h  */
    0x6aa54073,                          /* hsv.w  */
    0x6ea54073,                          /* hsv.d  */
    MRET,       0x7b200073,              /* dret */
};

/* What only supervisor mode may do. */
static const uint32_t privileged[] = {
    0x10200073, /* sret */
    0x12000073, /* sfence.vma */
    0x18001073, /* csrw satp, zero */
    0x10002573, /* csrr a0, sstatus */
    0x14002573, /* csrr a0, sscratch */
    0x60002573, /* csrr a0, hstatus */
    0x30002573, /* csrr a0, mstatus */
};

static void expect_stval(const char *name, uint32_t instruction, uint64_t stval)
{
    static uint64_t before;
    bool right =
        stval == 0 || stval == instruction || (MAY_BE_FORGOTTEN(instruction) && stval == before);

    before = stval;
    if (!expect_true(right, stval, "stval is the illegal instruction or 0"))
        explain("illegal: %s 0x%x has another stval\n", name, (uint64_t)instruction);
}

static void expect_illegal(unsigned counter, const char *name, touch how, uint64_t code,
                           uint32_t instruction)
{
    uint64_t supervisor = how == touch_user ? 0 : SSTATUS_SPP;
    bool enabled = random_below(2);

    /* No interrupt is enabled in sie: this is seen in the trap's sstatus alone. */
    if (enabled)
        csr_set(sstatus, SSTATUS_SIE | SSTATUS_SPIE);
    else
        csr_clear(sstatus, SSTATUS_SPIE);

    struct trap trap = trap_catch(how, code, 0, 0);

    csr_clear(sstatus, SSTATUS_SIE);
    counter_add(counter, name, 1);
    if (!expect_equal(CAUSE_ILLEGAL, trap.cause, "this is an illegal instruction to the guest")) {
        explain("illegal: %s 0x%x gave %s\n", name, (uint64_t)instruction,
                trap.cause == NO_TRAP ? "no trap" : cause_name(trap.cause));
        return;
    }
    expect_equal(code, trap.epc, "sepc is on the illegal instruction");
    expect_equal(supervisor | (enabled ? SSTATUS_SPIE : 0), trap.sstatus & TRAP_STATUS,
                 "sstatus tells mode and SIE before the trap, and SIE is off");
    expect_stval(name, instruction, trap.tval);
}

static void expect_illegal_word(unsigned counter, const char *name, uint32_t instruction)
{
    piece[0] = instruction;
    piece[1] = RET;
    fence_i();
    expect_illegal(counter, name, touch_fetch, (uintptr_t)piece, instruction);
}

static void enumerate_compressed(unsigned half)
{
    uint16_t *halves = (uint16_t *)piece;

    for (unsigned i = 0; i < sizeof compressed / sizeof compressed[0]; i++) {
        halves[half] = compressed[i];
        halves[half + 1] = 0x8082; /* c.ret */
        fence_i();
        expect_illegal(COMPRESSED, "compressed", touch_fetch, (uintptr_t)&halves[half],
                       compressed[i]);
    }
}

/* Custom and reserved major opcodes: nothing in RV64GC has them. */
static void enumerate_custom(void)
{
    static const uint8_t opcodes[] = {0x0b, 0x2b, 0x5b, 0x7b, 0x57, 0x77, 0x6b};

    for (unsigned i = 0; i < sizeof opcodes; i++)
        expect_illegal_word(CUSTOM, "custom", (uint32_t)random_next() << 7 | opcodes[i]);
    expect_illegal_word(CUSTOM, "custom", 0xffffffff);
}

/* SYSTEM with funct3 0 or 4 and a function that no specification has given away. */
static void enumerate_system(void)
{
    uint32_t function = 0x200 | (uint32_t)random_below(0x100) | (uint32_t)random_below(2) << 11;
    uint32_t word = function << 20 | (uint32_t)random_below(1 << 13) << 7 | 0x73;

    expect_illegal_word(SYSTEM, "system", word & ~(7u << 12));
    expect_illegal_word(SYSTEM, "system", (word & ~(7u << 12)) | 4 << 12);
}

static void enumerate_user(void)
{
    for (unsigned i = 0; i < sizeof privileged / sizeof privileged[0]; i++) {
        piece[0] = privileged[i];
        piece[1] = ECALL;
        fence_i();
        expect_illegal(FROM_USER, "from_user", touch_user, (uintptr_t)piece, privileged[i]);
    }
    for (unsigned i = 0; i < sizeof hypervisor / sizeof hypervisor[0]; i++) {
        piece[0] = hypervisor[i];
        fence_i();
        expect_illegal(FROM_USER, "from_user", touch_user, (uintptr_t)piece, hypervisor[i]);
    }
}

/* The instruction lies across two pages, which may be backed one after the other. */
static void expect_illegal_across_pages(void)
{
    uint64_t code = (uintptr_t)__image_end + (1 << 20) + PAGE_BYTES - 2;
    volatile uint16_t *halves = (volatile uint16_t *)(uintptr_t)code;

    halves[0] = 0x000b;
    halves[1] = 0x0000;
    fence_i();
    expect_illegal(CUSTOM, "custom", touch_fetch, code, 0x0000000b);
}

/* Just after a trap that the hypervisor emulates, whose instruction the machine may still have
 * in mind: HLV must not be taken for it. */
static void expect_no_mistaking(void)
{
    for (unsigned i = 0; i < 4; i++) {
        uint32_t instruction = hypervisor[2 + random_below(9)];

        piece[0] = CSRR_A0_INSTRET;
        piece[1] = RET;
        fence_i();
        if (i & 1)
            sleep_until(time_now() + ticks_of_microseconds(20));
        else
            trap_catch(touch_fetch, (uintptr_t)piece, 0, 0); /* which may be refused */
        piece[0] = instruction;
        fence_i();
        expect_illegal(HYPERVISOR, "hypervisor", touch_fetch, (uintptr_t)piece, instruction);
    }
}

/* wfi in user mode is an illegal instruction, or it ends by itself: nothing would wake it before
 * the timer does, in 100 ms. */
static void expect_user_wfi_ends(void)
{
    uint64_t began = time_now(), patience = ticks_of_microseconds(20000);

    piece[0] = WFI;
    piece[1] = ECALL;
    fence_i();
    timer_arm(began + ticks_of_microseconds(100000));
    csr_set(sie, IE_TIMER);
    struct trap trap = trap_catch(touch_user, (uintptr_t)piece, 0, 0);
    csr_clear(sie, IE_TIMER);
    timer_stop();
    expect_true(trap.cause == CAUSE_ILLEGAL || trap.cause == CAUSE_USER_ECALL, trap.cause,
                "wfi in user mode ends, or is an illegal instruction");
    expect_true(time_now() - began < patience, time_now() - began,
                "wfi in user mode does not wait for an interrupt");
}

/* An instruction that traps to the hypervisor lies across two pages that can be executed alone, and
 * that stand apart in memory, with something else behind the first. QEMU 10 tells sepc a page too
 * high for such a wfi: the same stands there, across the second page and a third. */
static void expect_execute_only(void)
{
    uint64_t *root = paging_root(), at = 0x100000000ull + PAGE_BYTES - 2;
    uint16_t *first = (uint16_t *)page_new(), *behind = (uint16_t *)page_new();
    uint16_t *second = (uint16_t *)page_new(), *third = (uint16_t *)page_new();

    first[PAGE_BYTES / 2 - 1] = second[PAGE_BYTES / 2 - 1] = WFI & 0xffff;
    behind[0] = 0xffff;
    second[0] = third[0] = WFI >> 16;
    second[1] = third[1] = 0x8082; /* c.ret */
    *paging_entry(root, at, 0) = paging_leaf((uintptr_t)first, PTE_X | PTE_A);
    *paging_entry(root, at + 2, 0) = paging_leaf((uintptr_t)second, PTE_X | PTE_A);
    *paging_entry(root, at + 2 + PAGE_BYTES, 0) = paging_leaf((uintptr_t)third, PTE_X | PTE_A);
    fence_i();
    paging_on(root, 3);
    csr_clear(sstatus, SSTATUS_SIE);
    csr_set(sie, IE_SOFTWARE);
    csr_set(sip, IE_SOFTWARE); /* the wfi ends at once */
    expect_equal(NO_TRAP, trap_catch(touch_fetch, at, 0, 0).cause,
                 "wfi across two pages that can only be executed is wfi");
    csr_clear(sip, IE_SOFTWARE);
    csr_clear(sie, IE_SOFTWARE);
    paging_off();
}

/* Vectored mode is for interrupts: an exception goes to the base, whose lowest bits are 0. */
static void expect_at_base(void)
{
    csr_write(stvec, (uintptr_t)trap_vector | 1);
    expect_illegal_word(CUSTOM, "custom", 0x0000000b);
    expect_illegal_word(HYPERVISOR, "hypervisor", hypervisor[0]);
    csr_write(stvec, (uintptr_t)trap_vector);
}

void probe_main(void)
{
    expect_at_base();
    expect_no_mistaking();
    expect_user_wfi_ends();
    expect_execute_only();
    for (unsigned i = 0; i < sizeof hypervisor / sizeof hypervisor[0]; i++)
        expect_illegal_word(HYPERVISOR, "hypervisor", hypervisor[i]);
    enumerate_compressed(0);
    enumerate_compressed(1);
    enumerate_user();
    expect_illegal_across_pages();
    for (uint64_t i = 0; i < option_number("rounds", 200); i++) {
        enumerate_custom();
        enumerate_system();
        probe_report.rounds++;
    }
}
