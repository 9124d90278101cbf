/*
 * Reads the hypervisor's trace (abi/trace.h) out of a machine's RAM, live or afterwards, and out
 * of saved trace files; decodes records into events. All of it is told, and hostile until checked.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <stdio.h>

#include "abi/bundle.h"
#include "abi/monitor.h"
#include "abi/trace.h"
#include "lib/buffer.h"
#include "lib/error.h"
#include "machine/ram.h"
#include "trace/event.h"

/* The hypercalls that have been told of and have not returned, by VM and vCPU. */
struct trace_calls {
    struct trace_call {
        bool open;
        uint64_t sepc, eid;
    } of[MONITOR_MAX_VMS][BUNDLE_MAX_VCPUS];
};

/* A reader of the rings. Zero-initialised by trace_reader_open. */
struct trace_reader {
    const struct ram *ram;
    uint64_t header;                /* physical address of struct trace_header */
    struct trace_header last;       /* the header as last read and checked */
    uint64_t next[TRACE_MAX_HARTS]; /* number of the next record to read, per ring */
    uint64_t lost[TRACE_MAX_HARTS]; /* records overwritten before they were read */
    struct trace_calls calls;
    bool still; /* set it once the machine stands: then no record is half written */
};

/*
 * Begins to read at the first record. header: physical address of the ELF symbol trace_header.
 * 0; -1 with *error: no header there (yet), or one that is nonsense (magic, version, record size,
 * a ring outside RAM, a size that is no power of two, rings that overlap).
 */
int trace_reader_open(struct trace_reader *reader, const struct ram *ram, uint64_t header,
                      struct error *error);

/*
 * Appends the events of all complete records since the last call to the list: one a record, and
 * hypercall behind the kvm_exit, hypercall_ret before the kvm_entry of a call that returns. Records
 * that were overwritten are counted in list->lost; a call whose exit is among them has no return.
 * A header that changed into nonsense, a head that ran backwards, or an unknown event kind:
 * -1 and *error; what was read before stays. Else 0.
 */
int trace_reader_poll(struct trace_reader *reader, struct event_list *list, struct error *error);

/*
 * Decodes one record into the event that it is named for. Result: false for an unknown kind, or one
 * that no record carries.
 */
bool trace_decode(const struct trace_record *record, unsigned hart, uint64_t index,
                  struct event *event);

/*
 * Saves header, rings and monitor into one file (temporary file, then rename), for
 * `coach trace FILE`. monitor: physical address of the ELF symbol, 0: none. 0, or -1 and *error.
 *
 *     "SGTRFILE" version:u32 sections:u32 | section: address u64, bytes u64, then the bytes
 */
int trace_save(const char *path, const struct ram *ram, uint64_t header, uint64_t monitor,
               struct error *error);

/*
 * Reads a saved trace file into the list, sorted by time. hz gets the timebase.
 */
int trace_load(const char *path, struct event_list *list, uint64_t *hz, struct error *error);

/* The same from memory. */
int trace_parse(const struct buffer *file, struct event_list *list, uint64_t *hz,
                struct error *error);

/* The monitor struct (told) in a trace file. false: there is none. */
struct monitor;
bool trace_monitor(const struct buffer *file, struct monitor *monitor);

/* What `coach trace` and the library's users keep of a list. */
struct trace_filter {
    uint32_t vms;      /* bit n: VM n; 0: all, or with no_vm: none */
    bool no_vm;        /* also events about no VM */
    uint64_t from, to; /* ticks since the first event, to exclusive; to 0: no end */
    uint8_t kinds[64]; /* bitmap, filled by trace_filter_event */
    bool some_kinds;   /* false: events of all kinds pass */
};

/* Adds a kind by name to the filter; false: there is none of that name. */
bool trace_filter_event(struct trace_filter *filter, const char *name);

/* True when the event passes. base: time of the run's first event. */
bool trace_filter_pass(const struct trace_filter *filter, const struct event *event, uint64_t base);

/* Line of a summary in the manner of `perf kvm stat`: exits of one cause. Times in ticks. */
struct trace_cause_line {
    uint32_t scause;
    uint64_t samples;
    uint64_t time;  /* from exit to the next entry of that vCPU */
    uint64_t timed; /* samples that have a time */
    uint64_t min, max;
};

#define TRACE_CAUSES 128

struct trace_summary {
    struct trace_cause_line line[TRACE_CAUSES]; /* by samples, falling */
    size_t lines;
    uint64_t samples, time;
};

/* Sums up the exits of the list (sorted by time). vm: number, or -1 for all. */
void trace_summarise(const struct event_list *list, int vm, struct trace_summary *summary);

/* Prints the summary as perf kvm stat does. hz: timebase. */
void trace_print_summary(FILE *to, const struct trace_summary *summary, uint64_t hz);

/* One JSON object a line. hz: timebase. false: the stream failed. */
bool trace_export_jsonl(FILE *to, const struct event_list *list, uint64_t hz);

/*
 * Chrome trace-event JSON, as Perfetto opens: a process a VM, a thread a vCPU, a slice a stay in
 * the guest, instants for the rest. names[vm] may be NULL.
 */
bool trace_export_chrome(FILE *to, const struct event_list *list, uint64_t hz,
                         const char *const names[256]);

#endif
