/*
 * Drafts an item from a run: what the guests went through, without what a correct hypervisor may
 * do otherwise (addresses of its own, time, layout). Guest addresses become bindings when they
 * are first seen.
 */
#include "check/bless.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/machine.h"
#include "check/names.h"

#define MOST_LINES  40
#define MOST_NAMES  60
#define TIMEBASE_HZ 10000000

/* Guest addresses that have a name in the draft. */
struct draft {
    uint64_t address[MOST_NAMES];
    unsigned names;
    unsigned lines;
};

/* Worth a line: what any correct hypervisor must do in this order. */
static bool telling(const struct event *event)
{
    switch (event->type->kind) {
    case TRACE_KVM_EXIT:
        return !(event->value[EXIT_SCAUSE] & TRACE_CAUSE_INTERRUPT);
    case TRACE_KVM_ENTRY:
    case TRACE_HYPERCALL:
    case TRACE_HYPERCALL_RET:
    case TRACE_TRAP_INJECT:
    case TRACE_VM_EXIT:
    case TRACE_VM_KILL:
        return true;
    default:
        return false;
    }
}

static void print_address(struct draft *draft, uint64_t address)
{
    for (unsigned i = 0; i < draft->names; i++) {
        if (address < draft->address[i] || address - draft->address[i] > 4)
            continue;
        printf("[[PC%u]]", i);
        if (address != draft->address[i])
            printf("+%" PRIu64, address - draft->address[i]);
        return;
    }
    if (draft->names == MOST_NAMES) {
        printf("0x%" PRIx64, address);
        return;
    }
    printf("[[PC%u:]]", draft->names);
    draft->address[draft->names++] = address;
}

static void print_fields(struct draft *draft, const struct event *event)
{
    for (unsigned i = 0; i < event->type->fields; i++) {
        const char *field = event->type->field[i].name;
        const char *name = number_name(field, event->value[i]);
        bool address = strcmp(field, "sepc") == 0;
        bool known = strcmp(field, "scause") == 0 || strcmp(field, "cause") == 0 ||
                     strcmp(field, "eid") == 0 || strcmp(field, "fid") == 0 ||
                     strcmp(field, "error") == 0 || strcmp(field, "code") == 0 ||
                     strcmp(field, "end") == 0;
        if (!address && !known)
            continue;
        printf(" %s=", field);
        if (address)
            print_address(draft, event->value[i]);
        else if (name)
            printf("%s", name);
        else
            printf("0x%" PRIx64, event->value[i]);
    }
}

static void print_event(struct draft *draft, const struct facts *facts, const struct event *event)
{
    printf("    CHECK: %s", event->type->name);
    if (event->vm != TRACE_NO_VM && facts->vm_of[event->vm] >= 0 && facts->check->scenario.vms > 1)
        printf(" vm=%s", facts->check->scenario.vm[facts->vm_of[event->vm]].name);
    print_fields(draft, event);
    putchar('\n');
    draft->lines++;
}

static void print_ends(const struct facts *facts)
{
    static const char *const words[] = {"never",  "exit",      "shutdown", "guest_fault",
                                        "killed", "no_memory", "stopped"};
    for (unsigned vm = 0; vm < facts->check->scenario.vms; vm++) {
        const struct monitor_vm *entry = facts_monitor_vm(facts, vm);
        if (!entry || entry->end > VM_END_STOPPED)
            continue;
        printf("    HOLDS: vm %s ends %s", facts->check->scenario.vm[vm].name, words[entry->end]);
        if (entry->end == VM_END_EXIT)
            printf("(%" PRIu64 ")", entry->end_code);
        putchar('\n');
    }
}

static void print_draft(const struct facts *facts)
{
    struct draft draft = {0};

    printf("item drafted (1 point): What the run under seed %" PRIu64 " went through\n",
           facts->seed);
    for (size_t i = 0; i < facts->events && draft.lines < MOST_LINES; i++) {
        const struct event *event = facts->event[i];
        if (event->type->seen)
            continue;
        if (telling(event))
            print_event(&draft, facts, event);
    }
    print_ends(facts);
    printf("    HOLDS: told equals seen\n");
}

static void print_run(const struct facts *facts)
{
    for (size_t i = 0; i < facts->events; i++) {
        char line[320];
        event_print(line, sizeof line, facts->event[i], facts->first_tick, TIMEBASE_HZ);
        puts(line);
    }
    printf("%s\n", facts->why);
}

static int run_once(const struct check *check, const struct jobs_options *options,
                    void (*print)(const struct facts *facts))
{
    struct machine *machine = allocate(1, sizeof *machine);
    struct error error;
    uint64_t seed = options->has_seeds ? options->seed_first : check->scenario.seed_first;
    int status = COACH_OK;
    if (machine_run(machine, check, seed, 0, &options->run, &error) != 0)
        status = error_report(&error);
    else
        print(&machine->facts);
    machine_free(machine);
    free(machine);
    return status;
}

int bless(const struct check *check, const struct jobs_options *options)
{
    return run_once(check, options, print_draft);
}

int print_events(const struct check *check, const struct jobs_options *options)
{
    return run_once(check, options, print_run);
}
