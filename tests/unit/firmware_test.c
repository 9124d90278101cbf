/* Firmware is made to delegate illegal instructions: run by hand, jump for jump. */
#include <string.h>

#include "machine/firmware.h"
#include "test.h"

#define CSRW_MEDELEG_S2 0x30291073u
#define CSRW_MEDELEG_A5 0x30279073u
#define CSRSI_MEDELEG_4 0x30226073u
#define NOP             0x00000013u

static unsigned char image[4096];

static void put(size_t at, uint32_t word)
{
    memcpy(image + at, &word, sizeof word);
}

static uint32_t get(size_t at)
{
    uint32_t word;
    memcpy(&word, image + at, sizeof word);
    return word;
}

/* Where the jal x0 at `at` goes; RISC-V Unprivileged ISA, J-type immediate. */
static size_t target(size_t at)
{
    uint32_t word = get(at);
    uint32_t offset = (word >> 21 & 0x3ff) << 1 | (word >> 20 & 1) << 11 |
                      (word >> 12 & 0xff) << 12 | (word >> 31 ? 0xfff00000u : 0);
    CU_ASSERT_EQUAL(word & 0xfff, 0x6f);
    return (size_t)(int32_t)((uint32_t)at + offset);
}

static void fill(void)
{
    memset(image, 0, sizeof image);
    for (size_t at = 0; at < 2048; at += 4)
        put(at, NOP);
    for (size_t at = 3072; at < sizeof image; at += 4)
        put(at, NOP);
}

static void expect_delegation(size_t at, uint32_t write)
{
    size_t added = target(at);
    CU_ASSERT_TRUE(added > 2048 && added + 12 <= 3072);
    CU_ASSERT_EQUAL(get(added), write);
    CU_ASSERT_EQUAL(get(added + 4), CSRSI_MEDELEG_4);
    CU_ASSERT_EQUAL(target(added + 8), at + 4);
}

static void every_write_delegates(void)
{
    struct error error;
    fill();
    put(102, CSRW_MEDELEG_S2); /* instructions are aligned to two bytes */
    put(3500, CSRW_MEDELEG_A5);
    CU_ASSERT_EQUAL(firmware_delegate_illegal(image, sizeof image, &error), 0);
    expect_delegation(102, CSRW_MEDELEG_S2);
    expect_delegation(3500, CSRW_MEDELEG_A5);
    CU_ASSERT_EQUAL(get(96), NOP);
    CU_ASSERT_EQUAL(get(3504), NOP);
}

static void without_a_write_it_is_refused(void)
{
    struct error error;
    fill();
    CU_ASSERT_EQUAL(firmware_delegate_illegal(image, sizeof image, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "medeleg"));
}

static void without_room_it_is_refused(void)
{
    struct error error;
    fill();
    put(100, CSRW_MEDELEG_S2);
    CU_ASSERT_EQUAL(firmware_delegate_illegal(image, 2048, &error), -1);
    CU_ASSERT_EQUAL(firmware_delegate_illegal(image, 0, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "room"));
}

TEST_SUITE(firmware,
           {"every write of medeleg delegates illegal instructions", every_write_delegates},
           {"firmware that never writes medeleg is refused", without_a_write_it_is_refused},
           {"firmware without room is refused", without_room_it_is_refused});
