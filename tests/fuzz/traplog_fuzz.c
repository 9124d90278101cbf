/* The trap log: whatever it holds, each event has a type and a hart, and pieces change nothing. */
#include <stdlib.h>

#include "machine/traplog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static size_t feed(const uint8_t *data, size_t bytes, size_t piece, bool *good)
{
    static struct traplog log;
    struct event_list list = {0};
    size_t count;

    traplog_init(&log);
    *good = true;
    for (size_t at = 0; at < bytes && *good; at += piece) {
        size_t part = bytes - at < piece ? bytes - at : piece;

        *good = traplog_feed(&log, (const char *)data + at, part, &list);
    }
    *good = *good && traplog_end(&log, &list);
    for (size_t i = 0; i < list.count; i++) {
        if (!list.event[i].type || list.event[i].hart >= TRAPLOG_HARTS)
            abort();
    }
    count = list.count;
    event_list_free(&list);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    bool whole_good, pieces_good;
    size_t whole = feed(data, bytes, bytes ? bytes : 1, &whole_good);
    size_t pieces = feed(data, bytes, 7, &pieces_good);

    if (whole != pieces || whole_good != pieces_good)
        abort();
    return 0;
}
