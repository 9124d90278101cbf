/*
 * The machine: QEMU's `virt` board, its command line, and the process that runs it. Channels to
 * it (QMP, GDB, RAM, console) are descriptors that the child inherits, not paths: they are
 * connected before QEMU runs, and nothing is left behind however it ends.
 *
 *     struct qemu_options options = QEMU_OPTIONS_DEFAULT;
 *     options.hypervisor = "build/hv/stagecoach.elf";
 *     options.bundle_fd = bundle;                 // or .bundle = "FILE"
 *     options.qmp = options.deterministic = true;
 *     struct qemu qemu;
 *     if (qemu_start(&qemu, &options, &error) != 0)
 *         return error_report(&error);
 *     …                                           // qemu.ram_fd: mmap it; qemu.qmp_fd: talk
 *     qemu_stop(&qemu);
 */
#ifndef HARNESS_MACHINE_QEMU_H
#define HARNESS_MACHINE_QEMU_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/buffer.h"
#include "lib/error.h"
#include "lib/process.h"

#define QEMU_RAM_BASE    0x80000000ull /* of the virt board */
#define QEMU_MOST_PASSED 8             /* of struct qemu_options */
#define QEMU_TIMEBASE_HZ 10000000u     /* of its `time` CSR */
#define QEMU_OLDEST      702           /* major * 100 + minor that is accepted … */
#define QEMU_NEWEST      1099          /* … and the newest that was looked at: 10.x */

struct qemu_version {
    unsigned major, minor, micro;
};

/* Where the guests' console goes. */
enum qemu_console {
    QEMU_CONSOLE_PIPES, /* to console_in_fd / console_out_fd of struct qemu */
    QEMU_CONSOLE_FILE,  /* output to console_file, input from console_input if given */
    QEMU_CONSOLE_NONE,  /* nowhere */
};

struct qemu_options {
    const char *binary;     /* NULL: $COACH_QEMU, else qemu-system-riscv64 from PATH */
    const char *cpu;        /* "rv64"; "rv64,sstc=off" … */
    uint64_t memory;        /* of the machine, in bytes */
    unsigned harts;         /* 1 … 16 */
    const char *hypervisor; /* ELF file for -kernel */
    const char *bundle;     /* path of the boot bundle for -initrd, or NULL */
    int bundle_fd;          /* or a descriptor of it (see file_nameless); -1: none */
    const char *append;     /* the hypervisor's boot arguments, or NULL */
    const char *ram_file;   /* NULL: a nameless file; else this path holds RAM and stays */
    bool deterministic;     /* -icount shift=0,sleep=off, fixed seed and clock */
    uint64_t seed;          /* of QEMU's random numbers, when deterministic */
    bool stopped;           /* -S: wait for QMP or GDB to let it run */
    /*
     * Virtual time in ns at which the machine stops, to the microsecond below 2 s, else to the
     * millisecond; 0: none. Needs `stopped` and `qmp`: it is armed while the machine stands, and
     * QMP's `cont` lets it run. QMP's WATCHDOG event tells that it has come.
     * deadline_ends: QEMU ends itself (exit status 0, no SHUTDOWN event) between two
     * instructions, under -icount the same two in every run: what RAM then holds is exact.
     * Otherwise the machine is paused, registers and all, some microseconds later, which differ
     * from run to run.
     */
    bool deadline_ends;
    uint64_t deadline_ns;
    bool qmp;               /* open qemu.qmp_fd */
    bool gdb;               /* open qemu.gdb_fd */
    const char *gdb_socket; /* also or instead: a unix socket for a person's gdb, or NULL */
    const char *trap_log;   /* -d int to this file, or NULL */
    const char *plugin;     /* -plugin's argument ("FILE,key=value…"), or NULL */
    enum qemu_console console;
    const char *console_file;  /* QEMU_CONSOLE_FILE; NULL: a nameless file, qemu.console_out_fd */
    const char *console_input; /* QEMU_CONSOLE_FILE; NULL: no input */
    const char *const *prefix; /* words to put before QEMU's, such as bwrap's; NULL: none */
    const char *const *extra;  /* words to put after all others; NULL: none */
    uint64_t fill_seed;        /* RAM is filled with model_fill_word() of it at first; 0: zeroes */
    const int *passed;         /* more descriptors that QEMU keeps, by the same number … */
    size_t passed_count;       /* … and how many, at most QEMU_MOST_PASSED */
};

#define QEMU_OPTIONS_DEFAULT                                                                       \
    {                                                                                              \
        .cpu = "rv64", .memory = 256ull << 20, .harts = 1, .bundle_fd = -1, .seed = 1              \
    }

struct qemu {
    pid_t pid;              /* leads a process group of its own; 0: it has been waited for */
    int pid_fd;             /* poll: readable when it has ended */
    int ram_fd;             /* RAM, from QEMU_RAM_BASE on; map it shared and read-only */
    uint64_t ram_bytes;     /* its size */
    int qmp_fd;             /* connected socket, or -1 */
    int gdb_fd;             /* connected socket, or -1 */
    int console_in_fd;      /* write: what is typed. PIPES only, else -1 */
    int console_out_fd;     /* read: what is printed. PIPES; or FILE without a name (use pread) */
    int complaint_fd;       /* QEMU's standard error, as a file */
    struct process_end end; /* once it has ended: see qemu_wait */
};

/*
 * Finds QEMU and reads its version. *path (to free()) and *version may be NULL. -1 with *error
 * (COACH_FAULT) when it is missing, does not say its version, or is out of [OLDEST, NEWEST].
 */
int qemu_find(const char *binary, char **path, struct qemu_version *version, struct error *error);

/*
 * What has to be readable for a QEMU that lies outside the system's own folders, as one that was
 * built by hand: the program and its data. NULL where it is the system's, or there is none. The
 * list ends with NULL and stays.
 */
const char *const *qemu_outside(void);

/*
 * The command line with which a person runs the same machine by hand: console on the terminal,
 * none of coach's channels. Adds to *out.
 */
void qemu_command_line(const struct qemu_options *options, struct buffer *out);

/*
 * Starts the machine. QEMU dies with the thread that called this (PDEATHSIG), and leads its own
 * process group. 0; or -1 with *error: file missing or unreadable, QEMU missing, too old.
 */
int qemu_start(struct qemu *qemu, const struct qemu_options *options, struct error *error);

/*
 * Waits until it has ended or `timeout_ms` of wall-clock have passed (-1: for ever).
 * 1: ended, *end says how (the same again when called again); 0: it still runs.
 */
int qemu_wait(struct qemu *qemu, int timeout_ms, struct process_end *end);

/* Whether a signal ended it before it did anything; then *error says so (COACH_FAULT). */
bool qemu_was_killed(struct qemu *qemu, struct error *error);

/*
 * Kills the whole process group if it still runs, waits for it, closes every descriptor of *qemu
 * but ram_fd, console_out_fd and complaint_fd, so that what it left can be read.
 */
void qemu_kill(struct qemu *qemu);

/* qemu_kill, and closes those too. Safe on a struct that has been stopped. */
void qemu_stop(struct qemu *qemu);

/* What QEMU wrote to its standard error so far, first line only, or "". Adds to *out. */
void qemu_complaint(const struct qemu *qemu, struct buffer *out);

#endif
