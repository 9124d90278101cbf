/* A trace for other programs: JSON lines, and Chrome's trace-event JSON as Perfetto opens it. */
#include <inttypes.h>
#include <string.h>

#include "trace/trace.h"

/* Values that are enumerations are strings, all others numbers; 64-bit addresses are strings in
 * hexadecimal, since most JSON readers keep 53 bits of a number. */
static void print_value(FILE *to, const struct event *event, unsigned field)
{
    char text[48];
    enum event_format format = event->type->field[field].format;

    event_print_value(text, sizeof(text), format, event->value[field]);
    if (format == EVENT_DECIMAL || format == EVENT_SIGNED)
        fputs(text, to);
    else
        fprintf(to, "\"%s\"", text);
}

static void print_members(FILE *to, const struct event *event, const char *before)
{
    unsigned fields = event->type->fields;

    if (event->type->kind == TRACE_KVM_EXIT && !event->complete)
        fields = EXIT_HTVAL;
    for (unsigned i = 0; i < fields; i++) {
        fprintf(to, "%s\"%s\":", i ? "," : before, event->type->field[i].name);
        print_value(to, event, i);
    }
}

static uint64_t nanoseconds(uint64_t ticks, uint64_t hz)
{
    return hz ? (uint64_t)((__uint128_t)ticks * 1000000000u / hz) : ticks;
}

bool trace_export_jsonl(FILE *to, const struct event_list *list, uint64_t hz)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct event *event = &list->event[i];

        fprintf(to, "{\"event\":\"%s\",\"hart\":%u", event->type->name, event->hart);
        if (event->time != EVENT_NO_TIME)
            fprintf(to, ",\"time_ns\":%" PRIu64 ",\"ticks\":%" PRIu64, nanoseconds(event->time, hz),
                    event->time);
        if (event->vm != TRACE_NO_VM)
            fprintf(to, ",\"vm\":%u", event->vm);
        if (event->vcpu != TRACE_NO_VM)
            fprintf(to, ",\"vcpu\":%u", event->vcpu);
        print_members(to, event, ",");
        fputs("}\n", to);
    }
    return fflush(to) == 0 && !ferror(to);
}

#define PID_HYPERVISOR 1 /* then a process a VM: 2 + its number */

/* Who an event is shown with: process a VM, thread a vCPU; hart's lane for the rest. */
static unsigned pid_of(const struct event *event)
{
    return event->vm == TRACE_NO_VM ? PID_HYPERVISOR : 2u + event->vm;
}

static unsigned tid_of(const struct event *event)
{
    return event->vcpu == TRACE_NO_VM ? event->hart : event->vcpu;
}

static void begin_event(FILE *to, const struct event *event, const char *name, char phase,
                        uint64_t base, uint64_t hz)
{
    uint64_t ns = nanoseconds(event->time - base, hz);

    fprintf(to,
            ",\n{\"name\":\"%s\",\"ph\":\"%c\",\"pid\":%u,\"tid\":%u,\"ts\":%" PRIu64 ".%03" PRIu64,
            name, phase, pid_of(event), tid_of(event), ns / 1000, ns % 1000);
}

static void name_process(FILE *to, unsigned pid, const char *prefix, const char *name)
{
    fprintf(to, ",\n{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%u,\"args\":{\"name\":\"%s",
            pid, prefix);
    for (; name && *name; name++) {
        if (*name >= ' ' && *name < 0x7f && *name != '"' && *name != '\\')
            fputc(*name, to);
    }
    fputs("\"}}", to);
}

static void export_event(FILE *to, const struct event *event, uint64_t base, uint64_t hz,
                         bool inside[256 * 256])
{
    unsigned vcpu = event->vm * 256u + event->vcpu;
    uint16_t kind = event->type->kind;

    if (kind == TRACE_KVM_ENTRY && !inside[vcpu]) {
        begin_event(to, event, "guest", 'B', base, hz);
        fputs("}", to);
    }
    if (kind == TRACE_KVM_EXIT && inside[vcpu]) {
        begin_event(to, event, "guest", 'E', base, hz);
        fputs(",\"args\":{", to);
        print_members(to, event, "");
        fputs("}}", to);
    }
    if (kind == TRACE_KVM_ENTRY || kind == TRACE_KVM_EXIT) {
        inside[vcpu] = kind == TRACE_KVM_ENTRY;
        return;
    }
    begin_event(to, event, event->type->name, 'i', base, hz);
    fputs(",\"s\":\"t\",\"args\":{", to);
    print_members(to, event, "");
    fputs("}}", to);
}

bool trace_export_chrome(FILE *to, const struct event_list *list, uint64_t hz,
                         const char *const names[256])
{
    static _Thread_local bool inside[256 * 256], known[256];
    uint64_t base = list->count ? list->event[0].time : 0;

    memset(inside, 0, sizeof(inside));
    memset(known, 0, sizeof(known));
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", to);
    fputs("{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":\"hypervisor\"}}",
          to);
    for (size_t i = 0; i < list->count; i++) {
        const struct event *event = &list->event[i];

        if (event->time == EVENT_NO_TIME)
            continue;
        if (event->vm != TRACE_NO_VM && !known[event->vm]) {
            char number[16];

            snprintf(number, sizeof(number), "%u", event->vm);
            name_process(to, pid_of(event), "vm ",
                         names && names[event->vm] ? names[event->vm] : number);
            known[event->vm] = true;
        }
        export_event(to, event, base, hz, inside);
    }
    fputs("\n]}\n", to);
    return fflush(to) == 0 && !ferror(to);
}
