/* hv/sbi/steal.c: steal time in the guest's memory, against chapter 16 of the SBI specification. */
#include "sbi/sbi.h"

#include "boot/board.h"
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "memory/guest_memory.h"
#include "sbi/steal.h"
#include "test.h"
#include <string.h>

#define AREA (GUEST_RAM + 0x40fc0) /* the last that fits into its page */

struct area {
    uint32_t sequence, flags;
    uint64_t steal, rest[6];
};

static struct vcpu *caller;

static void begin(void)
{
    machine_begin(3);
    caller = vms[2].vcpu[0];
    machine_enter(caller);
}

static int64_t set_shmem(uint64_t low, uint64_t high, uint64_t flags)
{
    return CALL(caller, SBI_EXT_STA, SBI_STA_SET_SHMEM, low, high, flags).error;
}

static struct area area_at(uint64_t gpa)
{
    struct area area;

    guest_memory_read(&vms[2], gpa, &area, sizeof area);
    return area;
}

static bool is_all(uint64_t gpa, uint8_t byte)
{
    uint8_t expected[64];
    struct area area = area_at(gpa);

    memset(expected, byte, sizeof expected);
    return memcmp(&area, expected, sizeof expected) == 0;
}

static void fill(uint64_t gpa, uint8_t byte)
{
    uint8_t bytes[64];

    memset(bytes, byte, sizeof bytes);
    guest_memory_write(&vms[2], gpa, bytes, sizeof bytes);
}

/* The caller gets its turn, after more ticks in which it waited. */
static void turn_after(uint64_t ticks)
{
    caller->steal_ticks += ticks;
    steal_publish(caller);
}

static void the_area_is_zero_when_the_call_returns(void)
{
    begin();
    caller->steal_ticks = 30;
    fill(AREA, 0xff);
    CU_ASSERT_EQUAL(set_shmem(AREA, 0, 0), SBI_SUCCESS);
    CU_ASSERT_TRUE(is_all(AREA, 0));
    machine_end();
}

static void time_is_told_since_the_guest_asked(void)
{
    begin();
    caller->steal_ticks = 30;
    set_shmem(AREA, 0, 0);
    turn_after(0);
    CU_ASSERT_EQUAL(area_at(AREA).steal, 0);
    turn_after(7);
    CU_ASSERT_EQUAL(area_at(AREA).steal, 700);
    CU_ASSERT_EQUAL(area_at(AREA).sequence, 4);
    machine_end();
}

static void sequence_is_odd_now(void)
{
    if (caller->steal_area != UINT64_MAX)
        CU_ASSERT_EQUAL(area_at(AREA).sequence % 2, 1);
}

static void the_sequence_is_odd_while_the_record_is_written(void)
{
    begin();
    fake_reset(true);
    set_shmem(AREA, 0, 0);
    fake_on_trace = sequence_is_odd_now;
    for (unsigned i = 1; i < 5; i++) {
        turn_after(1);
        CU_ASSERT_EQUAL(area_at(AREA).sequence, 2 * i);
    }
    fake_on_trace = NULL;
    CU_ASSERT_EQUAL(fake_last_record().event, TRACE_STEAL);
    fill(AREA, 0xff); /* the guest may do so, and reads a record that is whole all the same */
    turn_after(1);
    CU_ASSERT_EQUAL(area_at(AREA).sequence, 10);
    machine_end();
}

static void ticks_are_nanoseconds_at_any_timebase(void)
{
    static const struct {
        uint64_t hz, ticks, nanoseconds;
    } cases[] = {
        {10000000, 12345, 1234500},
        {24000000, 24000000ull * 3600, 3600000000000},
        {24000000, 1, 41},
        {32768, 32768 * 10 + 1, 10000030517},
        {1000000000, 77, 77},
        {3000000000, 30000000001, 10000000000},
        {10000000, UINT64_MAX / 100, UINT64_MAX / 100 * 100},
    };
    uint64_t before = board.timebase_hz;

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin();
        board.timebase_hz = cases[i].hz;
        set_shmem(AREA, 0, 0);
        turn_after(cases[i].ticks);
        CU_ASSERT_EQUAL(area_at(AREA).steal, cases[i].nanoseconds);
        board.timebase_hz = before;
        machine_end();
    }
}

static void a_vcpu_that_stops_is_told_no_more(void)
{
    begin();
    set_shmem(AREA, 0, 0);
    CALL(caller, SBI_EXT_HSM, SBI_HSM_HART_STOP, 0);
    fill(AREA, 0x5a);
    vcpu_start(caller, GUEST_RAM, 0);
    turn_after(100);
    CU_ASSERT_TRUE(is_all(AREA, 0x5a));
    machine_end();
}

static void all_ones_turn_it_off(void)
{
    begin();
    set_shmem(AREA, 0, 0);
    CU_ASSERT_EQUAL(set_shmem(UINT64_MAX, UINT64_MAX, 1), SBI_ERR_INVALID_PARAM);
    CU_ASSERT_EQUAL(caller->steal_area, AREA);
    CU_ASSERT_EQUAL(set_shmem(UINT64_MAX, UINT64_MAX, 0), SBI_SUCCESS);
    fill(AREA, 0x5a);
    turn_after(100);
    CU_ASSERT_TRUE(is_all(AREA, 0x5a));
    machine_end();
}

static void nothing_beside_the_area_is_written(void)
{
    begin();
    fill(AREA - 64, 0x5a);
    fill(AREA + 64, 0x5a);
    set_shmem(AREA, 0, 0);
    turn_after(100);
    CU_ASSERT_TRUE(is_all(AREA - 64, 0x5a));
    CU_ASSERT_TRUE(is_all(AREA + 64, 0x5a));
    CU_ASSERT_EQUAL(set_shmem(GUEST_END - 64, 0, 0), SBI_SUCCESS);
    machine_end();
}

static void places_that_cannot_be_are_refused(void)
{
    static const struct {
        uint64_t low, high, flags;
        int64_t error;
    } cases[] = {
        {GUEST_RAM + 8, 0, 0, SBI_ERR_INVALID_PARAM},
        {GUEST_RAM + 32, 0, 0, SBI_ERR_INVALID_PARAM},
        {UINT64_MAX, 0, 0, SBI_ERR_INVALID_PARAM},
        {GUEST_RAM, 0, 1, SBI_ERR_INVALID_PARAM},
        {GUEST_RAM, 1, 0, SBI_ERR_INVALID_ADDRESS},
        {GUEST_RAM, UINT64_MAX, 0, SBI_ERR_INVALID_ADDRESS},
        {GUEST_RAM - 64, 0, 0, SBI_ERR_INVALID_ADDRESS},
        {GUEST_END, 0, 0, SBI_ERR_INVALID_ADDRESS},
        {0, 0, 0, SBI_ERR_INVALID_ADDRESS},
        {UINT64_MAX - 63, 0, 0, SBI_ERR_INVALID_ADDRESS},
    };

    begin();
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CU_ASSERT_EQUAL(set_shmem(cases[i].low, cases[i].high, cases[i].flags), cases[i].error);
        CU_ASSERT_EQUAL(caller->steal_area, UINT64_MAX);
    }
    machine_end();
}

TEST_SUITE(hv_steal,
           {"the area is zero when the call returns", the_area_is_zero_when_the_call_returns},
           {"time is told since the guest asked", time_is_told_since_the_guest_asked},
           {"the sequence is odd while the record is written",
            the_sequence_is_odd_while_the_record_is_written},
           {"ticks are nanoseconds at any timebase", ticks_are_nanoseconds_at_any_timebase},
           {"a vCPU that stops is told no more", a_vcpu_that_stops_is_told_no_more},
           {"all ones turn it off", all_ones_turn_it_off},
           {"nothing beside the area is written", nothing_beside_the_area_is_written},
           {"places that cannot be are refused", places_that_cannot_be_are_refused});
