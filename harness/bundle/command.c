/* `coach pack`: makes a boot bundle, or shows and checks one. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/pack.h"
#include "command.h"
#include "lib/file.h"
#include "lib/quantity.h"

struct pack_arguments {
    struct vm_list vms;
    const char *output;
    const char *show;
    const char *cpu;
    struct error error;
};

static const struct argp_option options[] = {
    {"vm", 'v', "KEY=VALUE,...", 0,
     "Add a VM: image=FILE[,memory=64M][,vcpus=1][,initrd=FILE]"
     "[,args=TEXT][,weight=1][,cap=0][,name=NAME][,manual=yes]; "
     "a comma in a value is doubled, or the value is quoted",
     0},
    {"output", 'o', "FILE", 0, "Write the bundle to FILE (- is standard output)", 0},
    {"cpu", 'c', "MODEL", 0, "The machine's CPU as QEMU names it: rv64, or rv64,sstc=off", 0},
    {"show", 's', "FILE", 0, "Check the bundle in FILE and list what it holds", 0},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct pack_arguments *arguments = state->input;
    switch (key) {
    case 'v':
        if (vm_list_add(&arguments->vms, value, &arguments->error) != 0)
            exit(error_report(&arguments->error));
        return 0;
    case 'o':
        arguments->output = value;
        return 0;
    case 'c':
        arguments->cpu = value;
        return 0;
    case 's':
        arguments->show = value;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\": no such argument; VMs are given by --vm", value);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void show_section(const char *what, const struct bundle_section *section)
{
    if (section->bytes == 0)
        return;
    char *size = size_string(section->bytes);
    printf("    %-12s %#12llx  %6s  crc %08x\n", what, (unsigned long long)section->gpa, size,
           section->crc);
    free(size);
}

static void show_vm(const struct bundle_vm *vm)
{
    char *memory = size_string(vm->memory);
    printf("%s: %s, %u vCPU%s, weight %u", vm->name, memory, vm->vcpus, vm->vcpus == 1 ? "" : "s",
           vm->weight);
    if (vm->cap != 0)
        printf(", cap %u %%", vm->cap);
    if (vm->flags & BUNDLE_VM_MANUAL)
        printf(", manual");
    printf(", entry %#llx\n", (unsigned long long)vm->entry);
    show_section("image", &vm->image);
    show_section("device tree", &vm->dtb);
    show_section("initrd", &vm->initrd);
    free(memory);
}

static int show(const char *path, struct error *error)
{
    struct buffer file = {0};
    const struct bundle_header *header;
    int result = file_read(path, &file, error);
    if (result == 0 && bundle_check(buffer_string(&file), file.length, &header, error) != 0)
        result = error_prefix(error, "%s", path);
    for (uint32_t i = 0; result == 0 && i < header->vm_count; i++)
        show_vm(&bundle_table(header)[i]);
    buffer_free(&file);
    return result;
}

static int pack(struct pack_arguments *arguments)
{
    struct error *error = &arguments->error;
    struct buffer bundle = {0};
    struct pack_options pack = {.sstc = cpu_has_sstc(arguments->cpu)};
    if (vm_specs_name(arguments->vms.vm, arguments->vms.count, error) != 0 ||
        bundle_pack(arguments->vms.vm, arguments->vms.count, &pack, &bundle, error) != 0)
        return -1;
    int result = file_write(arguments->output, bundle.data, bundle.length, error);
    buffer_free(&bundle);
    return result;
}

static int pack_command(int argc, char **argv)
{
    static const struct argp parser = {
        options,
        parse_option,
        "--vm image=FILE[,KEY=VALUE...] ... -o FILE\n--show FILE",
        "Packs VMs into a boot bundle, which the hypervisor takes as its initrd.",
        0,
        0,
        0};
    struct pack_arguments arguments = {.cpu = "rv64"};
    argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    int result;
    if (arguments.show != NULL)
        result = show(arguments.show, &arguments.error);
    else if (arguments.output == NULL)
        result = error_set(&arguments.error, "pack: where to? -o FILE is missing");
    else
        result = pack(&arguments);
    vm_list_free(&arguments.vms);
    return result == 0 ? COACH_OK : error_report(&arguments.error);
}

COACH_COMMAND(pack, pack_command, "pack VMs into a boot bundle, or show one");
