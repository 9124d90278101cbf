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

struct audit_summary {
    bool watched; /* some guest was entered */
    bool holds;
    uint64_t audits, leaves; /* leaf entries visited, in all audits */
    size_t trees;            /* in the last audit */
    char text[320];          /* one line: audit_sentence of the first that broke, or the last */
};

/*
 * Adds what the watch needs to *machine (plugin, log, descriptors; extra and passed are replaced,
 * with the old words kept). machine->hypervisor, memory and binary must be set. NULL and *error:
 * no plugin, no symbol; the run can do without.
 */
struct audit_watch *audit_watch_prepare(struct qemu_options *machine, struct error *error);

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
