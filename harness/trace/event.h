/*
 * One event of a run, typed and named, whoever brought it: the hypervisor's trace ring (told) or
 * the machine itself (seen). Everything that filters, matches, summarises or draws works on these.
 */
#ifndef TRACE_EVENT_H
#define TRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/trace.h"

#define EVENT_FIELDS   6          /* most fields that an event kind has */
#define EVENT_NO_TIME  UINT64_MAX /* event.time of a seen event that no record dates */
#define EVENT_NO_INDEX UINT64_MAX

/* Kinds 1 … TRACE_EVENT_COUNT-1 are enum trace_event (told); these are seen at the machine. */
enum event_seen {
    SEEN_GUEST_EXIT = 0x100, /* a trap that left a guest and reached the hypervisor's vector */
    SEEN_GUEST_ENTRY,        /* the hypervisor's sret into a guest */
    SEEN_GUEST_TRAP,         /* a trap that the guest took itself (delegated): no exit */
    SEEN_HOST_TRAP,          /* a trap taken while the hypervisor itself ran */
    SEEN_HFENCE_GVMA,        /* hfence.gvma executed in the hypervisor */
    SEEN_HFENCE_VVMA,        /* hfence.vvma executed in the hypervisor */
    SEEN_HGATP_WRITE,        /* an instruction that writes hgatp executed */
    SEEN_STORE,              /* a store to a watched page */
    SEEN_SYSCALL,            /* a guest's program calls its kernel */
    SEEN_CALL,               /* a guest calls the hypervisor */
    SEEN_USER_RETURN,        /* the guest's kernel goes (back) to a program */
    SEEN_IDLE,               /* the hart waits (WFI) */
    SEEN_RESUME,             /* the hart runs again */
    SEEN_END
};

enum event_format {
    EVENT_DECIMAL,
    EVENT_HEX,
    EVENT_CAUSE,  /* 32-bit scause of abi/trace.h: EXC_… or IRQ_…, see cause_name() */
    EVENT_EID,    /* SBI extension: BASE, TIME … */
    EVENT_SIGNED, /* SBI error codes */
    EVENT_END,    /* enum vm_end */
    EVENT_WAKEUP, /* enum trace_wakeup */
    EVENT_VCPU,   /* vm<<8 | vcpu, printed 1.0 */
};

struct event_field {
    const char *name;
    enum event_format format;
};

/* What is known of a kind of event; static, one a kind. */
struct event_type {
    uint16_t kind; /* enum trace_event or enum event_seen */
    bool seen;     /* shown by the machine; otherwise told by the hypervisor */
    uint8_t fields;
    const char *name; /* "kvm_exit", "seen_guest_exit" … */
    struct event_field field[EVENT_FIELDS];
};

struct event {
    const struct event_type *type;
    uint64_t time;         /* ticks of the `time` CSR, or EVENT_NO_TIME */
    uint64_t instructions; /* seen: executed by all harts so far; told: 0 */
    uint64_t index;        /* number of the record in its ring, or of the line in the log */
    uint8_t hart;
    uint8_t vm;                   /* TRACE_NO_VM: about none */
    uint8_t vcpu;                 /* TRACE_NO_VM: about none */
    uint8_t complete;             /* kvm_exit: 1 if it has htval and htinst */
    uint64_t value[EVENT_FIELDS]; /* in the order of type->field */
};

/* Fields of kvm_exit and of seen_guest_exit, in order. */
enum { EXIT_SCAUSE, EXIT_SEPC, EXIT_STVAL, EXIT_HTVAL, EXIT_HTINST };

/*
 * seen_guest_exit, seen_guest_trap, seen_host_trap go on with the hgatp that the hart last entered
 * with, and, when `complete` is set, with the other trap that the firmware may have passed on.
 */
enum { SEEN_HGATP = EXIT_HTVAL, SEEN_OTHER_SCAUSE, SEEN_OTHER_STVAL };

/* A growable array of events. Zero-initialise; release with event_list_free. */
struct event_list {
    struct event *event;
    size_t count;
    size_t capacity;
    uint64_t lost; /* records that the ring had overwritten before they were read */
};

/* The type of a kind, or NULL when no such kind exists. */
const struct event_type *event_type(unsigned kind);

/* The type of that name ("kvm_exit"), or NULL. */
const struct event_type *event_type_named(const char *name);

/* Index of the field of that name in the type, or -1. */
int event_field_index(const struct event_type *type, const char *name);

/*
 * Name of a cause, 32-bit scause as in abi/trace.h, as Linux KVM and perf print it
 * ("EXC_VIRTUAL_INST_FAULT", "IRQ_S_TIMER"); NULL for a reserved one.
 */
const char *cause_name(uint32_t scause);

/* The 32-bit scause of such a name; false: no cause is called that. */
bool cause_number(const char *name, uint32_t *scause);

/* Name of an SBI extension ("TIME", "legacy PUTCHAR"), or NULL. */
const char *sbi_extension_name(uint64_t eid);

/*
 * Writes a field's value as people read it ("EXC_SYSCALL", "0x80200044", "1.0", "-2").
 * Result: as snprintf.
 */
int event_print_value(char *to, size_t bytes, enum event_format format, uint64_t value);

/*
 * Writes "kvm_exit scause=EXC_… sepc=0x… stval=0x…" without time, hart and vCPU. Result: as
 * snprintf.
 */
int event_print_fields(char *to, size_t bytes, const struct event *event);

/*
 * Writes the whole line of `coach trace`: "[time s] hN vm.vcpu: name field=value …". base is the
 * time of the run's first event, hz the timebase. Result: as snprintf.
 */
int event_print(char *to, size_t bytes, const struct event *event, uint64_t base, uint64_t hz);

/* Appends a copy. false: out of memory. */
bool event_list_add(struct event_list *list, const struct event *event);

/* Sorts by time, then hart, then index; stable; events without a time go to the end. */
void event_list_sort(struct event_list *list);

void event_list_free(struct event_list *list);

#endif
