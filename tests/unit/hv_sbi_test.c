/* hv/sbi: the calls that guests make, against the SBI specification. */
#include "sbi/sbi.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "memory/guest_memory.h"
#include "test.h"
#include "trap/cause.h"
#include <string.h>

static const uint64_t served[] = {SBI_EXT_BASE,
                                  SBI_EXT_TIME,
                                  SBI_EXT_IPI,
                                  SBI_EXT_RFENCE,
                                  SBI_EXT_HSM,
                                  SBI_EXT_SRST,
                                  SBI_EXT_DBCN,
                                  SBI_EXT_STA,
                                  SBI_EXT_PV,
                                  SBI_LEGACY_CONSOLE_PUTCHAR,
                                  SBI_LEGACY_CONSOLE_GETCHAR,
                                  SBI_LEGACY_SHUTDOWN};
#define STANDARD 9 /* the first ones, which are not legacy */
#define SERVED   (sizeof served / sizeof served[0])

static struct vcpu *caller(void)
{
    return vms[2].vcpu[0];
}

static void begin(void)
{
    machine_begin(3);
    machine_enter(caller());
}

/* The call answers with this error and value. */
#define ANSWERS(error_, value_, extension, function, ...)                                          \
    do {                                                                                           \
        struct sbi_result result_ = CALL(caller(), extension, function, __VA_ARGS__);              \
        CU_ASSERT_EQUAL(result_.error, error_);                                                    \
        CU_ASSERT_EQUAL(result_.value, value_);                                                    \
    } while (0)

static bool is_served(uint64_t extension)
{
    for (size_t i = 0; i < SERVED; i++)
        if (served[i] == extension)
            return true;
    return false;
}

static void probing_tells_the_truth(void)
{
    begin();
    for (uint64_t extension = 0; extension < 64; extension++)
        ANSWERS(SBI_SUCCESS, is_served(extension), SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION,
                extension);
    for (size_t i = 0; i < STANDARD; i++) {
        ANSWERS(SBI_SUCCESS, 1, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, served[i]);
        ANSWERS(SBI_SUCCESS, 0, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, served[i] + 32);
        ANSWERS(SBI_SUCCESS, 0, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, served[i] | 1ull << 32);
    }
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, UINT64_MAX);
    machine_end();
}

static void what_probing_denies_is_not_supported(void)
{
    struct random random = {14};

    begin();
    ANSWERS(SBI_ERR_NOT_SUPPORTED, 0, UINT64_MAX, 0, 1);
    for (unsigned i = 0; i < 2000; i++) {
        uint64_t extension = random_next(&random) >> random_below(&random, 64);
        if (!is_served(extension))
            ANSWERS(SBI_ERR_NOT_SUPPORTED, 0, extension, random_below(&random, 9), 1, 2, 3);
    }
    machine_end();
}

static void functions_that_do_not_exist_are_not_supported(void)
{
    begin();
    for (size_t i = 0; i < STANDARD; i++) {
        ANSWERS(SBI_ERR_NOT_SUPPORTED, 0, served[i], 7, 0);
        ANSWERS(SBI_ERR_NOT_SUPPORTED, 0, served[i], UINT64_MAX, 0);
        ANSWERS(SBI_ERR_NOT_SUPPORTED, 0, served[i], 1ull << 32, 0);
    }
    machine_end();
}

static void base_says_who_serves(void)
{
    begin();
    ANSWERS(SBI_SUCCESS, 2 << 24, SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION, 0);
    ANSWERS(SBI_SUCCESS, SBI_IMPL_STAGECOACH, SBI_EXT_BASE, SBI_BASE_GET_IMPL_ID, 0);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_BASE, SBI_BASE_GET_MVENDORID, 0);
    machine_end();
}

static void only_a0_a1_and_pc_change(void)
{
    struct random random = {15};
    uint64_t before[32];

    begin();
    for (unsigned i = 0; i < 3000; i++) {
        struct vcpu *vcpu = caller();
        uint64_t extension = served[random_below(&random, SERVED)];
        if (extension == SBI_EXT_HSM || extension == SBI_EXT_SRST || extension == SBI_EXT_PV ||
            extension == SBI_LEGACY_SHUTDOWN)
            continue;
        for (unsigned r = 1; r < 32; r++)
            vcpu->x[r] = random_next(&random) >> random_below(&random, 64);
        vcpu->x[REG_A7] = extension;
        vcpu->x[REG_A6] = random_below(&random, 4);
        vcpu->pc = GUEST_RAM + 4 * i;
        memcpy(before, vcpu->x, sizeof before);
        sbi_handle(vcpu);
        CU_ASSERT_EQUAL(vcpu->pc, GUEST_RAM + 4 * i + 4);
        for (unsigned r = 0; r < 32; r++)
            if (r != REG_A0 && !(r == REG_A1 && extension > SBI_LEGACY_SHUTDOWN))
                CU_ASSERT_EQUAL(vcpu->x[r], before[r]);
    }
    machine_end();
}

static void time_keeps_the_guests_timer_without_sstc(void)
{
    begin();
    struct vcpu *vcpu = caller();
    uint64_t guest_now = fake_machine.clock + vcpu->context.htimedelta;
    guest_interrupt_set(1 << IRQ_VS_TIMER);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_TIME, SBI_TIME_SET_TIMER, guest_now + 700);
    CU_ASSERT_EQUAL(fake_machine.armed, fake_machine.clock + 700);
    CU_ASSERT_FALSE(fake_machine.loaded.pending & 1 << IRQ_VS_TIMER);
    fake_machine.clock += 700;
    timers_run(&harts[0], fake_machine.clock);
    CU_ASSERT_TRUE(fake_machine.loaded.pending & 1 << IRQ_VS_TIMER);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_TIME, SBI_TIME_SET_TIMER, UINT64_MAX);
    CU_ASSERT_EQUAL(fake_machine.armed, UINT64_MAX);
    machine_has_sstc = true;
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_TIME, SBI_TIME_SET_TIMER, 12345);
    CU_ASSERT_EQUAL(fake_machine.loaded.vstimecmp, 12345);
    machine_end();
}

static void an_ipi_reaches_those_in_the_mask_that_are_started(void)
{
    begin();
    struct vm *vm = &vms[2];
    vcpu_start(vm->vcpu[1], GUEST_RAM, 0);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_IPI, SBI_IPI_SEND_IPI, 2, 0);
    CU_ASSERT_EQUAL(vm->vcpu[1]->context.hvip, 1 << IRQ_VS_SOFT);
    CU_ASSERT_EQUAL(fake_machine.loaded.pending, 0);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_IPI, SBI_IPI_SEND_IPI, 1, 2); /* stopped */
    CU_ASSERT_EQUAL(vm->vcpu[2]->context.hvip, 0);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_IPI, SBI_IPI_SEND_IPI, 0, UINT64_MAX);
    CU_ASSERT_EQUAL(fake_machine.loaded.pending, 1 << IRQ_VS_SOFT);
    CU_ASSERT_EQUAL(vms[0].vcpu[0]->context.hvip | vms[1].vcpu[0]->context.hvip, 0);
    machine_end();
}

static void masks_of_harts_that_do_not_exist_are_invalid(void)
{
    static const struct {
        uint64_t mask, base;
        int64_t error;
    } cases[] = {
        {0, 0, SBI_SUCCESS},
        {7, 0, SBI_SUCCESS},
        {8, 0, SBI_ERR_INVALID_PARAM},
        {4, 1, SBI_ERR_INVALID_PARAM},
        {1, 3, SBI_ERR_INVALID_PARAM},
        {1, 64, SBI_ERR_INVALID_PARAM},
        {1, UINT64_MAX - 1, SBI_ERR_INVALID_PARAM},
        {UINT64_MAX, 0, SBI_ERR_INVALID_PARAM},
        {UINT64_MAX, UINT64_MAX, SBI_SUCCESS},
        {1ull << 63, 1, SBI_ERR_INVALID_PARAM},
    };

    begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ANSWERS(cases[i].error, 0, SBI_EXT_IPI, SBI_IPI_SEND_IPI, cases[i].mask, cases[i].base);
        ANSWERS(cases[i].error, 0, SBI_EXT_RFENCE, SBI_RFENCE_FENCE_I, cases[i].mask,
                cases[i].base);
    }
    machine_end();
}

static void remote_fences_cover_the_range(void)
{
    begin();
    unsigned before = fake_machine.fence_i;
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_RFENCE, SBI_RFENCE_FENCE_I, 1, 0);
    CU_ASSERT_EQUAL(fake_machine.fence_i, before + 1);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, 1, 0, 0x5000, 0x3000);
    CU_ASSERT_EQUAL(fake_machine.hfence_vvma_page, 3);
    CU_ASSERT_EQUAL(fake_machine.last_fence_address, 0x7000);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, 1, 0, 0, 0);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, 1, 0, 0, UINT64_MAX);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, 1, 0, 0x5000, 1ull << 40);
    CU_ASSERT_EQUAL(fake_machine.hfence_vvma_all, 3);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA_ASID, 1, 0, 0x5000, 0x1000, 9);
    CU_ASSERT_EQUAL(fake_machine.hfence_vvma_asid, 1);
    for (unsigned function = SBI_RFENCE_HFENCE_GVMA_VMID; function <= 6; function++)
        ANSWERS(SBI_ERR_NOT_SUPPORTED, 0, SBI_EXT_RFENCE, function, 1, 0, 0, 0);
    machine_end();
}

/* A range need not begin at a page's first byte. */
static void remote_fences_cover_pages_that_the_range_touches(void)
{
    begin();
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, 1, 0, 0x5ff8, 0x10);
    CU_ASSERT_EQUAL(fake_machine.hfence_vvma_page, 2);
    CU_ASSERT_EQUAL(fake_machine.last_fence_address >> 12, 6);
    machine_end();
}

TEST_SUITE(hv_sbi, {"probing tells the truth", probing_tells_the_truth},
           {"what probing denies is not supported", what_probing_denies_is_not_supported},
           {"functions that do not exist are not supported",
            functions_that_do_not_exist_are_not_supported},
           {"base says who serves", base_says_who_serves},
           {"only a0, a1 and pc change", only_a0_a1_and_pc_change},
           {"TIME keeps the guest's timer, without Sstc and with it",
            time_keeps_the_guests_timer_without_sstc},
           {"an IPI reaches those in the mask that are started",
            an_ipi_reaches_those_in_the_mask_that_are_started},
           {"masks of harts that do not exist are invalid",
            masks_of_harts_that_do_not_exist_are_invalid},
           {"remote fences cover the range", remote_fences_cover_the_range},
           {"remote fences cover pages that the range touches",
            remote_fences_cover_pages_that_the_range_touches});
