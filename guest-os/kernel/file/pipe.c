/* Pipes: a buffer of a page between those who write and those who read. */
#include <stddef.h>

#include "file/file.h"
#include "memory/page.h"
#include "syscall/syscall.h"

#define PIPE_BYTES 2048 /* a power of two */

struct pipe {
    uint64_t written, read; /* bytes so far; the difference is in the buffer */
    bool readers, writers;  /* an end is open */
    char buffer[PIPE_BYTES];
};

_Static_assert(sizeof(struct pipe) <= PAGE_SIZE, "a pipe lives in a page");

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Moves what is there, up to the end of the buffer. Returns bytes or -EFAULT. */
static long take(struct pipe *pipe, struct space *space, uint64_t to, size_t bytes)
{
    size_t at = pipe->read % PIPE_BYTES;
    size_t part = smallest(bytes, pipe->written - pipe->read, PIPE_BYTES - at);
    if (!user_copy_out(space, to, pipe->buffer + at, part))
        return -EFAULT;
    pipe->read += part;
    return (long)part;
}

static long put(struct pipe *pipe, struct space *space, uint64_t from, size_t bytes)
{
    size_t at = pipe->written % PIPE_BYTES;
    size_t room = PIPE_BYTES - (pipe->written - pipe->read);
    size_t part = smallest(bytes, room, PIPE_BYTES - at);
    if (!user_copy_in(space, pipe->buffer + at, from, part))
        return -EFAULT;
    pipe->written += part;
    return (long)part;
}

static struct pipe *pipe_of(const struct file *file)
{
    return (struct pipe *)file->object;
}

/* Waits for the first byte, or for the last writer to go. */
static long pipe_read(struct file *file, struct space *space, uint64_t to, size_t bytes)
{
    struct pipe *pipe = pipe_of(file);
    while (bytes && pipe->read == pipe->written && pipe->writers) {
        process_block(pipe);
        if (this_hart()->current->killed)
            return -EINTR;
    }
    long moved = take(pipe, space, to, bytes);
    process_wake(pipe);
    return moved;
}

/* Writes all, waiting for room, unless nobody is left to read. */
static long pipe_write(struct file *file, struct space *space, uint64_t from, size_t bytes)
{
    struct pipe *pipe = pipe_of(file);
    size_t done = 0;
    while (done < bytes) {
        if (!pipe->readers)
            return -EPIPE;
        if (pipe->written - pipe->read == PIPE_BYTES) {
            process_block(pipe);
            if (this_hart()->current->killed)
                return -EINTR;
            continue;
        }
        long moved = put(pipe, space, from + done, bytes - done);
        if (moved < 0)
            return done ? (long)done : moved;
        done += (size_t)moved;
        process_wake(pipe);
    }
    return (long)done;
}

static void pipe_close(struct file *file)
{
    struct pipe *pipe = pipe_of(file);
    if (file->flags & OPEN_READ)
        pipe->readers = false;
    else
        pipe->writers = false;
    process_wake(pipe);
    if (!pipe->readers && !pipe->writers)
        page_free(pipe);
}

static const struct file_operations pipe_operations = {
    .read = pipe_read,
    .write = pipe_write,
    .close = pipe_close,
};

/* Makes the open file for one end. */
static struct file *open_end(struct pipe *pipe, unsigned flags)
{
    struct file *file = file_create(&pipe_operations, flags);
    if (!file)
        return NULL;
    file->object = pipe;
    if (flags & OPEN_READ)
        pipe->readers = true;
    else
        pipe->writers = true;
    return file;
}

/* Makes a pipe with both ends. Returns 0 or a negative error. */
static long pipe_create(struct file *ends[2])
{
    struct pipe *pipe = page_alloc();
    if (!pipe)
        return -ENOMEM;
    ends[0] = open_end(pipe, OPEN_READ);
    if (!ends[0]) {
        page_free(pipe);
        return -ENFILE;
    }
    ends[1] = open_end(pipe, OPEN_WRITE);
    if (!ends[1]) {
        file_close(ends[0]);
        return -ENFILE;
    }
    return 0;
}

/* Undoes what sys_pipe() did so far. */
static void give_up(struct process *process, struct file *ends[2], const int32_t descriptors[2])
{
    for (int i = 0; i < 2; i++) {
        if (descriptors[i] >= 0)
            process->descriptors[descriptors[i]] = NULL;
        file_close(ends[i]);
    }
}

static long sys_pipe(struct process *process, const uint64_t *arguments)
{
    struct file *ends[2];
    int32_t descriptors[2];
    long error = pipe_create(ends);
    if (error)
        return error;
    descriptors[0] = (int32_t)descriptor_create(process, ends[0]);
    descriptors[1] = (int32_t)descriptor_create(process, ends[1]);
    if (descriptors[0] < 0 || descriptors[1] < 0)
        error = -EMFILE;
    else if (!user_copy_out(&process->space, arguments[0], descriptors, sizeof(descriptors)))
        error = -EFAULT;
    if (error)
        give_up(process, ends, descriptors);
    return error;
}
SYSCALL(SYS_PIPE, sys_pipe);
