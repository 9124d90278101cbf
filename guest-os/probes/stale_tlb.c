/*
 * Proves that translations are never stale: after a change and sfence.vma the new one holds; two
 * address spaces with ASIDs of their own never mix; and two vCPUs that give one ASID and one
 * virtual address different meanings never see each other's, though they share a hart and a VMID
 * (needs two vCPUs for that part). Works while yielding and sleeping between. Reports facts;
 * counters by kind.
 */
#include "probe.h"

const char probe_name[] = "stale_tlb";

enum { REMAPS, ASID_SWITCHES, SHARED_ASID_LOOKS };

#define WINDOW 0x40000000ull /* virtual: away from RAM */
#define PAGES  8

static uint64_t *pages[2][PAGES]; /* [space][n]: each holds its own address in every word */
static uint64_t *roots[2];

static void make_spaces(void)
{
    for (unsigned space = 0; space < 2; space++) {
        roots[space] = paging_root();
        for (unsigned i = 0; i < PAGES; i++) {
            uint64_t *page = page_new();

            for (unsigned word = 0; word < PAGE_BYTES / 8; word++)
                page[word] = (uintptr_t)page;
            pages[space][i] = page;
        }
    }
}

static uint64_t look(uint64_t address)
{
    return *(volatile uint64_t *)(uintptr_t)address;
}

static void remap(uint64_t *root, uint64_t address, const uint64_t *page)
{
    *(volatile uint64_t *)paging_entry(root, address, 0) =
        paging_leaf((uintptr_t)page, PTE_RW | (random_below(2) ? PTE_G : 0));
    /* Each form of the fence, one after the other by chance. */
    switch (random_below(3)) {
    case 0:
        __asm__ volatile("sfence.vma" ::: "memory");
        break;
    case 1:
        __asm__ volatile("sfence.vma %0" ::"r"(address) : "memory");
        break;
    default:
        __asm__ volatile("sfence.vma %0, zero" ::"r"(address) : "memory");
    }
}

static void expect_remaps(uint64_t rounds)
{
    paging_on(roots[0], 1);
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t *page = pages[0][random_below(PAGES)];
        uint64_t address = WINDOW + random_below(PAGES) * PAGE_BYTES;

        remap(roots[0], address, page);
        give_way();
        counter_add(REMAPS, "remaps", 1);
        if (!expect_equal((uintptr_t)page, look(address + random_below(512) * 8),
                          "after sfence.vma the new translation holds"))
            break;
    }
    /* Rights taken away hold as well. */
    *paging_entry(roots[0], WINDOW, 0) = 0;
    __asm__ volatile("sfence.vma %0" ::"r"(WINDOW) : "memory");
    give_way();
    expect_equal(CAUSE_LOAD_PAGE, trap_catch(touch_load64, WINDOW, 0, 0).cause,
                 "after unmap and sfence.vma a load is a page fault");
    *paging_entry(roots[0], WINDOW, 0) = paging_leaf((uintptr_t)pages[0][0], PTE_R | PTE_A);
    __asm__ volatile("sfence.vma %0" ::"r"(WINDOW) : "memory");
    give_way();
    expect_equal(CAUSE_STORE_PAGE, trap_catch(touch_store64, WINDOW, 0, 0).cause,
                 "a page made read-only cannot be written");
    paging_off();
}

/* Switching by satp alone, with no fence: ASIDs keep the spaces apart. */
static void expect_asids(uint64_t rounds)
{
    uint64_t satps[2];

    for (unsigned space = 0; space < 2; space++) {
        for (unsigned i = 0; i < PAGES; i++)
            *paging_entry(roots[space], WINDOW + i * PAGE_BYTES, 0) =
                paging_leaf((uintptr_t)pages[space][i], PTE_RW);
        paging_on(roots[space], 2 + space);
        satps[space] = csr_read(satp);
    }
    for (uint64_t i = 0; i < rounds; i++) {
        unsigned space = (unsigned)random_below(2);
        unsigned n = (unsigned)random_below(PAGES);

        csr_write(satp, satps[space]);
        give_way();
        counter_add(ASID_SWITCHES, "asid_switches", 1);
        if (!expect_equal((uintptr_t)pages[space][n], look(WINDOW + n * PAGE_BYTES),
                          "two ASIDs never mix"))
            break;
    }
    paging_off();
}

/* vCPU 0 and 1 each: own root, the same ASID, the same address, no fence after the first. */
static void look_on(uint64_t space, uint64_t rounds)
{
    paging_on(roots[space], 5);
    for (uint64_t i = 0; i < rounds; i++) {
        unsigned n = (unsigned)(i % PAGES);

        counter_add(SHARED_ASID_LOOKS, "shared_asid_looks", 1);
        if (!expect_equal((uintptr_t)pages[space][n], look(WINDOW + n * PAGE_BYTES),
                          "a vCPU never sees a translation of another vCPU of its VM"))
            break;
        vcpu_yield();
    }
    paging_off();
}

static void look_on_second(struct vcpu *self)
{
    look_on(1, self->argument);
}

static void expect_vcpus_apart(uint64_t rounds)
{
    expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(1, look_on_second, rounds), "vCPU 1 starts");
    vcpu_await_begun(1);
    look_on(0, rounds);
    vcpu_await_done(1, 10000);
}

void probe_main(void)
{
    uint64_t rounds = option_number("rounds", 500);

    make_spaces();
    expect_remaps(rounds);
    expect_asids(rounds);
    if (board.cpu_count > 1)
        expect_vcpus_apart(rounds);
    probe_report.rounds = rounds;
}
