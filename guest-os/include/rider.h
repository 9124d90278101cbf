/*
 * The contract between Rider's kernel and its programs: numbers of the system calls, errors and
 * structures. A program puts the number in a7 and the arguments in a0 … a5, executes ECALL and
 * finds the result in a0: 0 or more, or the negative of an error. All other registers keep.
 */
#ifndef RIDER_H
#define RIDER_H

/* Processes */
#define SYS_EXIT       1  /* (code) does not return */
#define SYS_FORK       2  /* () → 0 in the child, the child's pid in the parent */
#define SYS_EXEC       3  /* (path, argv) argv ends with a null pointer */
#define SYS_WAIT       4  /* (struct exit_status *, or null) → pid of a child that has ended */
#define SYS_GETPID     5  /* () → pid */
#define SYS_KILL       6  /* (pid) */
#define SYS_SBRK       7  /* (bytes, may be negative) → the end of the heap before */
#define SYS_GROUP      8  /* (pid, group) puts a process into a group; 0: itself */
#define SYS_FOREGROUND 9  /* (group) the one that Ctrl-C kills */
#define SYS_SHUTDOWN   10 /* (code) ends the machine; does not return */
/* Files */
#define SYS_OPEN   20 /* (path, OPEN_… flags) → the lowest free descriptor */
#define SYS_CLOSE  21 /* (descriptor) */
#define SYS_READ   22 /* (descriptor, buffer, bytes) → bytes read, 0 at the end */
#define SYS_WRITE  23 /* (descriptor, buffer, bytes) → bytes written */
#define SYS_DUP    24 /* (descriptor) → the lowest free descriptor, for the same file */
#define SYS_PIPE   25 /* (int32_t [2]) → [0] to read, [1] to write */
#define SYS_REMOVE 26 /* (path) of a file that was written, not of one in the archive */
/* Time */
#define SYS_UPTIME 40 /* () → microseconds since the kernel began */
#define SYS_SLEEP  41 /* (microseconds) */
#define SYS_YIELD  42 /* () lets others run */
/* Observation */
#define SYS_STAT    50 /* (struct system_status *) */
#define SYS_PROCESS 51 /* (index, struct process_status *) → 0, or ENOENT past the last */

/* Errors, by their POSIX names and Linux's numbers. */
#define ENOENT  2  /* no such file or program */
#define ESRCH   3  /* no such process */
#define EINTR   4  /* killed while waiting */
#define E2BIG   7  /* arguments too long */
#define ENOEXEC 8  /* not a program for this machine */
#define EBADF   9  /* no such descriptor, or not open for this */
#define ECHILD  10 /* no child to wait for */
#define EAGAIN  11 /* too many processes */
#define ENOMEM  12 /* no memory */
#define EFAULT  14 /* bad address */
#define EISDIR  21 /* a directory */
#define EINVAL  22 /* bad argument */
#define ENFILE  23 /* too many open files in the system */
#define EMFILE  24 /* too many open files in this process */
#define EFBIG   27 /* file too large */
#define ENOSPC  28 /* no room for another file */
#define EROFS   30 /* a file of the archive */
#define EPIPE   32 /* nobody reads this pipe */
#define ENOSYS  38 /* no such system call */

#define OPEN_READ     1
#define OPEN_WRITE    2
#define OPEN_CREATE   4  /* make the file if it is not there */
#define OPEN_TRUNCATE 8  /* begin with an empty file */
#define OPEN_APPEND   16 /* every write goes to the end */

#define NAME_BYTES 28 /* of a file or a program, with its terminator */

/* How a process ended. */
#define ENDED_EXIT      0 /* by exit(code) */
#define ENDED_FAULT     1 /* by a trap: cause, pc and address say which */
#define ENDED_KILLED    2 /* by kill, or Ctrl-C */
#define ENDED_NO_MEMORY 3 /* no memory for the page at address */

#define PROCESS_READY   2
#define PROCESS_RUNNING 3
#define PROCESS_BLOCKED 4
#define PROCESS_ZOMBIE  5 /* ended; its parent has not waited for it yet */

#ifndef __ASSEMBLER__

#include <stdint.h>

struct exit_status {
    int32_t reason; /* ENDED_… */
    int32_t code;   /* what exit was given; otherwise 128 + reason */
    uint64_t cause; /* scause */
    uint64_t pc;
    uint64_t address; /* stval */
    char name[NAME_BYTES];
    uint32_t reserved; /* 0 */
};

/* What reading the directory "/" gives, one after the other. */
struct directory_entry {
    char name[NAME_BYTES];
    uint32_t bytes;
};

struct process_status {
    int32_t pid, parent, group, state;
    uint64_t cpu_us;   /* time on the processor */
    uint64_t resident; /* pages of its own and shared */
    char name[NAME_BYTES];
    uint32_t reserved; /* 0 */
};

struct system_status {
    uint64_t uptime_us;
    uint64_t idle_us;  /* nothing to run */
    uint64_t steal_us; /* could have run, but the layer below ran somebody else */
    uint64_t ticks;    /* timer interrupts */
    uint64_t switches; /* between processes */
    uint64_t pages, free_pages;
    uint64_t processes;
    uint64_t implementation; /* SBI implementation number of the layer below */
    uint32_t has_steal;      /* steal_us is told by the layer below */
    uint32_t has_sstc;       /* the timer is the hart's own */
};

#endif
#endif
