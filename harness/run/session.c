/* From options to a machine: the bundle packed, memory measured out, boot arguments written. */
#include "run/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "abi/trace.h"
#include "bundle/pack.h"
#include "lib/file.h"
#include "run/page.h"

#define PIPE_LIMIT_NS 60000000000ull /* in a pipe, unless --for says otherwise */
#define LEAST_MACHINE (256ull << 20)
#define MACHINE_STEP  (64ull << 20)
#define UNSET         UINT64_MAX
/* A machine that counts instructions is some times slower than its own clock says. */
#define PROCESSOR_FACTOR 10
#define PROCESSOR_LEAST  60000000000ull
#define WALL_FACTOR      20 /* of processor time: the host may be busy with other things */

/* Enough for the VMs, the bundle that they are copied from, trace rings and the hypervisor. */
static uint64_t machine_memory(const struct run_options *options, uint64_t bundle_bytes)
{
    uint64_t rings = options->trace_records * options->harts * sizeof(struct trace_record);
    uint64_t needed = bundle_bytes + rings + MACHINE_STEP;
    for (unsigned i = 0; i < options->vms.count; i++)
        needed += options->vms.vm[i].memory;
    needed = (needed + MACHINE_STEP - 1) & ~(MACHINE_STEP - 1);
    return needed > LEAST_MACHINE ? needed : LEAST_MACHINE;
}

static int check_promises(const struct session *session, struct error *error)
{
    uint64_t promised = 0;
    const struct vm_list *vms = &session->options.vms;
    for (unsigned i = 0; i < vms->count; i++)
        promised += vms->vm[i].manual ? 0 : vms->vm[i].memory;
    if (promised >= session->options.memory)
        return error_set(error,
                         "the VMs ask for %" PRIu64 " MiB together, --memory gives the "
                         "machine %" PRIu64 " MiB",
                         promised >> 20, session->options.memory >> 20);
    return 0;
}

static void write_append(struct session *session)
{
    const struct run_options *options = &session->options;
    struct buffer *append = &session->append;
    const char *console = options->console;
    if (console == NULL && session->interactive)
        console = "focus";
    if (options->trace)
        buffer_text(append, "trace=on ");
    if (options->trace_records != 0)
        buffer_printf(append, "trace_records=%" PRIu64 " ", options->trace_records);
    if (options->scheduler != NULL)
        buffer_printf(append, "sched=%s ", options->scheduler);
    if (options->slice_us != 0)
        buffer_printf(append, "slice=%" PRIu64 " ", options->slice_us);
    if (console != NULL)
        buffer_printf(append, "console=%s ", console);
    if (options->append != NULL)
        buffer_text(append, options->append);
    while (append->length > 0 && append->data[append->length - 1] == ' ')
        append->data[--append->length] = '\0';
}

/* A ready bundle goes to the hypervisor unread: judging it is the hypervisor's business. */
static int take_bundle(struct session *session)
{
    struct run_options *options = &session->options;
    if (options->vms.count != 0)
        return error_set(&session->error, "--bundle brings its own VMs; leave out the others");
    session->machine.bundle = options->bundle;
    if (options->memory == 0)
        options->memory = LEAST_MACHINE;
    return 0;
}

static int pack(struct session *session)
{
    struct run_options *options = &session->options;
    if (options->bundle != NULL)
        return take_bundle(session);
    struct pack_options pack = {.sstc = cpu_has_sstc(options->cpu)};
    if (vm_specs_name(options->vms.vm, options->vms.count, &session->error) != 0)
        return -1;
    if (options->memory != 0 && check_promises(session, &session->error) != 0)
        return -1;
    int fd = bundle_pack_nameless(options->vms.vm, options->vms.count, &pack, &session->error);
    if (fd < 0)
        return -1;
    off_t bytes = lseek(fd, 0, SEEK_END);
    session->machine.bundle_fd = fd;
    if (options->memory == 0)
        options->memory = machine_memory(options, (uint64_t)bytes);
    return 0;
}

static void describe_machine(struct session *session)
{
    const struct run_options *options = &session->options;
    struct qemu_options *machine = &session->machine;
    write_append(session);
    machine->cpu = options->cpu;
    machine->memory = options->memory;
    machine->harts = (unsigned)options->harts;
    machine->hypervisor = session->hypervisor;
    machine->append = buffer_string(&session->append);
    machine->deterministic = options->icount;
    machine->seed = options->seed;
    machine->gdb_socket = options->gdb_socket;
    machine->deadline_ns = options->icount ? options->for_ns : 0;
    machine->deadline_ends = true;
    machine->stopped = true;
    machine->qmp = true;
    machine->console = QEMU_CONSOLE_PIPES;
}

int session_prepare(struct session *session)
{
    if (pack(session) != 0)
        return -1;
    describe_machine(session);
    return 0;
}

/* A guest that loops in faults executes nothing: a clock that counts instructions stands still. */
static void settle_backstop(struct run_options *options)
{
    options->processor_ns = 0;
    if (options->wall_ns != UNSET)
        return;
    options->wall_ns = 0;
    if (options->icount && options->for_ns != 0) {
        options->processor_ns = PROCESSOR_LEAST + PROCESSOR_FACTOR * options->for_ns;
        options->wall_ns = WALL_FACTOR * options->processor_ns;
    }
}

static void settle_defaults(struct session *session)
{
    struct run_options *options = &session->options;
    session->interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    session->hypervisor = options->hypervisor ? copy_string(options->hypervisor)
                                              : file_beside_program("hv/stagecoach.elf");
    if (options->for_ns == UNSET)
        options->for_ns = isatty(STDIN_FILENO) ? 0 : PIPE_LIMIT_NS;
    settle_backstop(options);
    if (options->gdb_socket == NULL)
        options->wait_for_gdb = false;
}

struct session *session_new(int argc, char **argv)
{
    struct session *session = allocate(1, sizeof(*session));
    session->options = (struct run_options){
        .cpu = "rv64", .harts = 1, .seed = 1, .for_ns = UNSET, .wall_ns = UNSET};
    session->machine = (struct qemu_options)QEMU_OPTIONS_DEFAULT;
    run_options_parse(argc, argv, &session->options);
    session->page = page_new(&session->options, argc, argv);
    settle_defaults(session);
    return session;
}

void session_free(struct session *session)
{
    if (session->machine.bundle_fd >= 0)
        close(session->machine.bundle_fd);
    vm_list_free(&session->options.vms);
    buffer_free(&session->append);
    free(session->hypervisor);
    result_run_free(session->page);
    free(session);
}
