/* One line of QEMU's log: a trap, a mark of the watch plugin, or something else. */
#include <stdlib.h>
#include <string.h>

#include "machine/traplog.h"

#define TRAP_PREFIX "riscv_cpu_do_interrupt:"

/* The number behind " key:" or ",key:"; base 16 with or without 0x. */
static bool number_after(const char *line, const char *key, int base, uint64_t *value)
{
    const char *found = strstr(line, key);
    char *end;

    if (!found)
        return false;
    found += strlen(key);
    *value = strtoull(found, &end, base);
    return end != found && (*end == ',' || *end == '\0');
}

/* "riscv_cpu_do_interrupt: hart:0, async:1, cause:0…5, epc:0x…, tval:0x…, desc=s_timer" */
static bool parse_trap(const char *line, struct traplog_line *parsed)
{
    uint64_t hart, async, cause;

    if (!number_after(line, " hart:", 10, &hart) || !number_after(line, " async:", 10, &async) ||
        !number_after(line, " cause:", 16, &cause) ||
        !number_after(line, " epc:", 16, &parsed->epc) ||
        !number_after(line, " tval:", 16, &parsed->tval))
        return false;
    if (hart >= TRAPLOG_HARTS || async > 1 || cause >= TRACE_CAUSE_INTERRUPT)
        return false;
    parsed->kind = TRAPLOG_TRAP;
    parsed->hart = (unsigned)hart;
    parsed->scause = (uint32_t)cause | (async ? TRACE_CAUSE_INTERRUPT : 0);
    return true;
}

/* "@V 0 1f40 80200044": letter, hart, instructions, its values. */
static bool parse_mark(const char *line, struct traplog_line *parsed)
{
    static const char letters[] = "FMVSBGHANWIRKLPYDTZUQC";
    uint64_t value[2 + TRAPLOG_VALUES] = {0};
    const char *next = line + 2;
    unsigned count = 0;

    if (!line[1] || !strchr(letters, line[1]))
        return false;
    while (*next == ' ' && count < 2 + TRAPLOG_VALUES) {
        char *end;

        value[count++] = strtoull(next, &end, 16);
        if (end == next)
            return false;
        next = end;
    }
    bool has_six = line[1] == MARK_CALL || line[1] == MARK_SBI;
    unsigned wanted = has_six ? 8 : line[1] == MARK_RETURN ? 7 : 0;
    if (wanted ? count != wanted : count > 4)
        return false;
    if (*next != '\0' || count < 2 || value[0] >= TRAPLOG_HARTS)
        return false;
    parsed->kind = TRAPLOG_MARK;
    parsed->mark = line[1];
    parsed->hart = (unsigned)value[0];
    parsed->instructions = value[1];
    memcpy(parsed->values, &value[2], sizeof(parsed->values));
    parsed->address = value[2];
    parsed->value = value[3];
    return true;
}

bool traplog_parse_line(const char *line, size_t bytes, struct traplog_line *parsed)
{
    char text[TRAPLOG_LINE_BYTES];

    if (bytes >= sizeof(text))
        bytes = sizeof(text) - 1;
    memcpy(text, line, bytes);
    text[bytes] = '\0';
    *parsed = (struct traplog_line){.kind = TRAPLOG_NOTHING};
    if (text[0] == '@')
        return parse_mark(text, parsed);
    if (strncmp(text, TRAP_PREFIX, strlen(TRAP_PREFIX)) == 0)
        return parse_trap(text, parsed);
    return true;
}

bool traplog_parse_registers(const char *line, size_t bytes, struct traplog_registers *registers)
{
    char text[TRAPLOG_LINE_BYTES];
    uint64_t value[4 + 31];
    const char *next = text + 2;

    if (bytes >= sizeof(text) || bytes < 2 || line[0] != '@' || line[1] != MARK_REGISTERS)
        return false;
    memcpy(text, line, bytes);
    text[bytes] = '\0';
    for (size_t i = 0; i < sizeof(value) / sizeof(value[0]); i++) {
        char *end;

        value[i] = strtoull(next, &end, 16);
        if (*next != ' ' || end == next)
            return false;
        next = end;
    }
    if (*next != '\0' || value[0] >= TRAPLOG_HARTS || value[2] > 1)
        return false;
    *registers = (struct traplog_registers){
        .hart = (unsigned)value[0], .entry = value[2] != 0, .pc = value[3]};
    memcpy(&registers->x[1], &value[4], 31 * sizeof(value[0]));
    return true;
}
