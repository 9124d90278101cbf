/* Trace files and rings: nonsense is refused, and what is accepted can be printed and exported. */
#include <stdlib.h>
#include <string.h>

#include "trace/trace.h"

#define BASE 0x80000000ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void use(const struct event_list *list, uint64_t hz)
{
    static const char *const names[256];
    struct trace_summary summary;
    char line[64];
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);

    for (size_t i = 0; i < list->count; i++)
        event_print(line, sizeof(line), &list->event[i], list->event[0].time, hz);
    trace_summarise(list, -1, &summary);
    trace_print_summary(to, &summary, hz);
    trace_export_jsonl(to, list, hz);
    trace_export_chrome(to, list, hz, names);
    fclose(to);
    free(text);
}

/* As a file. */
static void load(const uint8_t *data, size_t bytes)
{
    struct buffer file = {.data = (char *)(uintptr_t)data, .length = bytes};
    struct event_list list = {0};
    struct error error;
    uint64_t hz = 1;

    if (trace_parse(&file, &list, &hz, &error) == 0)
        use(&list, hz);
    event_list_free(&list);
}

/* As RAM, whose first bytes are the header. */
static void follow(const uint8_t *data, size_t bytes)
{
    struct trace_reader reader;
    struct event_list list = {0};
    struct error error;
    struct ram ram;

    ram_from_memory(&ram, data, BASE, bytes);
    if (trace_reader_open(&reader, &ram, BASE, &error) == 0 &&
        trace_reader_poll(&reader, &list, &error) == 0)
        use(&list, reader.last.timebase_hz);
    event_list_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    load(data, bytes);
    follow(data, bytes);
    return 0;
}
