/* One machine under observation; see machine.h. */
#include "check/machine_boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/probe.h"
#include "check/registers.h"
#include "lib/file.h"

#define AUDIT_INSTRUCTIONS 20000000 /* between checkpoints of "isolation holds" */

/* Which VM a second stage belongs to: the one whose own device tree stands in its memory. */
static int owner_of(const struct machine *machine, const struct ram *ram, uint64_t hgatp)
{
    uint8_t *found = NULL;
    int owner = -1;
    for (unsigned i = 0; i < machine->check->scenario.vms && owner < 0; i++) {
        const struct machine_vm *vm = &machine->vm[i];
        found = reallocate(found, vm->dtb_bytes);
        if (walk_copy(ram, hgatp, vm->dtb_address, found, vm->dtb_bytes) &&
            memcmp(found, vm->dtb, vm->dtb_bytes) == 0)
            owner = (int)i;
    }
    free(found);
    return owner;
}

/* Room for one more; where there is none, in place of one that its VM has no longer. */
static struct machine_tree *new_tree(struct machine *machine)
{
    if (machine->trees < MACHINE_TREES)
        return &machine->tree[machine->trees++];
    for (size_t i = 0; i < machine->trees; i++)
        if (machine->tree[i].vm >= 0 &&
            machine->tree[i].hgatp != machine->vm[machine->tree[i].vm].hgatp)
            return &machine->tree[i];
    return NULL;
}

/* Notes each second stage once, as soon as it can be told whose it is. */
static void identify(struct machine *machine, const struct ram *ram, uint64_t hgatp)
{
    struct machine_tree *tree = NULL;
    for (size_t i = 0; i < machine->trees && !tree; i++)
        if (machine->tree[i].hgatp == hgatp)
            tree = &machine->tree[i];
    if (!tree) {
        tree = new_tree(machine);
        if (tree)
            *tree = (struct machine_tree){hgatp, -1};
    }
    if (!tree || tree->vm >= 0)
        return;
    tree->vm = owner_of(machine, ram, hgatp);
    if (tree->vm >= 0)
        machine->vm[tree->vm].hgatp = hgatp;
}

void machine_audit(struct machine *machine, const struct observer_view *view)
{
    struct audit_input input;
    struct audit_report report;
    if (machine->audited && !machine->report.holds)
        return; /* the first finding is the one to show */
    memset(&input, 0, sizeof input);
    audit_from_machine(&input, view->ram, view->hypervisor, view->hgatps, view->hgatp_count);
    if (!input.trees || audit_run(&input, &report) != 0)
        return;
    machine->audits++;
    machine->leaves += report.leaves;
    if (machine->audited)
        audit_free(&machine->report);
    machine->audit = input;
    machine->report = report;
    machine->audited = true;
}

/* A value of hgatp may have been a VM's that is gone, and then another's: at the end it is that
 * one's whose device tree is there. */
static void identify_heirs(struct machine *machine, const struct ram *ram)
{
    for (size_t i = 0; i < machine->trees; i++) {
        int vm = owner_of(machine, ram, machine->tree[i].hgatp);
        if (vm >= 0 && owner_of(machine, ram, machine->vm[vm].hgatp) != vm)
            machine->vm[vm].hgatp = machine->tree[i].hgatp;
    }
}

/* What guests write comes behind this. */
static void note_console(struct machine *machine)
{
    struct stat status;
    int fd = machine->seen.qemu.console_out_fd;
    if (fd >= 0 && fstat(fd, &status) == 0)
        machine->console_from = status.st_size;
}

static bool stopped(const struct observer_view *view, void *argument)
{
    struct machine *machine = argument;
    for (size_t i = 0; i < view->hgatp_count; i++)
        identify(machine, view->ram, view->hgatps[i]);
    if (view->stop == OBSERVER_FIRST_ENTRY && view->hgatp_count == 1)
        note_console(machine);
    if (view->stop == OBSERVER_FINISHED)
        identify_heirs(machine, view->ram);
    if (machine->check->wants_isolation)
        machine_audit(machine, view);
    return true;
}

/*
 * What gets nowhere fills any deadline with traps: enough of them say as much as all. Traps into
 * the hypervisor end the run by limit_vectors, at an instruction; these bounds hold where that
 * does not count: a guest that traps into itself, in no time, and records without traps.
 */
static bool bounded(void *argument)
{
    const struct machine *machine = argument;
    /* The list of what was seen grows in another thread. */
    size_t seen = __atomic_load_n(&machine->seen.seen.count, __ATOMIC_RELAXED);
    return machine->seen.told.count <= MACHINE_MOST_RECORDS && seen <= MACHINE_MOST_SEEN;
}

static void take_registers(const struct traplog_registers *registers, void *argument)
{
    struct machine *machine = argument;
    registers_take(machine->registers, registers);
}

/* What will be typed, in the order of time, for the model. */
static size_t list_commands(struct machine *machine)
{
    size_t count = 0;
    for (const struct scenario_command *c = machine->check->scenario.commands;
         c && count < MODEL_CHANNEL_COMMANDS; c = c->next) {
        struct model_command *to = &machine->command[count++];
        to->at = c->at_ticks;
        snprintf(to->text, sizeof to->text, "%s", c->text);
        for (size_t i = count - 1; i > 0 && machine->command[i - 1].at > machine->command[i].at;
             i--) {
            struct model_command later = machine->command[i - 1];
            machine->command[i - 1] = machine->command[i];
            machine->command[i] = later;
        }
    }
    return count;
}

/* What will be typed at the machine's own console, in pieces that the channel holds. */
static size_t list_inputs(struct machine *machine)
{
    size_t count = 0;
    for (const struct scenario_input *i = machine->check->scenario.inputs; i; i = i->next)
        for (size_t done = 0; done < i->count && count < MODEL_CHANNEL_INPUTS;) {
            struct model_channel_input *to = &machine->input[count++];
            size_t part = i->count - done;
            if (part > sizeof to->byte)
                part = sizeof to->byte;
            to->at = i->at_ticks;
            to->count = (uint32_t)part;
            memcpy(to->byte, i->byte + done, part);
            done += part;
        }
    return count;
}

static void watch(struct machine *machine, struct observer_options *options)
{
    const struct check *check = machine->check;
    options->traps = true;
    options->told = check->scenario.trace;
    options->syscalls = check->wants_syscalls;
    options->calls = check->wants_calls;
    options->first_entries = true;
    options->model = true;
    options->commands = machine->command;
    options->command_count = list_commands(machine);
    options->inputs = machine->input;
    options->input_count = list_inputs(machine);
    options->guest_text = machine->text;
    options->on_stop = stopped;
    options->on_turn = bounded;
    options->limit_vectors = MACHINE_MOST_VECTORS;
    options->argument = machine;
    if (check->wants_isolation)
        options->checkpoint_instructions = AUDIT_INSTRUCTIONS;
    if (machine->registers)
        options->on_registers = take_registers;
}

static void choose_machine(struct qemu_options *qemu, const struct machine *machine)
{
    const struct scenario *scenario = &machine->check->scenario;
    qemu->binary = machine->options->qemu;
    qemu->prefix = machine->options->prefix;
    qemu->hypervisor = machine->options->hypervisor;
    qemu->cpu = scenario->cpu;
    qemu->memory = scenario->machine_memory;
    qemu->harts = scenario->harts;
    qemu->deterministic = true;
    qemu->seed = machine->seed;
    qemu->fill_seed = 2 * machine->seed + 1 + machine->variant;
    qemu->console = QEMU_CONSOLE_FILE;
}

int machine_run(struct machine *machine, const struct check *check, uint64_t seed, unsigned variant,
                const struct run_options *options, struct error *error)
{
    memset(machine, 0, sizeof *machine);
    machine->variant = variant;
    machine->record_fd = machine->wrote_fd = -1;
    machine->check = check;
    machine->options = options;
    machine->seed = seed;
    if (machine_pack(machine, error) != 0)
        return -1;
    if (check->wants_registers)
        machine->registers = registers_new();
    struct observer_options observer = OBSERVER_OPTIONS_DEFAULT;
    char *append = machine_boot_arguments(check, seed);
    choose_machine(&observer.machine, machine);
    observer.machine.append = append;
    if (check->watchers && (machine->record_fd = file_nameless("record", error)) < 0)
        return free(append), -1;
    if ((machine->wrote_fd = file_nameless("written", error)) < 0)
        return free(append), -1;
    observer.record_fd = machine->record_fd;
    observer.console_fd = machine->wrote_fd;
    observer.machine.bundle_fd = machine_bundle_file(machine, error);
    observer.plugin = options->plugin;
    observer.limit_ticks = check->scenario.deadline;
    if (options->processor_ms)
        observer.processor_ms = options->processor_ms;
    observer.wall_ms = options->wall_ms ? options->wall_ms : OBSERVER_WALL_MS;
    watch(machine, &observer);
    int failed = observer.machine.bundle_fd < 0 || observer_run(&observer, &machine->seen, error);
    free(append);
    if (observer.machine.bundle_fd >= 0)
        close(observer.machine.bundle_fd);
    if (failed)
        return -1;
    machine->observed = true;
    machine_fill_facts(machine);
    console_finding(machine);
    ends_finding(machine);
    return 0;
}

void machine_free(struct machine *machine)
{
    if (machine->observed)
        observation_free(&machine->seen);
    if (machine->audited)
        audit_free(&machine->report);
    if (machine->record_fd >= 0)
        close(machine->record_fd);
    if (machine->wrote_fd >= 0)
        close(machine->wrote_fd);
    registers_free(machine->registers);
    for (unsigned i = 0; i < BUNDLE_MAX_VMS; i++) {
        free(machine->vm[i].image);
        symbols_close(machine->vm[i].symbols);
    }
    buffer_free(&machine->bundle);
    free(machine->order);
}
