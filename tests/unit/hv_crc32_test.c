/* hv/lib/crc32.c against the definition, bit by bit. */
#include "lib/crc32.h"

#include "hv/fake_metal.h"
#include "test.h"
#include <string.h>

#define AREA 20000

static uint8_t data[AREA];

static uint32_t by_definition(uint32_t crc, const uint8_t *bytes, size_t count)
{
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static void fill(void)
{
    struct random random = {5};

    for (size_t i = 0; i < AREA; i++)
        data[i] = (uint8_t)random_next(&random);
}

static void the_check_string(void)
{
    CU_ASSERT_EQUAL(crc32(0, "123456789", 9), 0xcbf43926);
    CU_ASSERT_EQUAL(crc32(0, "", 0), 0);
}

static void all_lengths_up_to_two_blocks_and_more(void)
{
    fill();
    for (size_t length = 0; length < 10000; length += length < 1800 ? 1 : 37)
        CU_ASSERT_EQUAL(crc32(0, data, length), by_definition(0, data, length));
}

static void any_alignment_and_any_beginning(void)
{
    struct random random = {6};

    fill();
    for (unsigned round = 0; round < 300; round++) {
        size_t offset = random_below(&random, 64), length = random_below(&random, AREA - 64);
        uint32_t begin = (uint32_t)random_next(&random);
        CU_ASSERT_EQUAL(crc32(begin, data + offset, length),
                        by_definition(begin, data + offset, length));
    }
}

static void pieces_give_what_the_whole_gives(void)
{
    struct random random = {7};

    fill();
    for (unsigned round = 0; round < 100; round++) {
        size_t cut = random_below(&random, AREA);
        uint32_t crc = crc32(crc32(0, data, cut), data + cut, AREA - cut);
        CU_ASSERT_EQUAL(crc, crc32(0, data, AREA));
    }
}

static void each_flipped_bit_shows(void)
{
    fill();
    uint32_t whole = crc32(0, data, 4096);
    for (unsigned bit = 0; bit < 4096 * 8; bit += 61) {
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CU_ASSERT_NOT_EQUAL(crc32(0, data, 4096), whole);
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void short_pieces_at_any_address(void)
{
    _Alignas(8) uint8_t text[32], copy[16];

    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(17 * i + 3);
    for (unsigned offset = 0; offset < 16; offset++)
        for (unsigned bytes = 0; bytes < 16; bytes++) {
            memcpy(copy, text + offset, bytes);
            CU_ASSERT_EQUAL(crc32(0, text + offset, bytes), crc32(0, copy, bytes));
        }
}

TEST_SUITE(hv_crc32, {"the check string has CRC cbf43926", the_check_string},
           {"all lengths up to two blocks and more", all_lengths_up_to_two_blocks_and_more},
           {"any alignment and any beginning", any_alignment_and_any_beginning},
           {"pieces give what the whole gives", pieces_give_what_the_whole_gives},
           {"each flipped bit shows", each_flipped_bit_shows},
           {"short pieces at any address", short_pieces_at_any_address});
