/*
 * The console as a VM may count on it: what a guest writes, and the call takes, appears on the
 * machine's console, all of it, once and in order. How lines of several VMs stand together, and
 * what names the hypervisor puts before them, is its own affair.
 */
#ifndef MODEL_CONSOLE_H
#define MODEL_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One write that was taken, as it stands in a record file: then `count` bytes. */
struct model_written {
    int32_t vm;
    uint32_t count;
};

struct model_rule;

struct model_console_breach {
    const struct model_rule *rule; /* NULL: none was broken */
    int vm;                        /* -1: all of them together */
    char expected[160], seen[160];
    uint64_t order_tested, once_tested; /* how often each rule was put to the test */
};

/*
 * Holds what the VMs wrote (the record) against what the machine's console showed since the first
 * VM ran. owed: VMs, as bits, whose output is shown at all. finished: the machine came to its end,
 * so that lines without an end are owed as well.
 */
void model_console_judge(const uint8_t *record, size_t record_bytes, const uint8_t *shown,
                         size_t shown_bytes, uint64_t owed, bool finished,
                         struct model_console_breach *breach);

#endif
