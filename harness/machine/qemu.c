/* The QEMU process: channels made, child started, waited for and ended. */
#include "machine/qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "machine/deadline.h"
#include "machine/firmware.h"
#include "machine/qemu_command.h"
#include "model/model.h"

#define LEAST_MEMORY  (16ull << 20)
#define SPARSE_MEMORY (64ull << 30)
#define MOST_HARTS    16
#define ENDING_MS     10000 /* for what has closed its channels, on a busy host */

/* The ends that the child keeps; closed here once it runs. */
struct child_ends {
    int qmp, gdb, qtest, console_in, console_out, firmware;
};

static int check_file(const char *what, const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_set(error, "%s %s: %s", what, path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return error_set(error, "%s %s: is a folder, a file was expected", what, path);
    if (access(path, R_OK) != 0)
        return error_set(error, "%s %s: %s", what, path, strerror(errno));
    return 0;
}

/* The RAM is a sparse file, which takes of this computer's memory what the machine has touched. So
 * a machine may have more than the computer, up to SPARSE_MEMORY. */
static int check_memory(uint64_t memory, struct error *error)
{
    uint64_t host = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (memory < LEAST_MEMORY)
        return error_set(error, "machine memory of %llu bytes: at least 16M is needed",
                         (unsigned long long)memory);
    if (memory % 4096 != 0)
        return error_set(error, "machine memory of %llu bytes: a multiple of 4096 was expected",
                         (unsigned long long)memory);
    if (memory > host && memory > SPARSE_MEMORY)
        return error_set(error, "machine memory of %llu MiB: this computer has %llu MiB",
                         (unsigned long long)(memory >> 20), (unsigned long long)(host >> 20));
    return 0;
}

static int check_options(const struct qemu_options *options, struct error *error)
{
    if (options->harts < 1 || options->harts > MOST_HARTS)
        return error_set(error, "%u harts: expected 1 to %d", options->harts, MOST_HARTS);
    if (check_memory(options->memory, error) != 0)
        return -1;
    if (options->deadline_ns != 0 && !(options->stopped && options->qmp))
        return error_fault(error, "a deadline needs a machine that starts stopped, with QMP");
    if (options->hypervisor == NULL)
        return error_set(error, "no hypervisor was named");
    if (check_file("hypervisor", options->hypervisor, error) != 0)
        return -1;
    if (options->bundle != NULL && check_file("bundle", options->bundle, error) != 0)
        return -1;
    return 0;
}

/* As RAM is at power-on: no board promises zeroes. By chunks, so that the pages of the file are
 * made in one go each, and nothing is mapped twice. */
static int fill_ram(int file, uint64_t bytes, uint64_t seed, struct error *error)
{
    enum { CHUNK = 1 << 20 };
    uint64_t *chunk = allocate(1, CHUNK);
    int status = 0;

    for (uint64_t at = 0; at < bytes && status == 0; at += CHUNK) {
        uint64_t part = bytes - at < CHUNK ? bytes - at : CHUNK;
        for (uint64_t page = 0; page < part; page += 4096)
            model_fill_page(seed, QEMU_RAM_BASE + at + page, chunk + page / sizeof(*chunk));
        if (pwrite(file, chunk, part, (off_t)at) != (ssize_t)part)
            status = error_fault(error, "machine RAM: %s", strerror(errno));
    }
    free(chunk);
    return status;
}

static int open_ram(const struct qemu_options *options, struct qemu *qemu, struct error *error)
{
    const char *name = options->ram_file ? options->ram_file : "machine RAM";
    if (options->ram_file != NULL)
        qemu->ram_fd = open(options->ram_file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    else
        qemu->ram_fd = file_nameless("ram", NULL);
    if (qemu->ram_fd < 0 || ftruncate(qemu->ram_fd, (off_t)options->memory) != 0)
        return error_fault(error, "%s: %s", name, strerror(errno));
    qemu->ram_bytes = options->memory;
    return options->fill_seed ? fill_ram(qemu->ram_fd, options->memory, options->fill_seed, error)
                              : 0;
}

static int open_socket(bool wanted, int *ours, int *theirs, struct error *error)
{
    int pair[2];
    if (!wanted)
        return 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return error_fault(error, "socket to the machine: %s", strerror(errno));
    *ours = pair[0];
    *theirs = pair[1];
    return 0;
}

static int open_console(const struct qemu_options *options, struct qemu *qemu,
                        struct child_ends *ends, struct error *error)
{
    int in[2], out[2];
    if (options->console == QEMU_CONSOLE_FILE && options->console_file == NULL)
        return (qemu->console_out_fd = file_nameless("console", error)) < 0 ? -1 : 0;
    if (options->console != QEMU_CONSOLE_PIPES)
        return 0;
    if (pipe2(in, O_CLOEXEC) != 0)
        return error_fault(error, "pipe to the machine: %s", strerror(errno));
    ends->console_in = in[0];
    qemu->console_in_fd = in[1];
    if (pipe2(out, O_CLOEXEC) != 0)
        return error_fault(error, "pipe to the machine: %s", strerror(errno));
    qemu->console_out_fd = out[0];
    ends->console_out = out[1];
    return 0;
}

static int open_channels(const struct qemu_options *options, struct qemu *qemu, int *qtest,
                         struct child_ends *ends, struct error *error)
{
    if (open_ram(options, qemu, error) != 0 ||
        open_socket(options->qmp, &qemu->qmp_fd, &ends->qmp, error) != 0 ||
        open_socket(options->gdb, &qemu->gdb_fd, &ends->gdb, error) != 0 ||
        open_socket(options->deadline_ns != 0, qtest, &ends->qtest, error) != 0 ||
        open_console(options, qemu, ends, error) != 0)
        return -1;
    qemu->complaint_fd = file_nameless("stderr", error);
    if (qemu->complaint_fd < 0)
        return -1;
    fcntl(qemu->complaint_fd, F_SETFL, O_APPEND);
    return 0;
}

static int start_child(const char *binary, const struct qemu_options *options, struct qemu *qemu,
                       const struct child_ends *ends, struct error *error)
{
    const int candidates[] = {
        qemu->ram_fd,
        ends->qmp,
        ends->gdb,
        ends->qtest,
        ends->firmware,
        options->bundle_fd,
        options->console == QEMU_CONSOLE_FILE ? qemu->console_out_fd : -1,
    };
    int passed[sizeof(candidates) / sizeof(candidates[0]) + QEMU_MOST_PASSED];
    size_t count = 0;
    for (size_t i = 0; i < options->passed_count && i < QEMU_MOST_PASSED; i++)
        passed[count++] = options->passed[i];
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        if (candidates[i] >= 0)
            passed[count++] = candidates[i];
    }
    struct process_files files = {.in = ends->console_in,
                                  .out = ends->console_out,
                                  .err = qemu->complaint_fd,
                                  .passed = passed,
                                  .passed_count = count};
    struct channels channels = {.ram = qemu->ram_fd,
                                .qmp = ends->qmp,
                                .gdb = ends->gdb,
                                .console = qemu->console_out_fd,
                                .qtest = ends->qtest,
                                .firmware = ends->firmware};
    struct words words = {0};
    qemu_words(binary, options, &channels, &words);
    pid_t pid = process_start((const char *const *)words.list, &files, error);
    words_free(&words);
    if (pid < 0)
        return -1;
    qemu->pid = pid;
    qemu->pid_fd = pidfd_open(pid, 0);
    if (qemu->pid_fd < 0)
        return error_fault(error, "QEMU's process: %s", strerror(errno));
    return 0;
}

/* A QEMU that does not take the deadline has mostly ended: by a signal, or it said why. */
static int arm_deadline(struct qemu *qemu, int qtest, uint64_t ns, struct error *error)
{
    struct buffer complaint = {0};
    struct process_end end = {0};
    if (deadline_arm(qtest, qemu->pid_fd, ns, error) == 0)
        return 0;
    bool ended = qemu_wait(qemu, ENDING_MS, &end) == 1;
    qemu_complaint(qemu, &complaint);
    if (qemu_was_killed(qemu, error))
        ;
    else if (complaint.length != 0)
        error_fault(error, "QEMU did not start: %s", buffer_string(&complaint));
    else if (ended)
        error_fault(error, "QEMU did not start: exit status %d", end.status);
    buffer_free(&complaint);
    return -1;
}

int qemu_start(struct qemu *qemu, const struct qemu_options *options, struct error *error)
{
    *qemu = (struct qemu){.pid_fd = -1,
                          .ram_fd = -1,
                          .qmp_fd = -1,
                          .gdb_fd = -1,
                          .console_in_fd = -1,
                          .console_out_fd = -1,
                          .complaint_fd = -1};
    char *binary = NULL;
    struct qemu_version version;
    if (check_options(options, error) != 0 ||
        qemu_find(options->binary, &binary, &version, error) != 0)
        return -1;
    struct child_ends ends = {-1, -1, -1, -1, -1, -1};
    int qtest = -1;
    int result = firmware_open(binary, &version, &ends.firmware, error);
    if (result == 0)
        result = open_channels(options, qemu, &qtest, &ends, error);
    if (result == 0)
        result = start_child(binary, options, qemu, &ends, error);
    descriptor_close(&ends.qmp);
    descriptor_close(&ends.gdb);
    descriptor_close(&ends.qtest);
    descriptor_close(&ends.console_in);
    descriptor_close(&ends.console_out);
    descriptor_close(&ends.firmware);
    if (result == 0 && options->deadline_ns != 0)
        result = arm_deadline(qemu, qtest, options->deadline_ns, error);
    descriptor_close(&qtest);
    if (result != 0)
        qemu_stop(qemu);
    free(binary);
    return result;
}
