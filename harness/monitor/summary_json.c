/* The summary for programs: every figure of the monitor under its own name. */
#include <stdlib.h>

#include <jansson.h>

#include "lib/buffer.h"
#include "monitor/monitor.h"
#include "monitor/summary.h"

/* JSON's integers are signed; a counter that is beyond them is not true anyway. */
static void set_number(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)(value & INT64_MAX)));
}

static json_t *exits_of(const struct monitor_vm *vm)
{
    json_t *exits = json_object();
    for (unsigned index = 0; index < MONITOR_CAUSES; index++) {
        uint32_t cause = monitor_cause(index);
        const char *name = cause_name(cause);
        if (vm->exits[index] == 0)
            continue;
        char *number = format_string("%#x", cause);
        set_number(exits, name ? name : number, vm->exits[index]);
        free(number);
    }
    return exits;
}

/* The first faults that it was given, for what it touched and has not. */
static json_t *faults_of(const struct monitor_vm *vm)
{
    json_t *faults = json_array();
    for (unsigned i = 0; i < MONITOR_FAULTS && vm->fault[i].cause != 0; i++) {
        const char *name = cause_name((uint32_t)vm->fault[i].cause);
        json_t *fault = json_object();
        json_object_set_new(fault, "cause", json_string(name ? name : "unknown"));
        set_number(fault, "pc", vm->fault[i].pc);
        set_number(fault, "stval", vm->fault[i].stval);
        json_array_append_new(faults, fault);
    }
    return faults;
}

static json_t *json_of_vm(const struct monitor_vm *vm)
{
    static const char *const states[] = {"free", "running", "paused", "ended", "destroyed"};
    json_t *object = json_object();
    struct buffer end = {0};
    vm_end_describe(vm, &end);
    json_object_set_new(object, "name", json_string(vm->name));
    json_object_set_new(object, "state", json_string(vm->state < 5 ? states[vm->state] : "?"));
    json_object_set_new(object, "ended", json_string(buffer_string(&end)));
    json_object_set_new(object, "ended_well", json_boolean(vm_ended_well(vm)));
    set_number(object, "end", vm->end);
    set_number(object, "end_code", vm->end_code);
    set_number(object, "id", vm->id);
    set_number(object, "vcpus", vm->vcpus);
    set_number(object, "weight", vm->weight);
    set_number(object, "cap", vm->cap);
    set_number(object, "memory_bytes", vm->memory);
    set_number(object, "resident_bytes", vm->resident);
    set_number(object, "table_bytes", vm->tables);
    set_number(object, "cpu_ticks", vm->cpu_ticks);
    set_number(object, "steal_ticks", vm->steal_ticks);
    set_number(object, "created_ticks", vm->created_ticks);
    set_number(object, "ended_ticks", vm->ended_ticks);
    set_number(object, "injections", vm->injections);
    json_object_set_new(object, "exits", exits_of(vm));
    json_object_set_new(object, "faults", faults_of(vm));
    set_number(object, "fault_loop", vm->last_fault_repeated);
    buffer_free(&end);
    return object;
}

static json_t *json_of_times(const struct trace_summary *times)
{
    json_t *object = json_object();
    for (size_t i = 0; i < times->lines; i++) {
        const struct trace_cause_line *line = &times->line[i];
        const char *name = cause_name(line->scause);
        char *number = format_string("%#x", line->scause);
        json_t *entry = json_object();
        set_number(entry, "samples", line->timed);
        set_number(entry, "ticks", line->time);
        set_number(entry, "min_ticks", line->timed ? line->min : 0);
        set_number(entry, "max_ticks", line->max);
        json_object_set_new(object, name ? name : number, entry);
        free(number);
    }
    return object;
}

/* Seen at the machine, not told: "holds" is null when no guest was entered. */
static json_t *json_of_isolation(const struct audit_summary *isolation)
{
    json_t *object = json_object();
    json_object_set_new(object, "holds",
                        isolation->watched ? json_boolean(isolation->holds) : json_null());
    set_number(object, "leaf_entries", isolation->leaves);
    set_number(object, "audits", isolation->audits);
    set_number(object, "vms", isolation->trees);
    json_object_set_new(object, "text", json_string(isolation->text));
    return object;
}

int summary_json(FILE *stream, const struct summary *summary)
{
    const struct monitor *monitor = summary->monitor;
    json_t *root = json_object(), *vms = json_array();
    for (unsigned i = 0; i < monitor->vm_count; i++) {
        if (monitor->vm[i].state != VM_STATE_FREE)
            json_array_append_new(vms, json_of_vm(&monitor->vm[i]));
    }
    json_object_set_new(root, "schema", json_string("stagecoach/run/v1"));
    json_object_set_new(root, "finished", json_boolean(monitor->finished == 1));
    json_object_set_new(root, "panicked", json_boolean(monitor->panicked == 1));
    set_number(root, "timebase_hz", monitor->timebase_hz);
    set_number(root, "elapsed_ticks", summary->elapsed);
    set_number(root, "idle_ticks", monitor->idle_ticks);
    set_number(root, "ram_bytes", monitor->ram_bytes);
    set_number(root, "free_bytes", monitor->free_bytes);
    set_number(root, "own_bytes", monitor->own_bytes);
    set_number(root, "trace_bytes", monitor->trace_bytes);
    json_object_set_new(root, "vms", vms);
    if (summary->times != NULL) {
        json_object_set_new(root, "exit_times", json_of_times(summary->times));
        set_number(root, "trace_lost", summary->trace_lost);
    }
    if (summary->isolation != NULL)
        json_object_set_new(root, "isolation", json_of_isolation(summary->isolation));
    int result = json_dumpf(root, stream, JSON_INDENT(2));
    json_decref(root);
    return result != 0 || fputc('\n', stream) == EOF ? -1 : 0;
}
