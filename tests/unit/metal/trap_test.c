/* hv/metal/vector.S: traps of the hypervisor itself. */
#include "metal_test.h"

static uint64_t before[32], after[32];

/* A frame as deep in the stack as a function of the hypervisor's might stand. */
static uint64_t own_stack(void)
{
    return (harts[0].stack_bottom + 2048) & ~15ull;
}

/* Nothing of an earlier frame is left. */
static void wipe_below(uint64_t address)
{
    for (uint64_t *at = (uint64_t *)address; at > (uint64_t *)(address - 512);)
        *--at = 0xeeeeeeeeeeeeeeee;
}

static void breaks(uint64_t stack_pointer)
{
    wipe_below(own_stack());
    wipe_below(harts[0].emergency_stack);
    registers_fill(before, 1);
    before[2] = stack_pointer;
    before[4] = (uint64_t)&harts[0];
    own_trap = (struct own_trap){.replace = false};
    break_with(before, after);
}

static void a_trap_finds_all_registers_in_its_frame(void)
{
    uint64_t status = csr_read(sstatus);

    breaks(own_stack());
    EXPECT_EQUAL(own_trap.count, 1);
    for (unsigned i = 1; i < 32; i++)
        EXPECT_EQUAL(own_trap.frame.x[i], before[i]);
    EXPECT_EQUAL(own_trap.frame.sepc, break_here);
    EXPECT_EQUAL(own_trap.frame.scause, EXC_BREAKPOINT);
    EXPECT_EQUAL(own_trap.frame.sstatus & ~SSTATUS_SPIE, (status | SSTATUS_SPP) & ~SSTATUS_SPIE);
    EXPECT_EQUAL(csr_read(sscratch), 0);
}

static void a_trap_that_returns_has_changed_nothing(void)
{
    breaks(own_stack());
    for (unsigned i = 1; i < 32; i++)
        EXPECT_EQUAL(after[i], before[i]);
}

/* Whatever the handler puts into the frame is what goes on. */
static void a_frame_is_what_returns(void)
{
    registers_fill(before, 2);
    before[2] = own_stack();
    before[4] = (uint64_t)&harts[0];
    own_trap = (struct own_trap){.replace = true};
    registers_fill(own_trap.by.x, 3);
    own_trap.by.sepc = (uint64_t)break_behind;
    uint64_t sum = 1ull << 18, status = csr_read(sstatus);
    own_trap.by.sstatus = ((status ^ sum) | SSTATUS_SPP) & ~SSTATUS_SPIE;
    uint64_t then = break_with(before, after);
    for (unsigned i = 1; i < 32; i++)
        EXPECT_EQUAL(after[i], own_trap.by.x[i]);
    EXPECT_EQUAL(then & sum, (status ^ sum) & sum);
    csr_write(sstatus, status);
}

/* Its own fault's address. */
static void a_trap_tells_stval(void)
{
    csr_write(stval, 0x4000000000000001);
    breaks(own_stack());
    EXPECT_EQUAL(own_trap.frame.stval, csr_read(stval));
}

static void frame_lies(uint64_t stack_pointer, uint64_t below)
{
    breaks(stack_pointer);
    EXPECT_EQUAL(own_trap.at, below - sizeof(struct trap_frame));
    for (unsigned i = 1; i < 32; i++) {
        EXPECT_EQUAL(own_trap.frame.x[i], before[i]);
        EXPECT_EQUAL(after[i], before[i]);
    }
}

/* The stack holds the frame if there is room for it; else the emergency stack does. */
static void a_broken_stack_pointer_leads_to_the_emergency_stack(void)
{
    uint64_t top = harts[0].stack_top, bottom = harts[0].stack_bottom;
    uint64_t least = bottom + sizeof(struct trap_frame);
    uint64_t emergency = harts[0].emergency_stack;

    frame_lies(own_stack(), own_stack());
    frame_lies(least, least);
    frame_lies(least - 16, emergency);
    frame_lies(bottom, emergency);
    frame_lies(bottom - 16, emergency);
    frame_lies(0, emergency);
    frame_lies(top + 16, emergency);
    frame_lies(~15ull, emergency);
    /* At the top stands the program's own frame: for this one there is another stack. */
    static uint64_t stack[256] __attribute__((aligned(16)));
    harts[0].stack_top = (uint64_t)&stack[256];
    harts[0].stack_bottom = (uint64_t)&stack[0];
    frame_lies((uint64_t)&stack[256], (uint64_t)&stack[256]);
    frame_lies((uint64_t)&stack[256] + 8, emergency);
    harts[0].stack_top = top;
    harts[0].stack_bottom = bottom;
}

void trap_facts(void)
{
    fact("a trap finds all registers in its frame", a_trap_finds_all_registers_in_its_frame);
    fact("a trap that returns has changed nothing", a_trap_that_returns_has_changed_nothing);
    fact("a frame is what returns", a_frame_is_what_returns);
    fact("a trap tells stval", a_trap_tells_stval);
    fact("a broken stack pointer leads to the emergency stack",
         a_broken_stack_pointer_leads_to_the_emergency_stack);
}
