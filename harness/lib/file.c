/* Whole files: reading with bounds, writing by temporary file and rename, nameless files. */
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_descriptor(int fd, const char *path, size_t most, struct buffer *out,
                           struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return error_set(error, "%s: is a folder, a file was expected", path);
    size_t before = out->length;
    for (;;) {
        char *to = buffer_reserve(out, 65536);
        ssize_t count = read(fd, to, 65536);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_set(error, "%s: %s", path, strerror(errno));
        out->length += (size_t)count;
        buffer_reserve(out, 0);
        if (count == 0)
            return 0;
        if (out->length - before > most)
            return error_set(error, "%s: larger than %zu bytes", path, most);
    }
}

int file_open(const char *path, struct error *error)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
        return fd;
    close(fd);
    return error_set(error, "%s: is a pipe or a device, a file was expected", path);
}

int file_read_bounded(const char *path, size_t most, struct buffer *out, struct error *error)
{
    int fd = file_open(path, error);
    if (fd < 0)
        return -1;
    int result = read_descriptor(fd, path, most, out, error);
    close(fd);
    return result;
}

int file_read(const char *path, struct buffer *out, struct error *error)
{
    return file_read_bounded(path, FILE_READ_MOST, out, error);
}

int write_all(int fd, const void *data, size_t bytes)
{
    const char *next = data;
    while (bytes > 0) {
        ssize_t count = write(fd, next, bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        next += count;
        bytes -= (size_t)count;
    }
    return 0;
}

void descriptor_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The permissions of a new file as open(2) would give them. */
static mode_t plain_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int fill_and_rename(int fd, const char *temporary, const char *path, const void *data,
                           size_t bytes)
{
    if (write_all(fd, data, bytes) != 0 || fchmod(fd, plain_mode()) != 0)
        return -1;
    if (close(fd) != 0)
        return -1;
    return rename(temporary, path);
}

/* A device, a pipe or a link stays what it is: nothing is renamed over it. */
static bool may_be_replaced(const char *path)
{
    struct stat status;
    return lstat(path, &status) != 0 || S_ISREG(status.st_mode);
}

/* Nothing waits for a pipe's reader: where there is none, there may never be one. */
static int write_through(const char *path, const void *data, size_t bytes, struct error *error)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ENXIO)
        return error_fault(error, "%s: cannot be written: is a pipe or a socket that nobody reads",
                           path);
    if (fd >= 0)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    int result = fd < 0 ? -1 : write_all(fd, data, bytes);
    if (result != 0)
        error_fault(error, "%s: cannot be written: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return result;
}

int file_write(const char *path, const void *data, size_t bytes, struct error *error)
{
    if (strcmp(path, "-") == 0) {
        fflush(stdout);
        if (write_all(STDOUT_FILENO, data, bytes) != 0)
            return error_fault(error, "standard output: %s", strerror(errno));
        return 0;
    }
    if (!may_be_replaced(path))
        return write_through(path, data, bytes, error);
    const char *slash = strrchr(path, '/'); /* a name of its own: this one may be as long as any */
    char *temporary =
        format_string("%.*s.coach-XXXXXX", slash != NULL ? (int)(slash + 1 - path) : 0, path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        error_fault(error, "%s: cannot be written: %s", path, strerror(errno));
        free(temporary);
        return -1;
    }
    int result = fill_and_rename(fd, temporary, path, data, bytes);
    if (result != 0) {
        error_fault(error, "%s: cannot be written: %s", path, strerror(errno));
        close(fd);
        unlink(temporary);
    }
    free(temporary);
    return result;
}

int file_nameless(const char *label, struct error *error)
{
    int fd = memfd_create(label, MFD_CLOEXEC);
    if (fd < 0)
        return error_fault(error, "memory for %s: %s", label, strerror(errno));
    return fd;
}

char *file_beside_program(const char *relative)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (length <= 0)
        return copy_string(relative);
    program[length] = '\0';
    return format_string("%s/%s", dirname(program), relative);
}
