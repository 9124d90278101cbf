/*
 * Proves that remote fences reach the vCPUs that they name: code rewritten by vCPU 0 is executed as
 * rewritten by the others after remote_fence_i, and a translation changed by vCPU 0 holds for them
 * after remote_sfence_vma, with and without ASID, by range and for all. Hypervisor fences are
 * NOT_SUPPORTED or INVALID for a guest, hostile masks INVALID_PARAM. With one vCPU it fences
 * itself. Reports facts; counters: fences by function.
 */
#include "probe.h"

const char probe_name[] = "rfence";

enum { FENCE_I, SFENCE_VMA, SFENCE_ASID, REFUSED };

#define WINDOW       0x40000000ull
#define ASID         7
#define RET          0x00008067u
#define LI_A0(value) ((uint32_t)(value) << 20 | 10u << 7 | 0x13) /* addi a0, zero, value */

static unsigned vcpus;
static uint32_t code[2] __attribute__((aligned(8)));
static uint64_t *root;
static uint64_t *pages[2];
static volatile uint32_t order;                       /* number of the look that is wanted */
static volatile uint32_t looked[PROBE_MAX_VCPUS];     /* and done */
static volatile uint64_t executed[PROBE_MAX_VCPUS];   /* what the code gave */
static volatile uint64_t translated[PROBE_MAX_VCPUS]; /* what the window showed */
static volatile uint32_t over;

static void look(unsigned self)
{
    executed[self] = touch_fetch((uintptr_t)code, 0, 0);
    translated[self] = *(volatile uint64_t *)(uintptr_t)WINDOW;
}

/* Looks once more whenever ordered; never fences by itself. */
static void look_on(struct vcpu *self)
{
    unsigned hart = (unsigned)self->hart_id;

    paging_on(root, ASID);
    while (!over) {
        uint32_t wanted = __atomic_load_n(&order, __ATOMIC_ACQUIRE);

        if (looked[hart] != wanted) {
            look(hart);
            __atomic_store_n(&looked[hart], wanted, __ATOMIC_RELEASE);
        }
        vcpu_yield();
    }
    paging_off();
}

static struct sbi_result fence(uint64_t fid, uint64_t mask, uint64_t base, uint64_t start,
                               uint64_t size)
{
    return sbi_call6(SBI_EXT_RFENCE, fid, mask, base, start, size, ASID, 0);
}

static void order_look(void)
{
    uint32_t wanted = order + 1;

    __atomic_store_n(&order, wanted, __ATOMIC_RELEASE);
    look(0);
    for (unsigned i = 1; i < vcpus; i++)
        wait_at_least(&looked[i], wanted, 1000, "every vCPU looks again within a second");
}

static uint64_t random_mask(uint64_t *base)
{
    /* All of them, in one of the three ways to say so. */
    uint64_t all = (1ull << vcpus) - 1;

    *base = random_below(2) ? 0 : ~0ull;
    return *base ? random_next() : all;
}

static void expect_fence_i(uint64_t round)
{
    uint64_t base;
    uint64_t mask = random_mask(&base);
    uint32_t value = (uint32_t)(round + 1) & 0x7ff;

    __atomic_store_n(&code[0], LI_A0(value), __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    expect_equal(SBI_SUCCESS, (uint64_t)fence(SBI_RFENCE_FENCE_I, mask, base, 0, 0).error,
                 "remote_fence_i succeeds");
    counter_add(FENCE_I, "fence_i", 1);
    order_look();
    for (unsigned i = 0; i < vcpus; i++)
        expect_equal(value, executed[i], "after remote_fence_i the new code runs");
}

static void expect_sfence(uint64_t fid, uint64_t round)
{
    uint64_t base;
    uint64_t mask = random_mask(&base);
    uint64_t *page = pages[round & 1];
    bool everything = random_below(3) == 0;
    uint64_t start = everything ? 0 : WINDOW;
    uint64_t size = everything ? (random_below(2) ? 0 : ~0ull) : PAGE_BYTES << random_below(12);

    if (!everything && random_below(2)) { /* the window is the last page that the range touches */
        start -= size - 1;
        size += random_below(2);
    }

    *(volatile uint64_t *)paging_entry(root, WINDOW, 0) = paging_leaf((uintptr_t)page, PTE_RW);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    expect_equal(SBI_SUCCESS, (uint64_t)fence(fid, mask, base, start, size).error,
                 "remote_sfence_vma succeeds");
    counter_add(fid == SBI_RFENCE_SFENCE_VMA ? SFENCE_VMA : SFENCE_ASID,
                fid == SBI_RFENCE_SFENCE_VMA ? "sfence_vma" : "sfence_vma_asid", 1);
    order_look();
    for (unsigned i = 0; i < vcpus; i++)
        expect_equal(*page, translated[i], "after remote_sfence_vma the new translation holds");
}

static void expect_refused(void)
{
    for (uint64_t fid = SBI_RFENCE_FENCE_I; fid <= SBI_RFENCE_SFENCE_VMA_ASID; fid++) {
        expect_equal((uint64_t)SBI_ERR_INVALID_PARAM,
                     (uint64_t)fence(fid, 1, vcpus + 100, 0, 0).error,
                     "a fence on a vCPU that is not there is INVALID_PARAM");
        if (in_a_vm())
            expect_equal((uint64_t)SBI_ERR_INVALID_PARAM,
                         (uint64_t)fence(fid, 1ull << vcpus, 0, 0, 0).error,
                         "a mask with one vCPU too many is INVALID_PARAM");
        if (in_a_vm() && vcpus > 1)
            expect_equal((uint64_t)SBI_ERR_INVALID_PARAM,
                         (uint64_t)fence(fid, 1ull << (vcpus - 1) | 1, 1, 0, 0).error,
                         "a mask from 1 with one vCPU too many is INVALID_PARAM");
        counter_add(REFUSED, "refused", 2);
    }
    /* A guest has no guests: NOT_SUPPORTED says so (chapter 8 of the SBI spec). */
    for (uint64_t fid = SBI_RFENCE_HFENCE_GVMA_VMID; fid <= SBI_RFENCE_HFENCE_VVMA; fid++) {
        if (in_a_vm())
            expect_equal((uint64_t)SBI_ERR_NOT_SUPPORTED, (uint64_t)fence(fid, 1, 0, 0, 0).error,
                         "a fence of the hypervisor extension is NOT_SUPPORTED");
        counter_add(REFUSED, "refused", 1);
    }
    /* Start and size that wrap around fence everything or are refused; nothing else may happen. */
    for (unsigned i = 0; i < 50; i++)
        fence(random_below(3), 1, 0, random_next(), random_next());
}

void probe_main(void)
{
    vcpus = board.cpu_count < PROBE_MAX_VCPUS ? board.cpu_count : PROBE_MAX_VCPUS;
    code[0] = LI_A0(0);
    code[1] = RET;
    root = paging_root();
    for (unsigned i = 0; i < 2; i++) {
        pages[i] = page_new();
        pages[i][0] = 200 + i;
    }
    *paging_entry(root, WINDOW, 0) = paging_leaf((uintptr_t)pages[0], PTE_RW);
    fence_i();
    expect_refused();
    for (unsigned i = 1; i < vcpus; i++)
        expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(i, look_on, 0), "a vCPU starts");
    paging_on(root, ASID);
    /* Everyone has run the old code and used the old translation before anything changes. */
    order_look();
    for (uint64_t round = 0; round < option_number("rounds", 100); round++) {
        expect_fence_i(round);
        expect_sfence(SBI_RFENCE_SFENCE_VMA, 2 * round + 1);
        expect_sfence(SBI_RFENCE_SFENCE_VMA_ASID, 2 * round);
        probe_report.rounds++;
    }
    over = 1;
    paging_off();
}
