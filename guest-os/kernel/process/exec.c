/* exec: another program in the same process. */
#include "memory/page.h"
#include "process/program.h"
#include "syscall/syscall.h"

_Static_assert(sizeof(struct arguments) <= PAGE_SIZE, "arguments travel in a page");

/* Collects the strings that the user's array of pointers, ended by a null pointer, names. */
static int collect(struct space *space, uint64_t array, struct arguments *arguments)
{
    for (;; array += sizeof(uint64_t)) {
        uint64_t pointer;
        if (!user_copy_in(space, &pointer, array, sizeof(pointer)))
            return -EFAULT;
        if (!pointer)
            return 0;
        size_t room = ARGUMENT_BYTES - arguments->used;
        char *to = arguments->text + arguments->used;
        long length = user_copy_string(space, to, pointer, room);
        if (length < 0)
            return -EFAULT;
        if ((size_t)length == room || arguments->count == MAX_ARGUMENTS)
            return -E2BIG;
        arguments->used += (size_t)length + 1;
        arguments->count++;
    }
}

static long sys_exec(struct process *process, const uint64_t *arguments)
{
    char path[NAME_BYTES];
    long length = user_copy_string(&process->space, path, arguments[0], sizeof(path));
    if (length < 0)
        return -EFAULT;
    if (length == sizeof(path))
        return -ENOENT;
    struct arguments *collected = page_alloc();
    if (!collected)
        return -ENOMEM;
    long result = collect(&process->space, arguments[1], collected);
    unsigned count = collected->count;
    if (!result)
        result = program_start(process, path, collected);
    page_free(collected);
    return result ? result : (long)count; /* a0 of the new program */
}
SYSCALL(SYS_EXEC, sys_exec);
