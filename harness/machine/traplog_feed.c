/* The trap log's bytes as they come: lines are put together, read, and given to traplog.c. */
#include <string.h>

#include "machine/traplog_follow.h"

static bool on_registers(struct traplog *log, size_t bytes)
{
    struct traplog_registers registers;

    if (!traplog_parse_registers(log->line, bytes, &registers))
        return traplog_fail(log, "not understood: \"%.40s\"", "a mark of registers");
    const struct traplog_hart *here = &log->hart[registers.hart];

    registers.hgatp = here->hgatp;
    registers.trap = here->exit;
    registers.host = !registers.entry && !here->exited;
    if (registers.host)
        registers.trap = here->last;
    if (!registers.entry)
        registers.pc = registers.trap.epc;
    if (log->on_registers)
        log->on_registers(&registers, log->argument);
    return true;
}

static bool take_line(struct traplog *log, struct event_list *list)
{
    struct traplog_line line;
    size_t bytes = log->used;

    log->lines++;
    log->used = 0;
    if (bytes > 1 && log->line[0] == '@' && log->line[1] == MARK_REGISTERS)
        return on_registers(log, bytes);
    if (!traplog_parse_line(log->line, bytes, &line))
        return traplog_fail(log, "not understood: \"%.*s\"", bytes < 60 ? (int)bytes : 60,
                            log->line);
    if (line.kind == TRAPLOG_TRAP)
        return traplog_trap(log, list, &line);
    return line.kind == TRAPLOG_NOTHING || traplog_mark(log, list, &line);
}

bool traplog_feed(struct traplog *log, const char *data, size_t bytes, struct event_list *list)
{
    const char *end = data + bytes;

    while (data < end) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        size_t part = (size_t)((newline ? newline : end) - data);
        size_t room = sizeof(log->line) - log->used;

        memcpy(log->line + log->used, data, part < room ? part : room);
        log->used += part < room ? part : room;
        data += part + (newline != NULL);
        if (newline && !take_line(log, list))
            return false;
    }
    return true;
}

bool traplog_end(struct traplog *log, struct event_list *list)
{
    bool good = log->used == 0 || take_line(log, list);

    for (unsigned hart = 0; good && hart < TRAPLOG_HARTS; hart++)
        good = traplog_settle(log, list, hart);
    return good;
}
