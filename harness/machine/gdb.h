/*
 * Client of the GDB remote protocol, as QEMU's gdbstub speaks it over a unix socket: registers and
 * CSRs by name (from the target description), memory, breakpoints, continue, step, stop.
 * The other side is not trusted: replies are bounded, checked, and have a deadline.
 * Source: GDB manual, appendix E; QEMU's extension qqemu.PhyMemMode.
 */
#ifndef MACHINE_GDB_H
#define MACHINE_GDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GDB_PACKET_BYTES 65536
#define GDB_REGISTERS    8192 /* highest register number accepted */

struct gdb_register {
    char name[24];
    unsigned number;
    unsigned bits;
};

struct gdb {
    int socket; /* -1: closed */
    unsigned timeout_ms;
    unsigned signal; /* of the last stop: 5 trap, 14 the watchdog paused the machine */
    unsigned hart;   /* the hart that registers are read from, 0-based */
    bool physical;   /* memory accesses are physical */
    bool running;    /* continue was sent, no stop reply yet */
    bool unselected; /* hart is known from a stop and was not chosen yet */
    char error[160]; /* one line about the last failure */
    struct gdb_register *registers; /* sorted by name */
    size_t register_count;
    size_t used; /* bytes in buffer */
    char buffer[GDB_PACKET_BYTES * 2];
    char packet[GDB_PACKET_BYTES]; /* the last reply, NUL-terminated */
    size_t packet_bytes;
};

enum gdb_stop {
    GDB_STOPPED, /* breakpoint, step or interrupt */
    GDB_EXITED,  /* the machine has ended (W or X packet, or the connection closed) */
    GDB_RUNNING, /* the deadline passed, it runs on */
    GDB_BROKEN   /* nonsense; error says what */
};

/*
 * Takes over a connected socket (struct qemu: gdb_fd; it stays the caller's to close) and reads
 * the target description. The machine stops. timeout_ms: wall-clock deadline of each exchange.
 */
bool gdb_open(struct gdb *gdb, int socket, unsigned timeout_ms);

/* Chooses the hart whose registers are read and written. */
bool gdb_select(struct gdb *gdb, unsigned hart);

/* Number of the register of that name ("pc", "a0", "hgatp"), or -1. */
int gdb_register_number(const struct gdb *gdb, const char *name);

/* Reads a register or CSR by name. false: no such name, or the target refused. */
bool gdb_read(struct gdb *gdb, const char *name, uint64_t *value);
bool gdb_write(struct gdb *gdb, const char *name, uint64_t value);

/* Reads x0 … x31 and pc in one exchange. */
bool gdb_read_general(struct gdb *gdb, uint64_t value[33]);

/* Memory as the hart sees it, or physical. false: not accessible. At most 4096 bytes a call. */
bool gdb_memory(struct gdb *gdb, bool physical, uint64_t address, void *to, size_t bytes);

bool gdb_breakpoint(struct gdb *gdb, uint64_t address);
bool gdb_breakpoint_remove(struct gdb *gdb, uint64_t address);

/* Lets all harts run; gdb_wait says when they stop. */
bool gdb_continue(struct gdb *gdb);

/* From now on, steps leave timers and interrupts on (QEMU's Qqemu.sstep). */
bool gdb_step_keeps_interrupts(struct gdb *gdb);

/* One instruction of the chosen hart; waits for its end. */
enum gdb_stop gdb_step(struct gdb *gdb);

/*
 * Waits at most timeout_ms for a stop; then gdb->hart is the hart that stopped.
 */
enum gdb_stop gdb_wait(struct gdb *gdb, unsigned timeout_ms);

/* Interrupts a running machine and waits for the stop. */
enum gdb_stop gdb_interrupt(struct gdb *gdb);

/* Lets the machine run on without a debugger. */
void gdb_detach(struct gdb *gdb);
void gdb_close(struct gdb *gdb);

/* Takes one packet out of data, for tests and fuzzers: the bytes used, 0: incomplete, -1:
 * nonsense. The payload, run-length codes expanded, is in packet and packet_bytes. */
long gdb_parse(struct gdb *gdb, const char *data, size_t bytes);

/* Adds the registers of one target description file; the names of files that it includes go to
 * include (count of at most max). false: not such a file. */
bool gdb_parse_description(struct gdb *gdb, const char *xml, char include[][64], size_t max,
                           size_t *count, unsigned *next_number);

#endif
