/* hv/console/visible.c: what a terminal would obey is never taken for text. */
#include "console/visible.h"

#include "hv/fake_metal.h"
#include "test.h"
#include <string.h>

static void text_is_shown_as_it_is(void)
{
    static const char *const texts[] = {"a",      "~",      " ",      "\t",        "\u00e9",
                                        "\u00a0", "\u20ac", "\u65e5", "\U0001f600"};

    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CU_ASSERT_EQUAL(visible_bytes(texts[i], (unsigned)strlen(texts[i])), strlen(texts[i]));
}

static void what_is_obeyed_is_not_shown(void)
{
    static const char *const texts[] = {"\033[2J",
                                        "\r",
                                        "\b",
                                        "\a",
                                        "\x7f",
                                        "\x9b",
                                        "\x9d",
                                        "\xc2\x9b",
                                        "\xc2\x80",
                                        "\xc2\xad",
                                        "\u061c",
                                        "\u200b",
                                        "\u200e",
                                        "\u202e",
                                        "\u2066",
                                        "\u2069",
                                        "\u2028",
                                        "\ufeff",
                                        "\U000e0041",
                                        "\x0e",
                                        "\xc0\x9b",
                                        "\xe0\x82\x9b",
                                        "\xf0\x80\x82\x9b",
                                        "\xed\xa0\x80",
                                        "\xff",
                                        "\xf4\x90\x80\x80",
                                        "\xc3",
                                        "\xe2\x82",
                                        "\xe2\x28\xa1"};

    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CU_ASSERT_EQUAL(visible_bytes(texts[i], (unsigned)strlen(texts[i])), 0);
    CU_ASSERT_EQUAL(visible_bytes("", 1), 0);
}

/* Whatever bytes come, no control character of ASCII or C1 passes, raw or as UTF-8. */
static void no_control_passes_at_random(void)
{
    struct random random = {11};

    for (unsigned i = 0; i < 200000; i++) {
        char text[4];
        for (unsigned j = 0; j < 4; j++)
            text[j] = (char)random_next(&random);
        unsigned taken = visible_bytes(text, 4);
        if (taken == 1)
            CU_ASSERT_TRUE_FATAL((text[0] >= ' ' && text[0] < 0x7f) || text[0] == '\t');
        if (taken == 2)
            CU_ASSERT_FALSE_FATAL((uint8_t)text[0] == 0xc2 && (uint8_t)text[1] < 0xa0);
    }
}

static void a_character_that_is_cut_short_waits_for_its_rest(void)
{
    CU_ASSERT_EQUAL(visible_rest("ab\xe2\x82", 4), 2);
    CU_ASSERT_EQUAL(visible_rest("ab\xf0\x9f\x98", 5), 3);
    CU_ASSERT_EQUAL(visible_rest("ab\xc3", 3), 1);
    CU_ASSERT_EQUAL(visible_rest("ab\xc3\xa9", 4), 0);
    CU_ASSERT_EQUAL(visible_rest("ab\x9b", 3), 0);
    CU_ASSERT_EQUAL(visible_rest("\x80\x80\x80\x80", 4), 0);
    CU_ASSERT_EQUAL(visible_rest("", 0), 0);
}

TEST_SUITE(hv_visible, {"text is shown as it is", text_is_shown_as_it_is},
           {"what is obeyed is not shown", what_is_obeyed_is_not_shown},
           {"no control passes, at random", no_control_passes_at_random},
           {"a character that is cut short waits for its rest",
            a_character_that_is_cut_short_waits_for_its_rest});
