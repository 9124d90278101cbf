/* Errors, exceptions and ends in words. */
#include "user/lib/user.h"

const char *error_name(long error)
{
    static const struct {
        long error;
        const char *name;
    } names[] = {
        {ENOENT, "no such file"},
        {ESRCH, "no such process"},
        {EINTR, "interrupted"},
        {E2BIG, "arguments too long"},
        {ENOEXEC, "not a program"},
        {EBADF, "bad descriptor"},
        {ECHILD, "no child"},
        {EAGAIN, "too many processes"},
        {ENOMEM, "out of memory"},
        {EFAULT, "bad address"},
        {EISDIR, "is a directory"},
        {EINVAL, "bad argument"},
        {ENFILE, "too many open files in the system"},
        {EMFILE, "too many open files"},
        {EFBIG, "file too large"},
        {ENOSPC, "no room for another file"},
        {EROFS, "read-only file"},
        {EPIPE, "nobody reads the pipe"},
        {ENOSYS, "no such system call"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].error == error || names[i].error == -error)
            return names[i].name;
    }
    return "unknown error";
}

const char *exception_name(uint64_t cause)
{
    static const char *const names[] = {
        [0] = "misaligned fetch",  [1] = "fetch access fault", [2] = "illegal instruction",
        [3] = "breakpoint",        [4] = "misaligned load",    [5] = "load access fault",
        [6] = "misaligned store",  [7] = "store access fault", [8] = "system call",
        [12] = "fetch page fault", [13] = "load page fault",   [15] = "store page fault",
    };
    if (cause >= sizeof(names) / sizeof(names[0]) || !names[cause])
        return "unknown exception";
    return names[cause];
}

void describe_end(long descriptor, const struct exit_status *status)
{
    if (status->reason == ENDED_FAULT)
        print_to(descriptor, "%s: %s at pc 0x%lx, address 0x%lx\n", status->name,
                 exception_name(status->cause), status->pc, status->address);
    if (status->reason == ENDED_KILLED)
        print_to(descriptor, "%s: killed\n", status->name);
    if (status->reason == ENDED_NO_MEMORY)
        print_to(descriptor, "%s: out of memory at pc 0x%lx, address 0x%lx\n", status->name,
                 status->pc, status->address);
}

_Noreturn void fail(const char *program, const char *what, long error)
{
    print_to(2, "%s: %s: %s\n", program, what, error_name(error));
    exit(1);
}
