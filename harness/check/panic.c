/* The hypervisor's panic in the account of a check; see panic.h. */
#include "check/panic.h"

#include <string.h>

#include "monitor/monitor.h"
#include "trace/event.h"

#define PLACES_MOST 6

static void add_places(const struct machine *machine, const struct panic_report *report,
                       struct result_item *to)
{
    char place[256];
    for (int i = 0; i < PLACES_MOST && i < PANIC_BACKTRACE && report->backtrace[i] != 0; i++) {
        symbols_describe(machine->seen.hypervisor, panic_place(report, i), place, sizeof place);
        result_line(to, LINE_SOURCE, "hypervisor: %s", place);
    }
}

#define TODO "TODO: "

/* A function that is still to be written: that is the cause, and its step is the hint. */
static void tell_todo(const char *message, struct result_item *item)
{
    const char *step = strrchr(message, ':');
    result_set(&item->diagnosis, "stopped at %s", message);
    result_set(&item->hint, "It is the next function to write:%s.", step != NULL ? step + 1 : "");
}

/* On whose behalf the hypervisor was at work when it panicked. */
static void tell_last_exit(const struct facts *facts, struct result_item *item)
{
    for (size_t i = facts->events; i-- > 0;) {
        const struct event *event = facts->event[i];
        if (event->type->kind == SEEN_GUEST_EXIT) {
            char line[320];
            event_print(line, sizeof line, event, facts->first_tick, QEMU_TIMEBASE_HZ);
            result_line(item, LINE_NOTE, "the guest's last exit before: %s", line);
            return;
        }
    }
}

void panic_explain(const struct machine *machine, struct result_check *to)
{
    struct panic_report report;
    uint64_t at;
    if (!symbols_find(machine->seen.hypervisor, "panic_report", &at, NULL) ||
        !panic_read(&machine->seen.ram, at, &report))
        return;
    bool first = true;
    for (size_t i = 0; i < to->item_count; i++) {
        struct result_item *item = &to->items[i];
        if (item->verdict == VERDICT_PASS)
            continue;
        result_line(item, LINE_ACTUAL, "the hypervisor panicked: %s", report.message);
        if (strncmp(report.message, TODO, strlen(TODO)) == 0)
            tell_todo(report.message, item);
        if (first) {
            tell_last_exit(&machine->facts, item);
            add_places(machine, &report, item);
        }
        first = false;
    }
}
