/*
 * Calls that read or write the guest's memory: the console's, both ways and by byte, and the
 * steal-time area. Buffers are good ones, RAM's last bytes, over its end, and nowhere.
 */
#include "generator/generator.h"

static char text[PROBE_MAX_VCPUS][CROSSING]; /* to be read and written by DBCN */

/* A place for `bytes` of them: RAM's last bytes, over its end, nowhere, or the text. */
static bool draw_place(struct worker *w, uint64_t *at, uint64_t *bytes)
{
    switch (draw_below(w, 5)) {
    case 0:
        *bytes = draw_below(w, 16) + 1;
        *at = ram_end - *bytes;
        return true;
    case 1:
        *bytes = draw_below(w, 64) + 2;
        *at = ram_end - 1 - draw_below(w, *bytes - 1);
        return false;
    case 2:
        *bytes = 1 + (draw_number(w) >> draw_below(w, 64));
        *at = draw_nowhere(w);
        return false;
    case 3:
        *bytes = (1ull << 40) + draw_number(w) / 2;
        *at = (uintptr_t)text[w->number];
        return false;
    default:
        *bytes = draw_below(w, sizeof text[0] + 1);
        *at = (uintptr_t)text[w->number];
        return true;
    }
}

static void console_write(struct worker *w)
{
    uint64_t at, bytes, high = draw_below(w, 8) ? 0 : draw_number(w);
    bool good = draw_place(w, &at, &bytes) && !high;

    for (unsigned i = 0; i < sizeof text[0]; i++)
        text[w->number][i] = (char)(i % 32 == 31 && draw_below(w, 4) == 0 ? '\n'
                                    : draw_below(w, 64) == 0 ? 0x80 + draw_below(w, 128)
                                                             : 'a' + draw_below(w, 26));

    struct sbi_result result =
        call(w, SBI_EXT_DBCN, SBI_DBCN_WRITE, bytes, at, high, draw_data(w), 0);

    expect_error(w, result, good ? SUCCESS : INVALID, "the console writes what is RAM");
    if (good)
        expect_true(result.value <= bytes, result.value, "no more is written than was given");
}

/* A line that grows by several writes of any length, from a buffer that may cross pages. */
static void console_line(struct worker *w)
{
    char *from = draw_below(w, 2) ? w->crossing : text[w->number];

    for (uint64_t i = 1 + draw_below(w, 6); i; i--) {
        uint64_t bytes = draw_below(w, CROSSING + 1);

        for (unsigned k = 0; k < CROSSING; k++)
            from[k] = (char)('a' + draw_below(w, 26));
        expect_error(
            w, call(w, SBI_EXT_DBCN, SBI_DBCN_WRITE, bytes, (uintptr_t)from, 0, draw_data(w), 0),
            SUCCESS, "the console writes what is RAM");
    }
}

static void console_read(struct worker *w)
{
    uint64_t at, bytes, high = draw_below(w, 8) ? 0 : draw_number(w);
    bool good = draw_place(w, &at, &bytes) && !high;

    memset(text[w->number], '#', sizeof text[0]);

    struct sbi_result result =
        call(w, SBI_EXT_DBCN, SBI_DBCN_READ, bytes, at, high, draw_data(w), 0);

    expect_error(w, result, good ? SUCCESS : INVALID, "the console reads into what is RAM");
    if (!good || !expect_true(result.value <= bytes, result.value, "no more is read than fits"))
        return;
    for (uint64_t i = at == (uintptr_t)text[w->number] ? result.value : sizeof text[0];
         i < sizeof text[0]; i++)
        if (!expect_equal('#', (uint8_t)text[w->number][i], "nothing is stored behind what came"))
            return;
}

static void console_byte(struct worker *w)
{
    if (draw_below(w, 2))
        expect_error(w,
                     call(w, SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE,
                          'A' + draw_below(w, 26) + (draw_number(w) << 8), draw_data(w),
                          draw_data(w), 0, 0),
                     SUCCESS, "a byte is written");
    else
        expect_equal(0,
                     (uint64_t)call(w, SBI_LEGACY_CONSOLE_PUTCHAR, draw_data(w),
                                    '0' + draw_below(w, 10), draw_data(w), 0, 0, 0)
                         .error,
                     "a character is put");
}

static uint8_t areas[PROBE_MAX_VCPUS][64] __attribute__((aligned(64)));

static void steal_area(struct worker *w)
{
    uint64_t low = (uintptr_t)areas[w->number], high = 0, flags = 0;
    uint32_t may = SUCCESS;

    switch (draw_below(w, 6)) {
    case 0:
        low |= 1 + draw_below(w, 63), may = INVALID;
        break;
    case 1:
        low = draw_nowhere(w) & ~63ull, may = NO_ADDRESS;
        break;
    case 2:
        flags = draw_number(w) | 1, may = INVALID;
        break;
    case 3:
        high = draw_number(w) >> 1 | 1, may = INVALID | NO_ADDRESS;
        break;
    case 4:
        low = high = ~0ull;
        break;
    default:
        memset(areas[w->number], 0xee, sizeof areas[0]);
        w->steal = 0;
    }
    expect_error(w, call(w, SBI_EXT_STA, SBI_STA_SET_SHMEM, low, high, flags, draw_data(w), 0), may,
                 "a steal-time area is RAM, aligned, or none");
    if (may == SUCCESS)
        w->has_area = low != ~0ull;
}

static void steal_read(struct worker *w)
{
    const volatile uint32_t *sequence = (const uint32_t *)areas[w->number];
    const volatile uint64_t *steal = (const uint64_t *)(areas[w->number] + 8);

    if (!w->has_area)
        return;
    expect_equal(0, *sequence & 1, "a whole steal-time record has an even sequence");
    expect_equal(0, sequence[1], "the flags of a steal-time record are 0");
    expect_true(*steal >= w->steal, *steal, "steal time never goes back");
    expect_true(areas[w->number][16] == 0, areas[w->number][16], "who runs is not preempted");
    w->steal = *steal;
}

const struct operation buffers[] = {
    {"console", 4, console_write},
    {"console", 4, console_line},
    {"console", 3, console_read},
    {"console", 3, console_byte},
    {"steal", 4, steal_area},
    {"steal", 4, steal_read},
    {NULL, 0, NULL},
};
