/* The second run of a check, and what differs; see two_runs.h. */
#include "check/two_runs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/walk.h"
#include "check/secrets.h"

#define CONSOLE_MOST (1u << 20)

/* All of a file, read-only; NULL when it is empty. */
static const void *map_file(int fd, size_t *bytes)
{
    struct stat status;
    *bytes = 0;
    if (fd < 0 || fstat(fd, &status) != 0 || status.st_size <= 0)
        return NULL;
    void *at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return NULL;
    *bytes = (size_t)status.st_size;
    return at;
}

/* One run, as far as it is compared. */
struct run {
    struct machine *machine;
    const void *records, *console;
    size_t record_bytes, console_bytes;
};

static void open_run(struct run *run, struct machine *machine)
{
    run->machine = machine;
    run->records = map_file(machine->record_fd, &run->record_bytes);
    run->console = map_file(machine->seen.qemu.console_out_fd, &run->console_bytes);
}

static void close_run(const struct run *run)
{
    if (run->records)
        munmap((void *)run->records, run->record_bytes);
    if (run->console)
        munmap((void *)run->console, run->console_bytes);
}

struct pages {
    const struct ram *ram;
    const uint8_t **page;
    size_t count;
};

static bool take_leaf(const struct walk_leaf *leaf, void *argument)
{
    struct pages *pages = argument;
    for (uint64_t at = 0; at < leaf->bytes; at += SECRETS_PAGE) {
        uint64_t number = (leaf->virtual + at - BUNDLE_GUEST_RAM_BASE) / SECRETS_PAGE;
        if (leaf->virtual + at >= BUNDLE_GUEST_RAM_BASE && number < pages->count)
            pages->page[number] = ram_at(pages->ram, leaf->physical + at, SECRETS_PAGE);
    }
    return true;
}

/* The VM's memory as it stands at the end: nothing of it where the VM is gone. */
static void find_pages(const struct machine *machine, unsigned vm, struct secrets_view *view)
{
    const struct machine_vm *own = &machine->vm[vm];
    const struct ram *ram = &machine->seen.ram;
    view->base = BUNDLE_GUEST_RAM_BASE;
    view->pages = machine->check->scenario.vm[vm].memory / SECRETS_PAGE;
    view->page = allocate(view->pages, sizeof *view->page);
    uint8_t *tree = allocate(own->dtb_bytes, 1);
    struct pages pages = {ram, view->page, view->pages};
    const struct walk_visitor visitor = {.leaf = take_leaf, .argument = &pages};
    struct walk_count count;
    if (own->hgatp && walk_copy(ram, own->hgatp, own->dtb_address, tree, own->dtb_bytes) &&
        memcmp(tree, own->dtb, own->dtb_bytes) == 0)
        walk_second_stage(ram, own->hgatp, &visitor, &count);
    free(tree);
}

static struct secrets_view view_of(const struct run *run, unsigned vm)
{
    struct secrets_view view = {
        .vm = (int)vm,
        .record = run->records,
        .records = run->record_bytes / sizeof(struct model_record),
        .console = run->console,
        .console_bytes = run->console_bytes < CONSOLE_MOST ? run->console_bytes : CONSOLE_MOST,
    };
    find_pages(run->machine, vm, &view);
    return view;
}

static void find_difference(const struct run *one, const struct run *other, unsigned vm)
{
    struct facts *facts = &one->machine->facts;
    struct finding *finding = &facts->secrets[vm];
    struct secrets_view left = view_of(one, vm), right = view_of(other, vm);
    struct secrets_difference difference;
    char place[120] = "";
    finding->known = left.records && right.records;
    finding->looked_at = secrets_compare(&left, &right, &difference);
    finding->holds = !difference.found;
    const char *name = one->machine->check->scenario.vm[vm].name;
    if (difference.has_pc)
        facts->describe(facts->argument, (int)vm, difference.pc, place, sizeof place);
    if (difference.found)
        snprintf(finding->text, sizeof finding->text,
                 "VM %s sees that others are not the same: %s%s%s", name, difference.text,
                 *place ? ", " : "", place);
    else
        snprintf(finding->text, sizeof finding->text,
                 "noninterference: %" PRIu64 " events of VM %s are the same in two runs",
                 finding->looked_at, name);
    snprintf(finding->diagnosis, sizeof finding->diagnosis, "a secret of another VM shows in %s",
             difference.found ? difference.kind : "nothing");
    free(left.page);
    free(right.page);
}

int two_runs(struct machine *first, struct error *error)
{
    const struct check *check = first->check;
    if (!check->watchers)
        return 0;
    struct machine *second = allocate(1, sizeof *second);
    int failed = machine_run(second, check, first->seed, 1, first->options, error);
    if (!failed) {
        struct run one, other;
        open_run(&one, first);
        open_run(&other, second);
        for (unsigned vm = 0; vm < check->scenario.vms; vm++)
            if (check->watchers >> vm & 1)
                find_difference(&one, &other, vm);
        close_run(&one);
        close_run(&other);
    }
    machine_free(second);
    free(second);
    return failed;
}
