/*
 * Open files. What a file is made of (a pipe, the terminal, memory, the archive) is behind
 * struct file_operations; descriptors of processes refer to open files and may share them.
 */
#ifndef FILE_FILE_H
#define FILE_FILE_H

#include "process/process.h"

struct file;

/*
 * read and write move up to `bytes` bytes to or from user addresses of the space, and may block.
 * They return the number of bytes, or a negative error; EFAULT if nothing could be moved.
 * close is called once, when the last reference goes. Any may be NULL: then EBADF, or nothing.
 */
struct file_operations {
    long (*read)(struct file *file, struct space *space, uint64_t to, size_t bytes);
    long (*write)(struct file *file, struct space *space, uint64_t from, size_t bytes);
    void (*close)(struct file *file);
};

struct file {
    const struct file_operations *operations; /* NULL: this entry is free */
    unsigned references;
    unsigned flags;     /* OPEN_… */
    uint64_t offset;    /* where the next read or write goes on */
    const void *object; /* the operations' own */
    uint64_t bytes;     /* of a file in the archive: its size */
};

/* Takes a free entry, with one reference. Returns NULL if all are in use. */
struct file *file_create(const struct file_operations *operations, unsigned flags);

/* Adds and drops a reference. */
void file_share(struct file *file);
void file_close(struct file *file);

/* Gives the process a descriptor, the lowest that is free. Returns it, or -EMFILE. */
long descriptor_create(struct process *process, struct file *file);

/* The open file of a descriptor that came from the program, or NULL. */
struct file *descriptor_file(const struct process *process, uint64_t descriptor);

/* Opens the terminal for reading and writing, a file of the archive for reading, the directory,
 * or a file in memory. Each returns NULL and sets *error, a negative error, if it cannot. */
struct file *terminal_open(long *error);
struct file *archive_open(const char *name, unsigned flags, long *error);
struct file *directory_open(unsigned flags, long *error);
struct file *memory_open(const char *name, unsigned flags, long *error);

/* File number index in memory: its name and size; false past the last. */
bool memory_file_at(unsigned index, const char **name, size_t *bytes);

#endif
