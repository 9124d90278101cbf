/*
 * Proves that memory is this VM's alone: at first touch all of it, but for the image and the device
 * tree, is zero (another VM may have had it before); then every word holds its pattern, drawn from
 * the seed, over `rounds=` checks between which other VMs run. Options bytes= (how much, all),
 * fill=0 (only look), stay_ms= (keep the filled memory that long). Reports facts; counters: words
 * looked at, not zero, changed.
 */
#include "probe.h"

const char probe_name[] = "memory";

enum { WORDS, NOT_ZERO, CHANGED };

static uint64_t limit;

/* Calls visit for each word that is free for use; stops at a visit that says false. */
static void each_word(bool (*visit)(volatile uint64_t *word))
{
    uint64_t image = (uintptr_t)__image_start;
    uint64_t image_end = (uintptr_t)__image_end;
    uint64_t tree = board.device_tree.start & ~(PAGE_BYTES - 1);
    uint64_t tree_end =
        (board.device_tree.start + board.device_tree.bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    uint64_t start = in_a_vm() ? board.memory.start : image_end;

    for (uint64_t at = start; at < limit; at += 8) {
        if (at == image)
            at = image_end;
        if (at == tree)
            at = tree_end;
        if (at >= limit || !visit((volatile uint64_t *)(uintptr_t)at))
            return;
    }
}

static bool look_zero(volatile uint64_t *word)
{
    probe_report.counters[WORDS]++;
    if (!*word)
        return true;
    probe_report.counters[NOT_ZERO]++;
    if (probe_report.counters[NOT_ZERO] == 1)
        say("memory: the word at 0x%x holds 0x%x\n", (uint64_t)(uintptr_t)word, *word);
    return true;
}

static uint64_t pattern_of(volatile uint64_t *word)
{
    return ((uint64_t)(uintptr_t)word * 0x9e3779b97f4a7c15ull) ^ probe_report.seed;
}

static bool fill(volatile uint64_t *word)
{
    *word = pattern_of(word);
    return true;
}

static bool look_pattern(volatile uint64_t *word)
{
    probe_report.counters[WORDS]++;
    if (*word == pattern_of(word))
        return true;
    probe_report.counters[CHANGED]++;
    return expect_equal(pattern_of(word), *word, "memory holds what this VM wrote");
}

void probe_main(void)
{
    limit = board.memory.start + board.memory.bytes;

    uint64_t bytes = option_number("bytes", board.memory.bytes);

    if (bytes < board.memory.bytes)
        limit = board.memory.start + bytes;
    counter_set(WORDS, "words", 0);
    counter_set(NOT_ZERO, "words_not_zero", 0);
    counter_set(CHANGED, "words_changed", 0);
    if (in_a_vm()) {
        each_word(look_zero);
        expect_equal(0, probe_report.counters[NOT_ZERO], "memory is zero at first touch");
    }
    if (!option_number("fill", 1))
        return;
    each_word(fill);
    for (uint64_t i = 0; i < option_number("rounds", 3); i++) {
        give_way();
        each_word(look_pattern);
        probe_report.rounds++;
        probe_report.progress[0]++;
    }
    sleep_until(time_now() + ticks_of_microseconds(option_number("stay_ms", 0) * 1000));
}
