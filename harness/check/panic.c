/* The hypervisor's panic in the account of a check; see panic.h. */
#include "check/panic.h"

#include "monitor/monitor.h"

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
        if (first)
            add_places(machine, &report, item);
        first = false;
    }
}
