/* open, close, read, write, dup and remove. */
#include "file/file.h"
#include "file/memory_file.h"
#include "lib/string.h"
#include "syscall/syscall.h"

/* The longest transfer in one call; programs go on with the rest. */
#define TRANSFER_MOST (1ul << 20)

/* Copies a path from the program, without its leading "/" or "./". Returns 0 or an error. */
static long take_path(struct process *process, uint64_t from, char *name, size_t size)
{
    char path[NAME_BYTES + 2];
    long length = user_copy_string(&process->space, path, from, sizeof(path));
    if (length < 0)
        return -EFAULT;
    if ((size_t)length == sizeof(path))
        return -ENOENT;
    const char *start = path;
    if (!strncmp(start, "./", 2))
        start += 2;
    else if (*start == '/')
        start++;
    return string_copy(name, strcmp(start, ".") ? start : "", size) < size ? 0 : -ENOENT;
}

static struct file *open_by_name(const char *name, unsigned flags, long *error)
{
    if (!*name)
        return directory_open(flags, error);
    *error = 0;
    struct file *file = memory_open(name, flags & ~(unsigned)OPEN_CREATE, error);
    if (!file && *error == -ENOENT)
        file = archive_open(name, flags, error);
    if (!file && *error == -ENOENT && (flags & OPEN_CREATE))
        file = memory_open(name, flags, error);
    return file;
}

static long sys_open(struct process *process, const uint64_t *arguments)
{
    char name[NAME_BYTES];
    unsigned flags = (unsigned)arguments[1];
    long error = take_path(process, arguments[0], name, sizeof(name));
    if (error)
        return error;
    if (!(flags & (OPEN_READ | OPEN_WRITE)))
        return -EINVAL;
    struct file *file = open_by_name(name, flags, &error);
    if (!file)
        return error;
    long descriptor = descriptor_create(process, file);
    if (descriptor < 0)
        file_close(file);
    return descriptor;
}
SYSCALL(SYS_OPEN, sys_open);

static long sys_close(struct process *process, const uint64_t *arguments)
{
    struct file *file = descriptor_file(process, arguments[0]);
    if (!file)
        return -EBADF;
    process->descriptors[arguments[0]] = NULL;
    file_close(file);
    return 0;
}
SYSCALL(SYS_CLOSE, sys_close);

static size_t transfer(uint64_t bytes)
{
    return bytes < TRANSFER_MOST ? bytes : TRANSFER_MOST;
}

static long sys_read(struct process *process, const uint64_t *arguments)
{
    struct file *file = descriptor_file(process, arguments[0]);
    if (!file || !(file->flags & OPEN_READ) || !file->operations->read)
        return -EBADF;
    return file->operations->read(file, &process->space, arguments[1], transfer(arguments[2]));
}
SYSCALL(SYS_READ, sys_read);

static long sys_write(struct process *process, const uint64_t *arguments)
{
    struct file *file = descriptor_file(process, arguments[0]);
    if (!file || !(file->flags & OPEN_WRITE) || !file->operations->write)
        return -EBADF;
    return file->operations->write(file, &process->space, arguments[1], transfer(arguments[2]));
}
SYSCALL(SYS_WRITE, sys_write);

static long sys_dup(struct process *process, const uint64_t *arguments)
{
    struct file *file = descriptor_file(process, arguments[0]);
    if (!file)
        return -EBADF;
    long descriptor = descriptor_create(process, file);
    if (descriptor >= 0)
        file_share(file);
    return descriptor;
}
SYSCALL(SYS_DUP, sys_dup);

static long sys_remove(struct process *process, const uint64_t *arguments)
{
    char name[NAME_BYTES];
    long error = take_path(process, arguments[0], name, sizeof(name));
    if (error)
        return error;
    return *name ? memory_file_remove(name) : -EISDIR;
}
SYSCALL(SYS_REMOVE, sys_remove);
