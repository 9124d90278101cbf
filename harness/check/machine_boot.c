/* What a check's machine is started with; see machine_boot.h. */
#include "check/machine_boot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle/pack.h"
#include "lib/file.h"

#define TICKS_PER_MS  10000
#define TRACE_RECORDS 65536

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

/* Two numbers of which each bit differs, made of digits alone, so that no guest reads one of them
 * with more instructions than the other. */
static const char *const secret_of[2] = {"0x8787787887788778", "0x7878877878877887"};

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
static char *arguments(const struct scenario_vm *vm, uint64_t seed, unsigned variant)
{
    struct buffer text = {0};
    const char *at = vm->args ? vm->args : "", *mark;
    for (; (mark = strstr(at, SCENARIO_SECRET)); at = mark + strlen(SCENARIO_SECRET)) {
        char *before = format_string("%.*s", (int)(mark - at), at);
        add_seeded(&text, before, seed);
        buffer_text(&text, secret_of[variant]);
        free(before);
    }
    add_seeded(&text, at, seed);
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

/* Where the VMs' code is; a raw image does not say it. */
static void find_text(struct machine *machine)
{
    for (unsigned i = 0; i < machine->check->scenario.vms; i++) {
        struct machine_vm *vm = &machine->vm[i];
        struct model_range *text = &machine->text[i];
        struct error error;
        vm->symbols = symbols_open(vm->image, &error);
        if (vm->symbols)
            symbols_code(vm->symbols, &text->from, &text->to);
    }
}

int machine_pack(struct machine *machine, struct error *error)
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
        specs[i].args = arguments(vm, machine->seed, machine->variant);
        specs[i].memory = vm->memory;
        specs[i].vcpus = vm->vcpus;
        specs[i].weight = vm->weight;
        specs[i].cap = vm->cap;
        specs[i].manual = vm->manual;
        specs[i].bss_filled = vm->bss_filled;
    }
    struct pack_options options = {.sstc = cpu_has_sstc(scenario->cpu)};
    int failed = bundle_pack(specs, scenario->vms, &options, &machine->bundle, error);
    for (unsigned i = 0; i < scenario->vms; i++) {
        free(specs[i].args);
        free(initrd[i]);
    }
    if (!failed) {
        remember_trees(machine);
        find_text(machine);
    }
    return failed;
}

int machine_bundle_file(struct machine *machine, struct error *error)
{
    int fd = file_nameless("bundle", error);
    if (fd < 0)
        return -1;
    if (write_all(fd, machine->bundle.data, machine->bundle.length) == 0)
        return fd;
    close(fd);
    return error_fault(error, "the boot bundle cannot be written: disk full?");
}

char *machine_boot_arguments(const struct check *check, uint64_t seed)
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
