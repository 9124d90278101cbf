/* The table of open files, and what happens to descriptors as processes come and go. */
#include "file/file.h"

#include <stddef.h>

#include "sbi/stop.h"

#define MAX_FILES 128

static struct file files[MAX_FILES];

struct file *file_create(const struct file_operations *operations, unsigned flags)
{
    for (int i = 0; i < MAX_FILES; i++) {
        if (files[i].operations)
            continue;
        files[i] = (struct file){.operations = operations, .references = 1, .flags = flags};
        return &files[i];
    }
    return NULL;
}

void file_share(struct file *file)
{
    file->references++;
}

void file_close(struct file *file)
{
    if (!file->references)
        panic("open file %ld is closed and has no reference", file - files);
    if (--file->references)
        return;
    if (file->operations->close)
        file->operations->close(file);
    file->operations = NULL;
}

long descriptor_create(struct process *process, struct file *file)
{
    for (int i = 0; i < MAX_DESCRIPTORS; i++) {
        if (process->descriptors[i])
            continue;
        process->descriptors[i] = file;
        return i;
    }
    return -EMFILE;
}

struct file *descriptor_file(const struct process *process, uint64_t descriptor)
{
    return descriptor < MAX_DESCRIPTORS ? process->descriptors[descriptor] : NULL;
}

/* The first process begins with the terminal as descriptors 0, 1 and 2. */
static void open_terminal(struct process *process)
{
    long error;
    struct file *terminal = terminal_open(&error);
    if (!terminal)
        panic("cannot open the terminal: error %ld", -error);
    for (int i = 0; i < 3; i++)
        descriptor_create(process, terminal);
    file_share(terminal);
    file_share(terminal);
}

static bool share_descriptors(struct process *child, struct process *parent)
{
    for (int i = 0; i < MAX_DESCRIPTORS; i++) {
        child->descriptors[i] = parent->descriptors[i];
        if (child->descriptors[i])
            file_share(child->descriptors[i]);
    }
    return true;
}

static void close_descriptors(struct process *process)
{
    for (int i = 0; i < MAX_DESCRIPTORS; i++) {
        if (process->descriptors[i])
            file_close(process->descriptors[i]);
        process->descriptors[i] = NULL;
    }
}

static const struct process_hooks file_hooks = {
    .first = open_terminal,
    .fork = share_descriptors,
    .end = close_descriptors,
};
PROCESS_HOOKS(file_hooks);
