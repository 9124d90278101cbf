/* The program around the tests, and what hv/metal needs of the rest of the hypervisor. */
#include "metal_test.h"

#include "boot/board.h"
#include "metal/firmware.h"

struct board board = {.timebase_hz = 10000000, .finisher = 0x100000};
struct hart harts[HART_MAX];
unsigned hart_count = 1;
uint64_t boot_hart_id, boot_device_tree, boot_time;

unsigned broken_at;
uint64_t broken_found;
static unsigned passed, failed;

void say(const char *text)
{
    while (*text)
        firmware_putchar(*text++);
}

static void say_number(uint64_t number)
{
    char text[17] = "0000000000000000";

    for (unsigned i = 16; i-- > 0; number >>= 4)
        text[i] = "0123456789abcdef"[number & 15];
    say(text);
}

void fact(const char *name, void (*test)(void))
{
    broken_at = 0;
    broken_found = 0;
    test();
    say(broken_at ? "not ok " : "ok ");
    say(name);
    if (broken_at) {
        failed++;
        say(": line 0x");
        say_number(broken_at);
        say(" found 0x");
        say_number(broken_found);
    } else {
        passed++;
    }
    say("\n");
}

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

bool tree_says(const char *word)
{
    const uint8_t *tree = (const uint8_t *)boot_device_tree;

    for (uint32_t at = 0, bytes = big_endian(tree + 4); at < bytes; at++) {
        unsigned same = 0;
        while (word[same] && tree[at + same] == (uint8_t)word[same])
            same++;
        if (!word[same])
            return true;
    }
    return false;
}

bool board_has_extension(const char *name)
{
    return tree_says(name);
}

void registers_fill(uint64_t x[32], uint64_t seed)
{
    for (unsigned i = 0; i < 32; i++)
        x[i] = seed * 0x9e3779b97f4a7c15 + i * 0x0101010101010101;
}

/* ---- traps of the program itself ---- */

struct own_trap own_trap;

void trap_from_hypervisor(struct trap_frame *frame)
{
    struct hart *hart = this_hart();

    if (hart->trap_resume) {
        frame->sepc = hart->trap_resume;
        hart->trap_resume = 0;
        return;
    }
    own_trap.frame = *frame;
    own_trap.at = frame;
    if (own_trap.count++ > 100) {
        say("not ok the tests go on: traps without end\n");
        machine_stop(true);
    }
    if (own_trap.replace)
        *frame = own_trap.by;
    else
        frame->sepc = (uint64_t)break_behind;
}

/* ---- the boot ---- */

#define CLEAN 4096
static uint64_t clean[CLEAN / 8]; /* the loader has left other bytes there */

static void the_first_instructions_set_the_hart_up(void)
{
    extern char __stack_top[], __stack_bottom[], __emergency_stack_top[], trap_vector[];

    EXPECT_EQUAL(this_hart(), &harts[0]);
    EXPECT_EQUAL(boot_begun.tp, &harts[0]);
    EXPECT_EQUAL(boot_begun.sp, __stack_top);
    EXPECT_EQUAL(boot_begun.ra, 0);
    EXPECT_EQUAL(boot_begun.s0, 0);
    EXPECT_EQUAL(harts[0].stack_top, __stack_top);
    EXPECT_EQUAL(harts[0].stack_bottom, __stack_bottom);
    EXPECT_EQUAL(harts[0].emergency_stack, __emergency_stack_top);
    EXPECT_EQUAL(csr_read(stvec), trap_vector);
    EXPECT_EQUAL(csr_read(sscratch), 0);
    EXPECT_EQUAL(boot_hart_id, boot_begun.a0);
    EXPECT_EQUAL(boot_device_tree, boot_begun.a1);
    EXPECT_EQUAL(big_endian((const uint8_t *)boot_device_tree), 0xd00dfeed);
    EXPECT(boot_time > 0 && boot_time <= clock_now());
}

static bool was_clean, had_no_interrupts;

static void memory_that_is_not_loaded_is_cleared(void)
{
    EXPECT(was_clean);
    EXPECT(had_no_interrupts);
}

static void look_first(void)
{
    was_clean = true;
    for (unsigned i = 0; i < CLEAN / 8; i++)
        was_clean = was_clean && clean[i] == 0;
    for (unsigned i = 0; i < sizeof harts[1] / 8; i++)
        was_clean = was_clean && ((const uint64_t *)&harts[HART_MAX - 1])[i] == 0;
    had_no_interrupts = csr_read(sie) == 0;
}

_Noreturn void metal_main(void);
_Noreturn void metal_main(void)
{
    look_first();
    if (tree_says("end=failure"))
        machine_stop(true);
    if (tree_says("end=nofinisher")) {
        board.finisher = 0;
        machine_stop(true);
    }
    fact("the first instructions set the hart up", the_first_instructions_set_the_hart_up);
    fact("memory that is not loaded is cleared", memory_that_is_not_loaded_is_cleared);
    hart_facts();
    trap_facts();
    guest_facts();
    fp_facts();
    device_facts();
    say(failed ? "some failed\n" : "all passed\n");
    (void)passed;
    machine_stop(false);
}
