/* Named facts of a run: fields of the probe's report and of the hypervisor's monitor. */
#include "check/facts.h"

#include <stdlib.h>
#include <string.h>

#include "abi/probe.h"
#include "check/endings.h"

const struct monitor_vm *facts_monitor_vm(const struct facts *facts, unsigned vm)
{
    if (!facts->has_monitor)
        return NULL;
    const char *name = facts->check->scenario.vm[vm].name;
    const struct monitor_vm *found = NULL;
    for (unsigned i = 0; i < facts->monitor.vm_count && i < MONITOR_MAX_VMS; i++) {
        const struct monitor_vm *entry = &facts->monitor.vm[i];
        /* Of a VM that was started again, the last life counts. */
        if (strncmp(entry->name, name, sizeof entry->name) == 0 &&
            (!found || entry->created_ticks >= found->created_ticks))
            found = entry;
    }
    return found;
}

static bool report_word(const struct facts *facts, unsigned vm, size_t offset, uint64_t *value)
{
    const struct model_last *last = endings_last(facts, vm);
    if (!facts->word || !facts->word(facts->argument, vm, PROBE_REPORT_GPA + offset, value))
        return false;
    if (!last || !last->entered || last->inside)
        return true;
    memcpy(value, last->report + offset, sizeof *value); /* nobody but the guest wrote there */
    return last->has_report;
}

static bool report_bytes(const struct facts *facts, unsigned vm, size_t offset, char *to,
                         size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 8) {
        uint64_t word;
        if (!report_word(facts, vm, offset + i, &word))
            return false;
        memcpy(to + i, &word, bytes - i < 8 ? bytes - i : 8);
    }
    return true;
}

static bool has_report(const struct facts *facts, unsigned vm)
{
    char magic[8];
    return report_bytes(facts, vm, 0, magic, sizeof magic) &&
           memcmp(magic, PROBE_MAGIC, sizeof magic) == 0;
}

/* "progress.3" → 3; -1: not this name or out of range. */
static long index_of(const char *field, const char *array, unsigned elements)
{
    size_t length = strlen(array);
    if (strncmp(field, array, length) != 0 || field[length] != '.')
        return -1;
    char *end;
    unsigned long index = strtoul(field + length + 1, &end, 10);
    return *end == '\0' && end != field + length + 1 && index < elements ? (long)index : -1;
}

static bool counter_named(const struct facts *facts, unsigned vm, const char *name, uint64_t *value)
{
    char names[PROBE_COUNTERS][24];
    if (!report_bytes(facts, vm, offsetof(struct probe_report, counter_names), names[0],
                      sizeof names))
        return false;
    for (size_t i = 0; i < PROBE_COUNTERS; i++)
        if (strncmp(names[i], name, sizeof names[i]) == 0)
            return report_word(facts, vm, offsetof(struct probe_report, counters) + 8 * i, value);
    return false;
}

static bool progress_sum(const struct facts *facts, unsigned vm, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < PROBE_MAX_VCPUS; i++) {
        uint64_t one;
        if (!report_word(facts, vm, offsetof(struct probe_report, progress) + 8 * i, &one))
            return false;
        *value += one;
    }
    return true;
}

bool facts_probe(const struct facts *facts, unsigned vm, const char *field, uint64_t *value)
{
    static const struct {
        const char *name;
        size_t offset;
        bool half; /* 32 bits */
    } fields[] = {
        {"seed", offsetof(struct probe_report, seed), false},
        {"rounds", offsetof(struct probe_report, rounds), false},
        {"verdict", offsetof(struct probe_report, verdict), true},
        {"code", offsetof(struct probe_report, code), true},
        {"facts", offsetof(struct probe_report, facts), false},
        {"failures", offsetof(struct probe_report, failures), false},
        {"expected", offsetof(struct probe_report, expected), false},
        {"found", offsetof(struct probe_report, found), false},
    };
    if (!has_report(facts, vm))
        return false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(field, fields[i].name) != 0)
            continue;
        uint64_t word;
        if (!report_word(facts, vm, fields[i].offset & ~7ul, &word))
            return false;
        *value = fields[i].half ? word >> (fields[i].offset % 8 * 8) & 0xffffffff : word;
        return true;
    }
    long index = index_of(field, "progress", PROBE_MAX_VCPUS);
    if (index >= 0)
        return report_word(facts, vm, offsetof(struct probe_report, progress) + 8 * (size_t)index,
                           value);
    index = index_of(field, "counters", PROBE_COUNTERS);
    if (index >= 0)
        return report_word(facts, vm, offsetof(struct probe_report, counters) + 8 * (size_t)index,
                           value);
    if (strcmp(field, "progress") == 0)
        return progress_sum(facts, vm, value);
    return counter_named(facts, vm, field, value);
}

void facts_probe_why(const struct facts *facts, unsigned vm, char *to, size_t bytes)
{
    char why[sizeof((struct probe_report *)0)->why];
    *to = '\0';
    if (!has_report(facts, vm) ||
        !report_bytes(facts, vm, offsetof(struct probe_report, why), why, sizeof why))
        return;
    why[sizeof why - 1] = '\0';
    size_t used = 0;
    for (const char *at = why; *at && used + 1 < bytes; at++)
        to[used++] = (unsigned char)*at < 0x20 ? ' ' : *at;
    to[used] = '\0';
}

struct monitor_field {
    const char *name;
    size_t offset, bytes;
};

#define FIELD(type, name)                                                                          \
    {                                                                                              \
#name, offsetof(struct type, name), sizeof(((struct type *)0)->name)                       \
    }

static bool field_value(const struct monitor_field *fields, size_t count, const void *base,
                        const char *name, uint64_t *value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) != 0)
            continue;
        *value = 0;
        memcpy(value, (const char *)base + fields[i].offset, fields[i].bytes);
        return true;
    }
    return false;
}

bool facts_monitor(const struct facts *facts, int vm, const char *field, uint64_t *value)
{
    static const struct monitor_field of_vm[] = {
        FIELD(monitor_vm, state),       FIELD(monitor_vm, end),
        FIELD(monitor_vm, end_code),    FIELD(monitor_vm, vcpus),
        FIELD(monitor_vm, weight),      FIELD(monitor_vm, cap),
        FIELD(monitor_vm, memory),      FIELD(monitor_vm, resident),
        FIELD(monitor_vm, tables),      FIELD(monitor_vm, cpu_ticks),
        FIELD(monitor_vm, steal_ticks), FIELD(monitor_vm, created_ticks),
        FIELD(monitor_vm, ended_ticks), FIELD(monitor_vm, injections),
    };
    static const struct monitor_field of_machine[] = {
        FIELD(monitor, vm_count),    FIELD(monitor, ram_bytes),  FIELD(monitor, free_bytes),
        FIELD(monitor, own_bytes),   FIELD(monitor, idle_ticks), FIELD(monitor, boot_ticks),
        FIELD(monitor, trace_bytes), FIELD(monitor, finished),   FIELD(monitor, panicked),
    };
    if (!facts->has_monitor)
        return false;
    if (vm < 0)
        return field_value(of_machine, sizeof of_machine / sizeof *of_machine, &facts->monitor,
                           field, value);
    const struct monitor_vm *entry = facts_monitor_vm(facts, (unsigned)vm);
    return entry && field_value(of_vm, sizeof of_vm / sizeof *of_vm, entry, field, value);
}
