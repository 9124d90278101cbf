/* Events as text, and arrays of them. What they are called is in names.c. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/monitor.h"
#include "trace/event.h"

static const char *const end_names[] = {"none",   "exit",      "shutdown", "guest_fault",
                                        "killed", "no_memory", "stopped"};
static const char *const wakeup_names[] = {NULL, "timer", "ipi", "start", "resume"};

/* The word for a value of an enumerated format, or NULL. */
static const char *value_name(enum event_format format, uint64_t value)
{
    switch (format) {
    case EVENT_CAUSE:
        return value <= UINT32_MAX ? cause_name((uint32_t)value) : NULL;
    case EVENT_EID:
        return sbi_extension_name(value);
    case EVENT_END:
        return value < sizeof(end_names) / sizeof(end_names[0]) ? end_names[value] : NULL;
    case EVENT_WAKEUP:
        return value < sizeof(wakeup_names) / sizeof(wakeup_names[0]) ? wakeup_names[value] : NULL;
    default:
        return NULL;
    }
}

int event_print_value(char *to, size_t bytes, enum event_format format, uint64_t value)
{
    const char *name = value_name(format, value);

    if (name)
        return snprintf(to, bytes, "%s", name);
    if (format == EVENT_DECIMAL)
        return snprintf(to, bytes, "%" PRIu64, value);
    if (format == EVENT_SIGNED)
        return snprintf(to, bytes, "%" PRId64, (int64_t)value);
    if (format == EVENT_VCPU && (value >> 8 & 0xff) == TRACE_NO_VM)
        return snprintf(to, bytes, "idle");
    if (format == EVENT_VCPU)
        return snprintf(to, bytes, "%u.%u", (unsigned)(value >> 8 & 0xff), (unsigned)value & 0xff);
    return snprintf(to, bytes, "0x%" PRIx64, value);
}

/* snprintf that goes on behind what is there; *length counts also what did not fit. */
__attribute__((format(printf, 4, 5))) static void append(char *to, size_t bytes, size_t *length,
                                                         const char *format, ...)
{
    size_t room = *length < bytes ? bytes - *length : 0;
    va_list arguments;

    va_start(arguments, format);
    int added = vsnprintf(room ? to + *length : NULL, room, format, arguments);
    va_end(arguments);
    if (added > 0)
        *length += (size_t)added;
}

int event_print_fields(char *to, size_t bytes, const struct event *event)
{
    size_t length = 0;
    unsigned fields = event->type->fields;

    if (event->type->kind == TRACE_KVM_EXIT && !event->complete)
        fields = EXIT_HTVAL;
    append(to, bytes, &length, "%s", event->type->name);
    for (unsigned i = 0; i < fields; i++) {
        char value[40];

        event_print_value(value, sizeof(value), event->type->field[i].format, event->value[i]);
        append(to, bytes, &length, " %s=%s", event->type->field[i].name, value);
    }
    return (int)length;
}

int event_print(char *to, size_t bytes, const struct event *event, uint64_t base, uint64_t hz)
{
    size_t length = 0;

    if (event->time == EVENT_NO_TIME) {
        append(to, bytes, &length, "[           -]");
    } else {
        uint64_t ticks = event->time >= base ? event->time - base : 0;
        uint64_t rate = hz ? hz : 1;

        append(to, bytes, &length, "[%5" PRIu64 ".%06" PRIu64 "]", ticks / rate,
               (uint64_t)((__uint128_t)(ticks % rate) * 1000000 / rate));
    }
    append(to, bytes, &length, " h%u ", event->hart);
    if (event->vm == TRACE_NO_VM)
        append(to, bytes, &length, "%-5s", "-");
    else if (event->vcpu == TRACE_NO_VM)
        append(to, bytes, &length, "%-5u", event->vm);
    else
        append(to, bytes, &length, "%u.%-3u", event->vm, event->vcpu);
    size_t room = length < bytes ? bytes - length : 0;

    append(to, bytes, &length, " ");
    room = length < bytes ? bytes - length : 0;
    return (int)length + event_print_fields(room ? to + length : NULL, room, event);
}

bool event_list_add(struct event_list *list, const struct event *event)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 1024;
        struct event *grown = realloc(list->event, capacity * sizeof(*grown));

        if (!grown)
            return false;
        list->event = grown;
        list->capacity = capacity;
    }
    list->event[list->count++] = *event;
    return true;
}

static bool before(const struct event *a, const struct event *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    return a->hart != b->hart ? a->hart < b->hart : a->index < b->index;
}

/* Merges the sorted runs [0, middle) and [middle, count) of from into to. */
static void merge(const struct event *from, size_t middle, size_t count, struct event *to)
{
    size_t left = 0, right = middle;

    for (size_t i = 0; i < count; i++) {
        bool take_right = left == middle || (right < count && before(&from[right], &from[left]));

        to[i] = from[take_right ? right++ : left++];
    }
}

/* A merge sort from the bottom: stable, and one pass over lists that are sorted already. */
static void merge_sort(struct event *event, struct event *spare, size_t count)
{
    if (count < 2)
        return;
    size_t middle = count / 2;

    merge_sort(event, spare, middle);
    merge_sort(event + middle, spare, count - middle);
    if (!before(&event[middle], &event[middle - 1]))
        return;
    merge(event, middle, count, spare);
    memcpy(event, spare, count * sizeof(*event));
}

void event_list_sort(struct event_list *list)
{
    struct event *spare = calloc(list->count ? list->count : 1, sizeof(*spare));

    if (!spare)
        return;
    merge_sort(list->event, spare, list->count);
    free(spare);
}

void event_list_free(struct event_list *list)
{
    free(list->event);
    *list = (struct event_list){0};
}
