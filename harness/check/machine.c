/* One machine under observation; see machine.h. */
#include "check/machine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/probe.h"
#include "bundle/pack.h"
#include "check/registers.h"
#include "check/tamper.h"
#include "lib/file.h"

#define TICKS_PER_MS       10000
#define TRACE_RECORDS      65536
#define AUDIT_INSTRUCTIONS 20000000 /* between checkpoints of "isolation holds" */
#define DEFAULT_WALL_MS    60000

char *machine_image_path(const struct check *check, const struct run_options *options,
                         const char *image)
{
    if (strncmp(image, "probe:", 6) == 0)
        return format_string("%s/guest-os/probes/%s.elf", options->build, image + 6);
    if (strncmp(image, "guest:", 6) == 0)
        return format_string("%s/guest-os/%s.elf", options->build, image + 6);
    const char *slash = strrchr(check->file, '/');
    if (*image == '/' || !slash)
        return format_string("%s", image);
    return format_string("%.*s/%s", (int)(slash - check->file), check->file, image);
}

/* Adds the text with [[SEED]] and [[SEED+N]] filled in. */
static void add_seeded(struct buffer *to, const char *at, uint64_t seed)
{
    for (const char *mark; (mark = strstr(at, "[[SEED")) != NULL;) {
        char *end;
        uint64_t plus = mark[6] == '+' ? strtoull(mark + 7, &end, 10) : (end = (char *)mark + 6, 0);
        if (strncmp(end, "]]", 2) != 0)
            break;
        buffer_printf(to, "%.*s%" PRIu64, (int)(mark - at), at, seed + plus);
        at = end + 2;
    }
    buffer_text(to, at);
}

/* The arguments, seeded, and the VM's name behind them. The name makes each VM's device tree its
 * own, by which its memory is known again in the machine. */
static char *arguments(const struct scenario_vm *vm, uint64_t seed)
{
    struct buffer text = {0};
    add_seeded(&text, vm->args ? vm->args : "", seed);
    buffer_printf(&text, "%svm=%s", text.length ? " " : "", vm->name);
    return text.data;
}

static void remember_trees(struct machine *machine)
{
    const struct bundle_header *header = (const void *)machine->bundle.data;
    const struct bundle_vm *table = bundle_table(header);
    for (unsigned i = 0; i < header->vm_count; i++) {
        machine->vm[i].dtb = (const uint8_t *)machine->bundle.data + table[i].dtb.offset;
        machine->vm[i].dtb_bytes = table[i].dtb.bytes;
        machine->vm[i].dtb_address = table[i].dtb.gpa;
    }
}

static int pack(struct machine *machine, struct error *error)
{
    const struct scenario *scenario = &machine->check->scenario;
    struct vm_spec specs[BUNDLE_MAX_VMS] = {0};
    char *initrd[BUNDLE_MAX_VMS] = {0};
    for (unsigned i = 0; i < scenario->vms; i++) {
        const struct scenario_vm *vm = &scenario->vm[i];
        snprintf(specs[i].name, sizeof specs[i].name, "%s", vm->name);
        machine->vm[i].image = machine_image_path(machine->check, machine->options, vm->image);
        if (vm->initrd)
            initrd[i] = machine_image_path(machine->check, machine->options, vm->initrd);
        specs[i].image = machine->vm[i].image;
        specs[i].initrd = initrd[i];
        specs[i].args = arguments(vm, machine->seed);
        specs[i].memory = vm->memory;
        specs[i].vcpus = vm->vcpus;
        specs[i].weight = vm->weight;
        specs[i].cap = vm->cap;
        specs[i].manual = vm->manual;
    }
    struct pack_options options = {.sstc = cpu_has_sstc(scenario->cpu)};
    int failed = bundle_pack(specs, scenario->vms, &options, &machine->bundle, error);
    for (unsigned i = 0; i < scenario->vms; i++) {
        free(specs[i].args);
        free(initrd[i]);
    }
    if (!failed)
        remember_trees(machine);
    return failed;
}

static int bundle_file(struct machine *machine, struct error *error)
{
    int fd = file_nameless("bundle", error);
    if (fd < 0)
        return -1;
    if (write_all(fd, machine->bundle.data, machine->bundle.length) == 0)
        return fd;
    close(fd);
    return error_fault(error, "the boot bundle cannot be written: disk full?");
}

/* The hypervisor's boot arguments: trace, what the check asks for, and the console's lines, which
 * the hypervisor types itself (at=MILLISECONDS:WORD:WORD), so that the instant is exact. */
static char *boot_arguments(const struct check *check, uint64_t seed)
{
    const struct scenario *scenario = &check->scenario;
    struct buffer text = {0};
    buffer_printf(&text, "trace=%s", scenario->trace ? "on" : "off");
    if (!scenario->hypervisor || !strstr(scenario->hypervisor, "trace_records="))
        buffer_printf(&text, " trace_records=%u", TRACE_RECORDS);
    if (scenario->hypervisor) {
        buffer_text(&text, " ");
        add_seeded(&text, scenario->hypervisor, seed);
    }
    for (const struct scenario_command *c = scenario->commands; c; c = c->next) {
        buffer_printf(&text, " at=%" PRIu64 ":", c->at_ticks / TICKS_PER_MS);
        for (const char *at = c->text; *at; at++)
            buffer_printf(&text, "%c", *at == ' ' ? ':' : *at);
    }
    return text.data;
}

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

/* Notes each second stage once, as soon as it can be told whose it is. */
static void identify(struct machine *machine, const struct ram *ram, uint64_t hgatp, bool first)
{
    struct machine_tree *tree = NULL;
    for (size_t i = 0; i < machine->trees && !tree; i++)
        if (machine->tree[i].hgatp == hgatp)
            tree = &machine->tree[i];
    if (!tree && machine->trees < MACHINE_TREES) {
        tree = &machine->tree[machine->trees++];
        *tree = (struct machine_tree){hgatp, -1};
    }
    if (!tree || tree->vm >= 0)
        return;
    tree->vm = owner_of(machine, ram, hgatp);
    if (tree->vm >= 0)
        machine->vm[tree->vm].hgatp = hgatp;
    if (first)
        tamper_compare(machine, ram, tree->vm, hgatp);
}

void machine_audit(struct machine *machine, const struct observer_view *view)
{
    struct audit_input input;
    struct audit_report report;
    memset(&input, 0, sizeof input);
    audit_from_machine(&input, view->ram, view->hypervisor, view->hgatps, view->hgatp_count);
    if (!input.trees || audit_run(&input, &report) != 0)
        return;
    machine->audits++;
    machine->leaves += report.leaves;
    if (machine->audited && !machine->report.holds) {
        audit_free(&report); /* the first finding is the one to show */
        return;
    }
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
        if (vm >= 0 && !machine->vm[vm].hgatp)
            machine->vm[vm].hgatp = machine->tree[i].hgatp;
    }
}

static bool stopped(const struct observer_view *view, void *argument)
{
    struct machine *machine = argument;
    for (size_t i = 0; i < view->hgatp_count; i++)
        identify(machine, view->ram, view->hgatps[i],
                 view->stop == OBSERVER_FIRST_ENTRY && i + 1 == view->hgatp_count);
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

static void watch(struct machine *machine, struct observer_options *options)
{
    const struct check *check = machine->check;
    options->traps = true;
    options->told = check->scenario.trace;
    options->first_entries = true;
    options->on_stop = stopped;
    options->on_turn = bounded;
    options->limit_vectors = MACHINE_MOST_VECTORS;
    options->argument = machine;
    if (check->wants_memory && tamper_can_guard(check))
        options->guard = PROBE_REPORT_GPA;
    if (check->wants_isolation)
        options->checkpoint_instructions = AUDIT_INSTRUCTIONS;
    if (machine->registers)
        options->on_registers = take_registers;
}

int machine_run(struct machine *machine, const struct check *check, uint64_t seed,
                const struct run_options *options, struct error *error)
{
    const struct scenario *scenario = &check->scenario;
    memset(machine, 0, sizeof *machine);
    machine->check = check;
    machine->options = options;
    machine->seed = seed;
    if (pack(machine, error) != 0)
        return -1;
    if (check->wants_registers)
        machine->registers = registers_new();
    struct observer_options observer = OBSERVER_OPTIONS_DEFAULT;
    char *append = boot_arguments(check, seed);
    observer.machine.binary = options->qemu;
    observer.machine.prefix = options->prefix;
    observer.plugin = options->plugin;
    observer.machine.hypervisor = options->hypervisor;
    observer.machine.cpu = scenario->cpu;
    observer.machine.memory = scenario->machine_memory;
    observer.machine.harts = scenario->harts;
    observer.machine.append = append;
    observer.machine.deterministic = true;
    observer.machine.seed = seed;
    observer.machine.console = QEMU_CONSOLE_FILE;
    observer.machine.bundle_fd = bundle_file(machine, error);
    observer.limit_ticks = scenario->deadline;
    observer.wall_ms = options->wall_ms ? options->wall_ms : DEFAULT_WALL_MS;
    watch(machine, &observer);
    int failed = observer.machine.bundle_fd < 0 || observer_run(&observer, &machine->seen, error);
    free(append);
    if (observer.machine.bundle_fd >= 0)
        close(observer.machine.bundle_fd);
    if (failed)
        return -1;
    machine->observed = true;
    machine_fill_facts(machine);
    return 0;
}

void machine_free(struct machine *machine)
{
    if (machine->observed)
        observation_free(&machine->seen);
    if (machine->audited)
        audit_free(&machine->report);
    registers_free(machine->registers);
    for (unsigned i = 0; i < BUNDLE_MAX_VMS; i++) {
        free(machine->vm[i].image);
        symbols_close(machine->vm[i].symbols);
    }
    buffer_free(&machine->bundle);
    free(machine->order);
}
