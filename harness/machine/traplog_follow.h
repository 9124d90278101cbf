/* What traplog.c does with a line that traplog_feed.c has read. Nobody else needs it. */
#ifndef MACHINE_TRAPLOG_FOLLOW_H
#define MACHINE_TRAPLOG_FOLLOW_H

#include "machine/traplog.h"

/* A trap, a mark; events go into the list. false: log->error says what cannot be. */
bool traplog_trap(struct traplog *log, struct event_list *list, const struct traplog_line *line);
bool traplog_mark(struct traplog *log, struct event_list *list, const struct traplog_line *line);
/* A trap that led neither to the firmware nor to the vector stayed where it was taken. */
bool traplog_settle(struct traplog *log, struct event_list *list, unsigned hart);
/* Writes log->error, with the line's number. Result: false. */
__attribute__((format(printf, 2, 3))) bool traplog_fail(struct traplog *log, const char *format,
                                                        ...);

#endif
