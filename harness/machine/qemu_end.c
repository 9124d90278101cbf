/* How a QEMU process ends: waited for, killed, and what it said. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "machine/qemu.h"

int qemu_wait(struct qemu *qemu, int timeout_ms, struct process_end *end)
{
    if (qemu->pid != 0) {
        struct pollfd poller = {.fd = qemu->pid_fd, .events = POLLIN};
        int ready;
        while ((ready = poll(&poller, 1, timeout_ms)) < 0 && errno == EINTR && timeout_ms < 0)
            ;
        if (ready <= 0)
            return 0;
        kill(-qemu->pid, SIGKILL); /* what it left behind */
        process_wait(qemu->pid, &qemu->end);
        qemu->pid = 0;
    }
    *end = qemu->end;
    return 1;
}

void qemu_kill(struct qemu *qemu)
{
    if (qemu->pid != 0) {
        kill(-qemu->pid, SIGKILL);
        process_wait(qemu->pid, &qemu->end);
        qemu->pid = 0;
    }
    descriptor_close(&qemu->pid_fd);
    descriptor_close(&qemu->qmp_fd);
    descriptor_close(&qemu->gdb_fd);
    descriptor_close(&qemu->console_in_fd);
}

void qemu_stop(struct qemu *qemu)
{
    qemu_kill(qemu);
    descriptor_close(&qemu->ram_fd);
    descriptor_close(&qemu->console_out_fd);
    descriptor_close(&qemu->complaint_fd);
}

void qemu_complaint(const struct qemu *qemu, struct buffer *out)
{
    char text[512];
    ssize_t count = qemu->complaint_fd < 0 ? 0 : pread(qemu->complaint_fd, text, sizeof(text), 0);
    if (count <= 0)
        return;
    const char *line_end = memchr(text, '\n', (size_t)count);
    buffer_add(out, text, line_end ? (size_t)(line_end - text) : (size_t)count);
}

/* The signal that ended it, also as a sandbox's own exit status tells it; 0: none. */
static int killer(const struct process_end *end)
{
    return !end->exited ? end->signal : end->status > 128 ? end->status - 128 : 0;
}

bool qemu_was_killed(struct qemu *qemu, struct error *error)
{
    struct process_end end = {0};
    int signal = qemu_wait(qemu, 0, &end) == 1 ? killer(&end) : 0;
    if (signal != 0)
        error_fault(error, "QEMU was killed while it started: signal %d (%s)", signal,
                    strsignal(signal));
    return signal != 0;
}
