/* hv/memory/guest_virtual.c: a fetch through the guest's own tables, and what it meets. The tables
 * are Sv39, Sv48 and Sv57 of the same three levels at the bottom. */
#include "memory/guest_memory.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "memory/gstage.h"
#include "test.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include <string.h>

static struct vm *vm;
static struct vcpu *guest;

/* Tables by level, each a page; one gigabyte page, one large page, one page. */
#define TABLE(level) (GUEST_RAM + 0x20000 + (level)*0x1000)
#define CODE         (GUEST_RAM + 0x5000)
#define GVA          0x40603000ull /* indices 1, 3, 3 from level 2 down */
#define POINTER      PTE_V
#define LEAF         (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

static void entry(unsigned level, uint64_t pa, uint64_t bits)
{
    uint64_t pte = pa >> 12 << 10 | bits, index = GVA >> (12 + 9 * level) & 511;

    guest_memory_write(vm, TABLE(level) + 8 * index, &pte, 8);
}

static void begin(unsigned mode)
{
    machine_begin(1);
    vm = &vms[0];
    guest = vm->vcpu[0];
    fake_machine.satp = (uint64_t)mode << 60 | TABLE(mode - 6) >> 12;
    for (unsigned level = mode - 6; level > 0; level--)
        entry(level, TABLE(level - 1), POINTER);
    entry(0, CODE, LEAF);
    guest_memory_write(vm, CODE + 0x124, "code", 4);
}

static enum guest_fetch fetch(uint64_t gva)
{
    char got[4] = "";
    enum guest_fetch result = guest_virtual_fetch(guest, gva, got, 4);

    CU_ASSERT_EQUAL(memcmp(got, "code", 4) == 0, result == FETCH_DONE);
    return result;
}

#define MEETS(result, gva) CU_ASSERT_EQUAL(fetch(gva), result)

static void each_mode_has_its_levels(void)
{
    for (unsigned mode = 8; mode <= 10; mode++) {
        begin(mode);
        MEETS(FETCH_DONE, GVA + 0x124);
        unsigned bits = 12 + 9 * (mode - 5);
        MEETS(FETCH_PAGE_FAULT, GVA + 0x124 + (1ull << (bits - 1))); /* not canonical */
        MEETS(FETCH_PAGE_FAULT, (GVA + 0x124) | 1ull << 63);
        MEETS(FETCH_PAGE_FAULT, GVA + 0x124 - (1ull << (bits - 1))); /* canonical, not mapped */
        machine_end();
    }
}

/* The upper half is canonical: bits above repeat the highest. */
static void the_upper_half_is_reached(void)
{
    begin(8);
    uint64_t pte = TABLE(1) >> 12 << 10 | POINTER;
    guest_memory_write(vm, TABLE(2) + 8 * 257, &pte, 8);
    MEETS(FETCH_DONE, (GVA + 0x124) | 0xffffffc000000000);
    MEETS(FETCH_PAGE_FAULT, (GVA + 0x124) | 0x0000004000000000);
    machine_end();
}

static void without_translation_addresses_are_physical(void)
{
    begin(8);
    fake_machine.satp = 0;
    MEETS(FETCH_DONE, CODE + 0x124);
    MEETS(FETCH_ACCESS_FAULT, GUEST_END);
    MEETS(FETCH_ACCESS_FAULT, GUEST_RAM - 4);
    fake_machine.satp = 7ull << 60;
    MEETS(FETCH_PAGE_FAULT, CODE + 0x124);
    fake_machine.satp = 11ull << 60;
    MEETS(FETCH_PAGE_FAULT, CODE + 0x124);
    machine_end();
}

static void an_entry_must_let_it_execute(void)
{
    static const uint64_t refused[] = {
        0, /* not valid */
        LEAF & ~PTE_V,
        LEAF & ~(uint64_t)PTE_X,
        LEAF & ~(uint64_t)PTE_A, /* the hart does not set it */
        LEAF & ~(uint64_t)PTE_R, /* writable, not readable: reserved */
        PTE_V | PTE_W | PTE_A,
        LEAF | PTE_U,      /* a user page, for the supervisor */
        LEAF | 1ull << 54, /* reserved */
        LEAF | 1ull << 61,
        LEAF | 1ull << 63, /* Svnapot */
        POINTER,           /* a pointer where there is no level below */
    };

    begin(8);
    for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        entry(0, CODE, refused[i]);
        MEETS(FETCH_PAGE_FAULT, GVA + 0x124);
    }
    entry(0, CODE, PTE_V | PTE_X | PTE_A);
    MEETS(FETCH_DONE, GVA + 0x124);
    entry(0, CODE, (LEAF & ~PTE_D) | 3 << 8 | PTE_G); /* software's bits, and global */
    MEETS(FETCH_DONE, GVA + 0x124);
    fake_machine.from_user = true;
    MEETS(FETCH_PAGE_FAULT, GVA + 0x124);
    entry(0, CODE, LEAF | PTE_U);
    MEETS(FETCH_DONE, GVA + 0x124);
    machine_end();
}

static void a_pointer_says_nothing_of_pages(void)
{
    static const uint64_t bits[] = {PTE_U, PTE_A, PTE_D, PTE_W, 1ull << 54};

    begin(8);
    for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        entry(1, TABLE(0), POINTER | bits[i]);
        MEETS(FETCH_PAGE_FAULT, GVA + 0x124);
    }
    entry(1, TABLE(0), POINTER | PTE_G | 3 << 8);
    MEETS(FETCH_DONE, GVA + 0x124);
    machine_end();
}

static void large_pages_are_aligned(void)
{
    begin(8);
    entry(1, GUEST_RAM, LEAF); /* 2 MiB */
    guest_memory_write(vm, GUEST_RAM + 0x3124, "code", 4);
    MEETS(FETCH_DONE, GVA + 0x124);
    MEETS(FETCH_PAGE_FAULT, GVA + (2 << 20));
    entry(1, CODE, LEAF);
    MEETS(FETCH_PAGE_FAULT, GVA + 0x124);
    entry(2, GUEST_RAM, LEAF); /* 1 GiB, whose address is the RAM's first */
    MEETS(FETCH_ACCESS_FAULT, GVA + 0x124);
    guest_memory_write(vm, GUEST_RAM + 0x7124, "code", 4);
    MEETS(FETCH_DONE, (GVA & ~((1ull << 30) - 1)) + 0x7124);
    machine_end();
}

static void where_there_is_no_memory_is_an_access_fault(void)
{
    begin(8);
    entry(0, GUEST_END, LEAF);
    MEETS(FETCH_ACCESS_FAULT, GVA + 0x124);
    entry(1, GUEST_END, POINTER);
    MEETS(FETCH_ACCESS_FAULT, GVA + 0x124);
    fake_machine.satp = 8ull << 60 | 0xfffffffffff;
    MEETS(FETCH_ACCESS_FAULT, GVA + 0x124);
    machine_end();
}

/* The hart reads nothing there: hv/vcpu/illegal.c asks half by half. */
static void virtual_instruction_at(uint64_t gva, uint32_t word)
{
    guest_memory_write(vm, CODE + (gva & 0xfff), &word, 4);
    guest->pc = gva;
    guest->context.vscause = 0xbad;
    fake_machine.trap_cause = EXC_VIRTUAL_INST_FAULT;
    harts[0].handlers[EXC_VIRTUAL_INST_FAULT](guest);
}

static void got(uint64_t cause, uint64_t stval)
{
    CU_ASSERT_EQUAL(guest->context.vscause, cause);
    CU_ASSERT_EQUAL(guest->context.vstval, stval);
}

static void an_instruction_may_lie_across_two_pages(void)
{
    uint32_t word = 0x12345073;

    begin(8);
    virtual_instruction_at(GVA + 0x200, word);
    got(EXC_INST_ILLEGAL, word);
    virtual_instruction_at(GVA + 0x200, 0xabcd0001); /* compressed */
    got(EXC_INST_ILLEGAL, 0x0001);
    uint16_t half = 0x5073;
    guest_memory_write(vm, CODE + 0xffe, &half, 2);
    guest->pc = GVA + 0xffe;
    harts[0].handlers[EXC_VIRTUAL_INST_FAULT](guest);
    got(EXC_INST_PAGE_FAULT, GVA + 0x1000);
    half = 0x5071; /* compressed: the other page is not asked for */
    guest_memory_write(vm, CODE + 0xffe, &half, 2);
    harts[0].handlers[EXC_VIRTUAL_INST_FAULT](guest);
    got(EXC_INST_ILLEGAL, 0x5071);
    entry(0, CODE, 0);
    virtual_instruction_at(GVA + 0x200, word);
    got(EXC_INST_PAGE_FAULT, GVA + 0x200);
    entry(0, GUEST_END, LEAF);
    virtual_instruction_at(GVA + 0x200, word);
    got(EXC_INST_ACCESS, GVA + 0x200);
    CU_ASSERT_EQUAL(guest->pc, GVA + 0x200);
    machine_end();
}

TEST_SUITE(hv_guest_virtual, {"each mode has its levels", each_mode_has_its_levels},
           {"the upper half is reached", the_upper_half_is_reached},
           {"without translation addresses are physical",
            without_translation_addresses_are_physical},
           {"an entry must let it execute", an_entry_must_let_it_execute},
           {"a pointer says nothing of pages", a_pointer_says_nothing_of_pages},
           {"large pages are aligned", large_pages_are_aligned},
           {"where there is no memory is an access fault",
            where_there_is_no_memory_is_an_access_fault},
           {"an instruction may lie across two pages", an_instruction_may_lie_across_two_pages});
