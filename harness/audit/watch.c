/* The thread that answers each first entry with an audit; see watch.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "audit/draw.h"
#include "audit/machine.h"
#include "audit/watch.h"
#include "machine/plugin.h"
#include "machine/traplog.h"

#define WORDS 40

struct audit_watch {
    struct symbols *hypervisor;
    int log_pipe[2], hold_pipe[2];
    int notice; /* eventfd: stuck is filled */
    bool stuck_asked;
    struct machine_stuck stuck;
    int stop; /* eventfd: the machine makes no more entries */
    pthread_t thread;
    bool running;
    struct ram ram;
    uint64_t hgatps[TRAPLOG_HGATPS];
    size_t count;
    struct audit_summary summary;
    struct audit_input input; /* of the last audit */
    /* Of the audit that is worth a picture. */
    struct audit_input drawn;
    struct audit_report report;
    /* What the machine's options point at. */
    char plugin[800], log_path[64];
    const char *words[WORDS];
    int passed[2];
};

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

/* The first that broke, else the fullest: what VMs had is given back as they end. */
static void keep_for_map(struct audit_watch *watch, const struct audit_input *input,
                         struct audit_report *report)
{
    if (report->holds && report->leaves < watch->report.leaves) {
        audit_free(report);
        return;
    }
    audit_free(&watch->report);
    watch->drawn = *input;
    watch->report = *report;
}

static void audit_now(struct audit_watch *watch)
{
    struct audit_summary *summary = &watch->summary;
    struct audit_input input;
    struct audit_report report;
    struct buffer text = {0};

    if (watch->count == 0 || (summary->watched && !summary->holds))
        return;
    audit_from_machine(&input, &watch->ram, watch->hypervisor, watch->hgatps, watch->count);
    audit_keep_names(&input, &watch->input);
    watch->input = input;
    if (audit_run(&input, &report) != 0)
        return;
    audit_sentence(&input, &report, &text);
    snprintf(summary->text, sizeof(summary->text), "%s", buffer_string(&text));
    summary->watched = true;
    summary->holds = report.holds;
    summary->audits++;
    summary->leaves += report.leaves;
    summary->trees = input.trees;
    buffer_free(&text);
    keep_for_map(watch, &input, &report);
}

/* "@Z hart instructions kind scause sepc stval count" */
static bool take_stuck(struct audit_watch *watch, const char *line)
{
    unsigned hart, kind;
    unsigned long long cause, pc, value, count;

    if (sscanf(line, "@Z %x %*x %x %llx %llx %llx %llx", &hart, &kind, &cause, &pc, &value,
               &count) != 6)
        return false;
    struct machine_stuck stuck = {true, (enum machine_stuck_kind)kind, hart, cause, pc, value,
                                  count};
    if (stuck.kind == STUCK_TAKEN) {
        watch->summary.taken = stuck;
        return true;
    }
    watch->stuck = stuck;
    eventfd_write(watch->notice, 1);
    return true;
}

static void on_line(struct audit_watch *watch, const char *line)
{
    struct traplog_line parsed;

    if (take_stuck(watch, line))
        return;

    if (!traplog_parse_line(line, strlen(line), &parsed) || parsed.kind != TRAPLOG_MARK ||
        parsed.mark != MARK_NEW)
        return;
    if (watch->count < TRAPLOG_HGATPS && parsed.address != UINT64_MAX)
        watch->hgatps[watch->count++] = parsed.address;
    audit_now(watch);
    if (write(watch->hold_pipe[1], "", 1) != 1)
        return; /* the machine has ended */
}

/* Takes whole lines out of the buffer; what is left of it moves to its begin. */
static size_t take_lines(struct audit_watch *watch, char *text, size_t used)
{
    char *line = text, *end;

    text[used] = '\0';
    while ((end = memchr(line, '\n', used - (size_t)(line - text)))) {
        *end = '\0';
        on_line(watch, line);
        line = end + 1;
    }
    used -= (size_t)(line - text);
    memmove(text, line, used);
    return used < TRAPLOG_LINE_BYTES ? used : 0; /* no line of the plugin is that long */
}

static void *serve(void *argument)
{
    struct audit_watch *watch = argument;
    char text[2 * TRAPLOG_LINE_BYTES + 1];
    size_t used = 0;

    for (;;) {
        struct pollfd entry[2] = {{.fd = watch->log_pipe[0], .events = POLLIN},
                                  {.fd = watch->stop, .events = POLLIN}};

        poll(entry, 2, -1);
        if (!entry[0].revents && entry[1].revents)
            return NULL;
        ssize_t got =
            entry[0].revents ? read(watch->log_pipe[0], text + used, sizeof(text) - 1 - used) : 0;
        if (entry[0].revents && got == 0)
            return NULL; /* QEMU has ended */
        if (got > 0)
            used = take_lines(watch, text, used + (size_t)got);
    }
}

static int describe(struct audit_watch *watch, struct qemu_options *machine, struct error *error)
{
    char path[640];
    uint64_t vector, from, to;
    size_t count = 0;

    if (plugin_find(machine->binary, NULL, path, sizeof(path), error) != 0)
        return -1;
    if (!symbols_find(watch->hypervisor, "trap_vector", &vector, NULL))
        return error_set(error, "%s: no symbol trap_vector", machine->hypervisor);
    symbols_extent(watch->hypervisor, &from, &to);
    snprintf(watch->plugin, sizeof(watch->plugin),
             "%s,ram=%" PRIx64 ",vector=%" PRIx64 ",firmware=%llx-%" PRIx64 ",hypervisor=%" PRIx64
             "-%" PRIx64 ",hold=%x,quiet=1,settle=%d%s",
             path, machine->memory, vector, QEMU_RAM_BASE, from, from, to,
             (unsigned)watch->hold_pipe[0], machine->deterministic,
             watch->stuck_asked ? ",stuck=1" : "");
    snprintf(watch->log_path, sizeof(watch->log_path), "/proc/self/fd/%d", watch->log_pipe[1]);
    watch->words[count++] = "-d";
    watch->words[count++] = "plugin";
    watch->words[count++] = "-D";
    watch->words[count++] = watch->log_path;
    for (size_t i = 0; machine->extra && machine->extra[i] && count < WORDS - 1; i++)
        watch->words[count++] = machine->extra[i];
    watch->passed[0] = watch->log_pipe[1];
    watch->passed[1] = watch->hold_pipe[0];
    machine->extra = watch->words;
    machine->plugin = watch->plugin;
    machine->passed = watch->passed;
    machine->passed_count = 2;
    return 0;
}

struct audit_watch *audit_watch_prepare(struct qemu_options *machine, bool stuck,
                                        struct error *error)
{
    struct audit_watch *watch = allocate(1, sizeof(*watch));

    watch->log_pipe[0] = watch->log_pipe[1] = watch->hold_pipe[0] = watch->hold_pipe[1] = -1;
    watch->ram.file = -1;
    watch->stop = eventfd(0, EFD_CLOEXEC);
    watch->notice = eventfd(0, EFD_CLOEXEC);
    watch->stuck_asked = stuck;
    watch->hypervisor = symbols_open(machine->hypervisor, error);
    int status = watch->hypervisor ? 0 : -1;
    if (status == 0 &&
        (pipe2(watch->log_pipe, O_CLOEXEC) != 0 || pipe2(watch->hold_pipe, O_CLOEXEC) != 0))
        status = error_fault(error, "pipe to the machine: %s", strerror(errno));
    if (status == 0)
        status = describe(watch, machine, error);
    if (status == 0)
        return watch;
    audit_watch_finish(watch, NULL, NULL);
    return NULL;
}

int audit_watch_notice(const struct audit_watch *watch)
{
    return watch->notice;
}

struct machine_stuck audit_watch_stuck(const struct audit_watch *watch)
{
    return watch->stuck;
}

int audit_watch_begin(struct audit_watch *watch, const struct qemu *qemu, struct error *error)
{
    close_end(&watch->log_pipe[1]);
    close_end(&watch->hold_pipe[0]);
    if (ram_open(&watch->ram, qemu->ram_fd, QEMU_RAM_BASE, qemu->ram_bytes, error) != 0)
        return -1;
    if (pthread_create(&watch->thread, NULL, serve, watch) != 0)
        return error_fault(error, "no thread to watch isolation");
    watch->running = true;
    return 0;
}

void audit_watch_finish(struct audit_watch *watch, struct audit_summary *summary,
                        struct result_check *map)
{
    if (summary)
        *summary = (struct audit_summary){0};
    if (!watch)
        return;
    if (watch->running) {
        eventfd_write(watch->stop, 1);
        pthread_join(watch->thread, NULL);
        audit_now(watch);
    }
    if (summary)
        *summary = watch->summary;
    if (map && watch->summary.watched)
        audit_draw(&watch->drawn, &watch->report, map);
    audit_free(&watch->report);
    for (int i = 0; i < 2; i++) {
        close_end(&watch->log_pipe[i]);
        close_end(&watch->hold_pipe[i]);
    }
    close_end(&watch->stop);
    close_end(&watch->notice);
    ram_close(&watch->ram);
    symbols_close(watch->hypervisor);
    free(watch);
}
