/*
 * Isolation watched while any machine runs, at speed or counted: the watch plugin, in its quiet
 * form, holds the machine before the first entry with each hgatp; a thread here audits it then,
 * and once more at the end. For `coach run`; checks use the observer, which does more.
 *
 *     struct audit_watch *watch = audit_watch_prepare(&machine, &error);   // NULL: not possible
 *     … qemu_start(&qemu, &machine, …) …
 *     audit_watch_begin(watch, &qemu);
 *     … the run; then, once QEMU has ended or stands still:
 *     audit_watch_finish(watch, &summary, NULL);
 */
#ifndef AUDIT_WATCH_H
#define AUDIT_WATCH_H

#include "audit/audit.h"
#include "machine/qemu.h"
#include "result/result.h"

struct audit_watch; /* opaque */

/* How the machine gets nowhere (harness/plugin/stuck.c). */
enum machine_stuck_kind {
    STUCK_HYPERVISOR, /* the hypervisor traps at one place for ever */
    STUCK_GUEST,      /* a guest is entered for ever at the instruction at which it trapped */
    STUCK_NO_TRAP,    /* the hypervisor executes for ever, and neither traps nor enters a guest */
    STUCK_VECTOR,     /* its trap vector runs for ever, and not for a trap */
    STUCK_TAKEN       /* it trapped while sscratch was not zero; the machine may go on */
};

struct machine_stuck {
    bool stuck;
    enum machine_stuck_kind kind;
    unsigned hart;
    uint64_t cause, pc, value; /* scause, sepc, stval; STUCK_NO_TRAP: pc alone, where it was then;
                                  STUCK_TAKEN: value is sscratch */
    uint64_t count;            /* times in a row */
};

struct audit_summary {
    bool watched; /* some guest was entered */
    bool holds;
    uint64_t audits, leaves;    /* leaf entries visited, in all audits */
    size_t trees;               /* in the last audit */
    char text[320];             /* one line: audit_sentence of the first that broke, or the last */
    struct machine_stuck taken; /* STUCK_TAKEN, the first one; also where nothing was watched */
};

/*
 * Adds what the watch needs to *machine (plugin, log, descriptors; extra and passed are replaced,
 * with the old words kept). machine->hypervisor, memory and binary must be set. NULL and *error:
 * no plugin, no symbol; the run can do without.
 * stuck: notice that the machine gets nowhere, too.
 */
struct audit_watch *audit_watch_prepare(struct qemu_options *machine, bool stuck,
                                        struct error *error);

/* A descriptor that becomes readable when the machine gets nowhere, and how it does so. */
int audit_watch_notice(const struct audit_watch *watch);
struct machine_stuck audit_watch_stuck(const struct audit_watch *watch);

/* Right after qemu_start, before the machine runs. 0, or -1 and *error. */
int audit_watch_begin(struct audit_watch *watch, const struct qemu *qemu, struct error *error);

/*
 * QEMU has ended or is stopped: the last audit, and the summary. map gets the memory map of the
 * audit that broke, or of the one that visited most. Either may be NULL. Frees the watch; NULL is
 * fine.
 */
void audit_watch_finish(struct audit_watch *watch, struct audit_summary *summary,
                        struct result_check *map);

#endif
