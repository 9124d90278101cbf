/* hv/lib/format.c against the C library's snprintf. */
#include "lib/format.h"

#include "hv/fake_metal.h"
#include "test.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Both must give the same text and length, whatever the room. */
#define SAME(...)                                                                                  \
    do {                                                                                           \
        char mine_[128], theirs_[128];                                                             \
        for (size_t room_ = 0; room_ < sizeof mine_; room_ += room_ < 12 ? 1 : 50) {               \
            mine_[0] = theirs_[0] = '?';                                                           \
            int length_ = snprintf(theirs_, room_, __VA_ARGS__);                                   \
            CU_ASSERT_EQUAL(text_format(mine_, room_, __VA_ARGS__), length_);                      \
            CU_ASSERT_STRING_EQUAL_OR_UNTOUCHED(mine_, theirs_, room_);                            \
        }                                                                                          \
    } while (0)
#define CU_ASSERT_STRING_EQUAL_OR_UNTOUCHED(a, b, room)                                            \
    CU_ASSERT_EQUAL((room) == 0 ? (a)[0] != '?' : strcmp(a, b), 0)

#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat"

static void integers_of_all_sizes(void)
{
    SAME("%d %i %u", -1, 2147483647, 4294967295u);
    SAME("%d", INT32_MIN);
    SAME("%ld %lld %zu", INT64_MIN, (long long)INT64_MAX, SIZE_MAX);
    SAME("%lu %llx %zx", UINT64_MAX, 0xfedcba9876543210ull, (size_t)0);
    SAME("%x %X %lx", 0xdeadbeefu, 0xdeadbeefu, 0x1ul);
}

static void widths_flags_and_stars(void)
{
    SAME("[%5d] [%-5d] [%05d] [%1d]", 42, 42, 42, 42);
    SAME("[%5d] [%-5d] [%05d]", -42, -42, -42);
    SAME("[%08x] [%016lx] [%-8x]", 0xabcu, 0xabcul, 0xabcu);
    SAME("[%*d] [%*d] [%-*d]", 6, 7, -6, 7, 6, 7);
    SAME("[%-05d]", 3);
}

static void texts_and_characters(void)
{
    SAME("%s|%10s|%-10s|%.2s|%10.2s|%-10.3s|", "abc", "abc", "abc", "abc", "abc", "abcdef");
    SAME("%.*s|%.*s|%*.*s", 2, "abc", -1, "abc", 5, 1, "abc");
    SAME("%c%c|%3c|%-3c|", 'a', 'b', 'c', 'd');
    SAME("%s", "");
    SAME("100%% of %s", "it");
}

static void a_precision_keeps_it_from_reading_on(void)
{
    char unterminated[3] = {'a', 'b', 'c'}, text[8];

    CU_ASSERT_EQUAL(text_format(text, sizeof text, "%.3s", unterminated), 3);
    CU_ASSERT_STRING_EQUAL(text, "abc");
}

static void pointers_always_show_0x(void)
{
    char text[32];

    text_format(text, sizeof text, "%p %p", (void *)0x80200000, (void *)0);
    CU_ASSERT_STRING_EQUAL(text, "0x80200000 0x0");
}

static void a_null_text_is_said_to_be_one(void)
{
    char text[32];
    const char *volatile nothing = NULL;

    text_format(text, sizeof text, "<%s>", nothing);
    CU_ASSERT_STRING_EQUAL(text, "<(null)>");
}

static void a_lone_percent_at_the_end_ends_it(void)
{
    const char *volatile template = "ab%";
    char text[8];

    CU_ASSERT_EQUAL(text_format(text, sizeof text, template), 2);
    CU_ASSERT_STRING_EQUAL(text, "ab");
}

static void random_numbers_come_out_as_from_the_c_library(void)
{
    struct random random = {4};

    for (unsigned round = 0; round < 300; round++) {
        uint64_t value = random_next(&random) >> random_below(&random, 64);
        int width = (int)random_below(&random, 40) - 20;
        SAME("%*ld|%*lx|%*u", width, (long)value, width, value, width, (unsigned)value);
    }
}

TEST_SUITE(hv_format, {"integers of all sizes", integers_of_all_sizes},
           {"widths, flags and stars", widths_flags_and_stars},
           {"texts and characters", texts_and_characters},
           {"a precision keeps %s from reading on", a_precision_keeps_it_from_reading_on},
           {"pointers always show 0x", pointers_always_show_0x},
           {"a null text is said to be one", a_null_text_is_said_to_be_one},
           {"a lone % at the end ends it", a_lone_percent_at_the_end_ends_it},
           {"random numbers come out as from the C library",
            random_numbers_come_out_as_from_the_c_library});
