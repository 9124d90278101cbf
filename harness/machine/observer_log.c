/* The observer's ear: QEMU's log comes through a pipe, is read by a thread, and never fills up. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "machine/deadline.h"
#include "machine/observer_parts.h"
#include "machine/plugin.h"

#define PIPE_BYTES (1 << 20)
#define BEFORE_NS  1 /* before the watchdog, which is for a QEMU without such timers */
#define TICK_NS    (1000000000ull / QEMU_TIMEBASE_HZ)
#define UNKNOWN    UINT64_MAX /* hgatp that the plugin could not read */

static void append(char *to, size_t bytes, const char *format, uint64_t a, uint64_t b)
{
    size_t length = strlen(to);

    snprintf(to + length, bytes - length, format, a, b);
}

static void write_argument(struct observer *observer, const char *plugin)
{
    const struct observer_options *options = observer->options;
    char *to = observer->plugin_argument;
    size_t bytes = sizeof(observer->plugin_argument);

    /* In QEMU's options a comma parts keys, and a doubled one is a comma. */
    snprintf(to, bytes, "file=");
    for (size_t used = strlen(to); *plugin && used + 2 < bytes; plugin++) {
        to[used++] = *plugin;
        if (*plugin == ',')
            to[used++] = ',';
        to[used] = '\0';
    }
    append(to, bytes, ",ram=%" PRIx64 ",vector=%" PRIx64, options->machine.memory,
           observer->vector);
    append(to, bytes, ",firmware=%" PRIx64 "-%" PRIx64, QEMU_RAM_BASE, observer->image_from);
    append(to, bytes, ",hypervisor=%" PRIx64 "-%" PRIx64, observer->image_from, observer->image_to);
    for (size_t i = 0; i < options->store_count; i++)
        append(to, bytes, ",store=%" PRIx64 "-%" PRIx64, options->stores[i].from,
               options->stores[i].to);
    if (options->checkpoint_instructions || options->first_entries)
        append(to, bytes, ",hold=%" PRIx64, (uint64_t)observer->hold_pipe[0], 0);
    if (options->checkpoint_instructions)
        append(to, bytes, ",every=%" PRIx64, options->checkpoint_instructions, 0);
    if (options->on_registers)
        append(to, bytes, ",registers=%" PRIx64, 1, 0);
    if (options->calls)
        append(to, bytes, ",calls=%" PRIx64, 1, 0);
    if (options->syscalls)
        append(to, bytes, ",syscalls=%" PRIx64, 1, 0);
    if (options->machine.deterministic)
        append(to, bytes, ",settle=%" PRIx64, 1, 0);
    if (options->limit_instructions)
        append(to, bytes, ",limit=%" PRIx64, options->limit_instructions, 0);
    if (options->limit_vectors)
        append(to, bytes, ",vectors=%" PRIx64, options->limit_vectors, 0);
    if (options->processor_ms)
        append(to, bytes, ",processor=%" PRIx64, options->processor_ms, 0);
    if (options->limit_ticks && options->breakpoint_count == 0)
        append(to, bytes, ",deadline=%" PRIx64,
               deadline_exact(options->limit_ticks * TICK_NS) - BEFORE_NS, 0);
    if (options->model)
        append(to, bytes, ",model=%" PRIx64, (uint64_t)observer->model_fd, 0);
}

int observer_log_prepare(struct observer *observer, struct qemu_options *machine,
                         struct error *error)
{
    static _Thread_local char log_path[64];
    static _Thread_local const char *words[32];
    static _Thread_local int passed[QEMU_MOST_PASSED];
    char plugin[4096];
    size_t count = 0;

    if (plugin_find(observer->options->machine.binary, observer->options->plugin, plugin,
                    sizeof(plugin), error) != 0)
        return -1;
    if (pipe2(observer->log_pipe, O_CLOEXEC) != 0 || pipe2(observer->hold_pipe, O_CLOEXEC) != 0)
        return error_fault(error, "pipe to the machine: %s", strerror(errno));
    observer->notice = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (observer->notice < 0)
        return error_fault(error, "eventfd: %s", strerror(errno));
    if (observer->options->model && observer_model_prepare(observer, machine, error) != 0)
        return -1;
    fcntl(observer->log_pipe[0], F_SETPIPE_SZ, PIPE_BYTES);
    write_argument(observer, plugin);
    snprintf(log_path, sizeof(log_path), "/proc/self/fd/%d", observer->log_pipe[1]);
    words[count++] = "-d";
    words[count++] = "int,plugin";
    words[count++] = "-D";
    words[count++] = log_path;
    for (size_t i = 0; machine->extra && machine->extra[i] && count < 31; i++)
        words[count++] = machine->extra[i];
    words[count] = NULL;
    passed[0] = observer->log_pipe[1];
    passed[1] = observer->hold_pipe[0];
    passed[2] = observer->model_fd;
    machine->extra = words;
    machine->passed = passed;
    machine->passed_count = observer->model_fd < 0 ? 2 : 3;
    for (unsigned i = 0; i < 2 && observer->model_fd >= 0; i++) {
        int fd = i ? observer->options->console_fd : observer->options->record_fd;
        if (fd >= 0)
            passed[machine->passed_count++] = fd;
    }
    if (strncmp(plugin, PLUGIN_DESCRIPTOR, strlen(PLUGIN_DESCRIPTOR)) == 0)
        passed[machine->passed_count++] = atoi(plugin + strlen(PLUGIN_DESCRIPTOR));
    machine->plugin = observer->plugin_argument;
    return 0;
}

static void notify(struct observer *observer)
{
    uint64_t one = 1;

    if (write(observer->notice, &one, sizeof(one)) < 0)
        return; /* it is readable already */
}

/* The pipe is let fill up a little: to be woken for each line would slow the machine down. */
static const struct timespec pace = {.tv_nsec = 500000};

static void *read_log(void *argument)
{
    struct observer *observer = argument;
    struct traplog *log = &observer->log;
    struct event_list *list = &observer->seen->seen;
    char *chunk = malloc(PIPE_BYTES);
    bool good = chunk != NULL;
    ssize_t got;

    while (chunk && ((got = read(observer->log_pipe[0], chunk, PIPE_BYTES)) > 0 ||
                     (got < 0 && errno == EINTR))) {
        uint64_t holds = log->holds;
        bool limit = log->limit || log->spent;

        /* After an error the pipe is still emptied, so that the machine does not stand. */
        if (got < 0 || !good)
            continue;
        pthread_mutex_lock(&observer->lock);
        good = traplog_feed(log, chunk, (size_t)got, list);
        pthread_mutex_unlock(&observer->lock);
        if (!good || log->holds != holds || (log->limit || log->spent) != limit)
            notify(observer);
        if (got < PIPE_BYTES / 4)
            nanosleep(&pace, NULL);
    }
    if (good)
        good = traplog_end(log, list);
    if (!good)
        snprintf(observer->seen->seen_error, sizeof(observer->seen->seen_error), "%s", log->error);
    free(chunk);
    return NULL;
}

int observer_log_start(struct observer *observer, struct error *error)
{
    close(observer->log_pipe[1]);
    close(observer->hold_pipe[0]);
    observer->log_pipe[1] = observer->hold_pipe[0] = -1;
    traplog_init(&observer->log);
    observer->log.on_registers = observer->options->on_registers;
    observer->log.argument = observer->options->argument;
    if (pthread_create(&observer->reader, NULL, read_log, observer) != 0)
        return error_fault(error, "no thread to read the machine's log");
    observer->reading = true;
    return 0;
}

/* The machine stands, in a trap vector or before an entry; one hold at a time. */
static void answer_hold(struct observer *observer)
{
    const struct traplog *log = &observer->log;
    bool first = log->hold_hgatp != 0;

    if (log->hold_hgatp == UNKNOWN)
        observer_end(observer, OBSERVER_DIED,
                     "this QEMU lets no plugin read registers: hgatp cannot be seen");
    else if (!first || observer->options->first_entries)
        observer_call(observer, first ? OBSERVER_FIRST_ENTRY : OBSERVER_CHECKPOINT, NULL,
                      log->hold_hart, 0, log->hold_hgatp);
}

/* Which limit it was that the plugin has come to. */
static enum observer_end limit_end(const struct observer *observer)
{
    uint64_t limit = observer->options->limit_instructions;

    return limit && observer->log.instructions >= limit ? OBSERVER_LIMIT : OBSERVER_STOPPED;
}

/* The machine is held, or has come to a limit. */
void observer_log_answer(struct observer *observer)
{
    uint64_t count;

    if (read(observer->notice, &count, sizeof(count)) < 0)
        return;
    pthread_mutex_lock(&observer->lock);
    if (observer->log.error[0])
        observer_end(observer, observer->log.stray ? OBSERVER_STOPPED : OBSERVER_DIED, "%s",
                     observer->log.error);
    if (observer->log.limit)
        observer_end(observer, limit_end(observer),
                     "still ran after %" PRIu64 " instructions and %" PRIu64 " exits",
                     observer->log.instructions, observer->log.guest_exits);
    if (observer->log.spent)
        observer_end(observer, OBSERVER_OVERRUN,
                     "QEMU used up %u s of processor time, after %" PRIu64 " instructions",
                     observer->options->processor_ms / 1000, observer->log.instructions);
    while (!observer->done && observer->holds_answered < observer->log.holds) {
        observer->holds_answered++;
        answer_hold(observer);
        if (write(observer->hold_pipe[1], "", 1) != 1)
            break;
    }
    pthread_mutex_unlock(&observer->lock);
}

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

/* Once QEMU has ended: the pipe then ends too. */
void observer_log_finish(struct observer *observer)
{
    if (observer->reading)
        pthread_join(observer->reader, NULL);
    observer->reading = false;
    for (int i = 0; i < 2; i++) {
        close_end(&observer->log_pipe[i]);
        close_end(&observer->hold_pipe[i]);
    }
    close_end(&observer->notice);
    close_end(&observer->model_fd);
}
