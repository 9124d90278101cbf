/*
 * Proves that an instruction which the hypervisor must read, on a page that the guest's own tables
 * have taken away meanwhile, is the fault that its fetch would have been: a page fault where the
 * tables say so, an access fault where there is no memory. Reports facts.
 */
#include "probe.h"

const char probe_name[] = "fetch_faults";

#define WINDOW 0x3000000000ull

static uint64_t *root;

/* Writes a1 to a0, which is this code's own entry, and then needs the hypervisor: with the entry as
 * it is now, the instruction could not have been fetched. */
__asm__(".text\n.balign 4\n.globl own_entry\nown_entry:\n"
        "sd a1, 0(a0)\nrdcycle a0\nret\nown_entry_end:\n.globl own_entry_end\n");

static void expect_fetch_fault(uint64_t changed, uint64_t cause, const char *fact)
{
    extern const uint32_t own_entry[], own_entry_end[];
    static uint64_t *code, *entry;
    uint64_t address = WINDOW + (1ull << 21);

    if (!code) {
        code = page_new();
        entry = paging_entry(root, address, 0);
        memcpy(code, own_entry, (size_t)((const char *)own_entry_end - (const char *)own_entry));
        fence_i();
    }
    *entry = paging_leaf((uintptr_t)code, PTE_RWX);
    sfence_vma();
    struct trap trap = trap_catch((touch)(uintptr_t)address, (uintptr_t)entry, changed, 0);

    sfence_vma();
    expect_equal(cause, trap.cause, fact);
    expect_equal(address + 4, trap.tval, "its address is the instruction's");
    expect_equal(address + 4, trap.epc, "and so is sepc");
}

/* An instruction that a hypervisor must read, on a page that may not be executed any more. */
void probe_main(void)
{
    uint64_t here = board.memory.start;

    if (!in_a_vm())
        probe_unable("a hypervisor below, which reads instructions");
    root = paging_root();
    paging_on(root, 9);
    expect_fetch_fault(0, CAUSE_FETCH_PAGE, "no page: a fetch page fault");
    expect_fetch_fault(paging_leaf(here, PTE_RW), CAUSE_FETCH_PAGE,
                       "a page not to be executed: a fetch page fault");
    expect_fetch_fault(paging_leaf(here, PTE_W | PTE_X), CAUSE_FETCH_PAGE,
                       "an entry of reserved kind: a fetch page fault");
    expect_fetch_fault(paging_leaf(here + board.memory.bytes, PTE_RWX), CAUSE_FETCH_ACCESS,
                       "a page beyond RAM: a fetch access fault");
    paging_off();
}
