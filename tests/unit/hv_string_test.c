/* hv/lib/string.c against the C library, at all alignments. */
#include "lib/string.h"

#include "hv/fake_metal.h"
#include "hv/native_string.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

#define AREA 2048

static uint8_t mine[AREA], theirs[AREA];

static void fill(struct random *random)
{
    for (size_t i = 0; i < AREA; i++)
        mine[i] = theirs[i] = (uint8_t)random_next(random);
}

static void memset_sets_what_it_is_told_and_nothing_else(void)
{
    struct random random = {1};

    for (unsigned round = 0; round < 2000; round++) {
        size_t offset = random_below(&random, 16), bytes = random_below(&random, AREA - 16);
        int byte = (int)random_below(&random, 256);
        fill(&random);
        CU_ASSERT_PTR_EQUAL(hv_memset(mine + offset, byte, bytes), mine + offset);
        memset(theirs + offset, byte, bytes);
        CU_ASSERT_EQUAL(memcmp(mine, theirs, AREA), 0);
    }
}

static void memset_takes_the_low_byte_of_a_negative_number(void)
{
    hv_memset(mine, -2, 40);
    CU_ASSERT_EQUAL(mine[0], 0xfe);
    CU_ASSERT_EQUAL(mine[39], 0xfe);
}

static void memcpy_copies_between_any_two_alignments(void)
{
    struct random random = {2};

    for (unsigned round = 0; round < 2000; round++) {
        size_t from = random_below(&random, 16), to = AREA / 2 + random_below(&random, 16);
        size_t bytes = random_below(&random, AREA / 2 - 16);
        fill(&random);
        CU_ASSERT_PTR_EQUAL(hv_memcpy(mine + to, mine + from, bytes), mine + to);
        memcpy(theirs + to, theirs + from, bytes);
        CU_ASSERT_EQUAL(memcmp(mine, theirs, AREA), 0);
    }
}

static void memmove_copies_areas_that_overlap_either_way(void)
{
    struct random random = {3};

    for (unsigned round = 0; round < 4000; round++) {
        size_t from = random_below(&random, 300), to = random_below(&random, 300);
        size_t bytes = random_below(&random, AREA - 300);
        fill(&random);
        CU_ASSERT_PTR_EQUAL(hv_memmove(mine + to, mine + from, bytes), mine + to);
        memmove(theirs + to, theirs + from, bytes);
        CU_ASSERT_EQUAL(memcmp(mine, theirs, AREA), 0);
    }
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void comparisons_agree_with_the_c_library(void)
{
    static const char *const texts[] = {"", "a", "b", "ab", "abc", "abd", "\xff", "a\xff", "A"};
    size_t count = sizeof texts / sizeof texts[0];

    for (size_t i = 0; i < count * count; i++) {
        const char *a = texts[i / count], *b = texts[i % count];
        size_t shorter = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
        CU_ASSERT_EQUAL(sign(hv_strcmp(a, b)), sign(strcmp(a, b)));
        CU_ASSERT_EQUAL(sign(hv_memcmp(a, b, shorter)), sign(memcmp(a, b, shorter)));
        for (size_t limit = 0; limit < 5; limit++)
            CU_ASSERT_EQUAL(sign(hv_strncmp(a, b, limit)), sign(strncmp(a, b, limit)));
    }
}

static void lengths_stop_at_the_terminator_or_the_limit(void)
{
    char unterminated[4] = {'a', 'b', 'c', 'd'};

    CU_ASSERT_EQUAL(hv_strlen(""), 0);
    CU_ASSERT_EQUAL(hv_strlen("four"), 4);
    CU_ASSERT_EQUAL(hv_strnlen("four", 9), 4);
    CU_ASSERT_EQUAL(hv_strnlen(unterminated, sizeof unterminated), 4);
}

static void copy_text_cuts_and_terminates(void)
{
    char room[6] = "xxxxx";

    copy_text(room, sizeof room, "seventeen");
    CU_ASSERT_STRING_EQUAL(room, "seven");
    copy_text(room, sizeof room, "ab");
    CU_ASSERT_STRING_EQUAL(room, "ab");
    copy_text(room, 1, "ab");
    CU_ASSERT_STRING_EQUAL(room, "");
    room[0] = 'x';
    copy_text(room, 0, "ab");
    CU_ASSERT_EQUAL(room[0], 'x');
}

static void parse_number_reads_decimal_and_hexadecimal(void)
{
    static const struct {
        const char *text, *rest;
        uint64_t value;
    } cases[] = {
        {"0", "", 0},
        {"42", "", 42},
        {"0x2a", "", 42},
        {"0XFf,", ",", 255},
        {"12ab", "ab", 12},
        {"18446744073709551615", "", UINT64_MAX},
        {"0xffffffffffffffff", "", UINT64_MAX},
        {"007", "", 7},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *at = cases[i].text;
        uint64_t value = 1234;
        CU_ASSERT_TRUE(parse_number(&at, &value));
        CU_ASSERT_EQUAL(value, cases[i].value);
        CU_ASSERT_STRING_EQUAL(at, cases[i].rest);
    }
}

static void parse_number_moves_nothing_when_it_refuses(void)
{
    static const char *const cases[] = {
        "",
        "-1",
        "x",
        "0x",
        "0xg",
        " 1",
        "18446744073709551616",
        "0x10000000000000000",
        "99999999999999999999",
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *at = cases[i];
        uint64_t value = 1234;
        CU_ASSERT_FALSE(parse_number(&at, &value));
        CU_ASSERT_EQUAL(value, 1234);
        CU_ASSERT_PTR_EQUAL(at, cases[i]);
    }
}

TEST_SUITE(
    hv_string,
    {"memset sets what it is told and nothing else", memset_sets_what_it_is_told_and_nothing_else},
    {"memset takes the low byte of a negative number",
     memset_takes_the_low_byte_of_a_negative_number},
    {"memcpy copies between any two alignments", memcpy_copies_between_any_two_alignments},
    {"memmove copies areas that overlap either way", memmove_copies_areas_that_overlap_either_way},
    {"comparisons agree with the C library", comparisons_agree_with_the_c_library},
    {"lengths stop at the terminator or the limit", lengths_stop_at_the_terminator_or_the_limit},
    {"copy_text cuts and terminates", copy_text_cuts_and_terminates},
    {"parse_number reads decimal and hexadecimal", parse_number_reads_decimal_and_hexadecimal},
    {"parse_number moves nothing when it refuses", parse_number_moves_nothing_when_it_refuses});
