/* What guests wrote to their consoles against what the machine's console shows. */
#include "model/console.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/machine.h"
#include "model/rule.h"

/* The file's bytes from there on, to free(); NULL when there are none. */
static uint8_t *read_from(int fd, off_t from, size_t *bytes)
{
    struct stat status;
    *bytes = 0;
    if (fd < 0 || fstat(fd, &status) != 0 || status.st_size <= from)
        return NULL;
    uint8_t *text = allocate((size_t)(status.st_size - from), 1);
    ssize_t got = pread(fd, text, (size_t)(status.st_size - from), from);
    *bytes = got > 0 ? (size_t)got : 0;
    return text;
}

bool console_said(void *argument, unsigned vm, const char *text)
{
    const struct machine *machine = argument;
    size_t bytes, used = 0;
    uint8_t *record = read_from(machine->wrote_fd, 0, &bytes);
    uint8_t *own = allocate(bytes + 1, 1);
    struct model_written written;
    for (size_t at = 0; at + sizeof written <= bytes; at += sizeof written + written.count) {
        memcpy(&written, record + at, sizeof written);
        if (written.count > bytes - at - sizeof written)
            break;
        if (written.vm != (int)vm)
            continue;
        memcpy(own + used, record + at + sizeof written, written.count);
        used += written.count;
    }
    bool said = memmem(own, used, text, strlen(text)) != NULL;
    free(record);
    free(own);
    return said;
}

/* Whose output is shown: everybody's; with a focus that nobody moves, the first VM's. */
static uint64_t owed(const struct scenario *scenario)
{
    for (const struct scenario_command *c = scenario->commands; c; c = c->next)
        if (strncmp(c->text, "console", strlen("console")) == 0)
            return 0;
    return scenario->hypervisor && strstr(scenario->hypervisor, "console=focus") ? 1 : UINT64_MAX;
}

void console_finding(struct machine *machine)
{
    const struct facts *facts = &machine->facts;
    struct model_channel *model = machine->seen.model;
    struct model_console_breach breach;
    size_t written_bytes, shown_bytes;
    if (!model || model->sight != MODEL_SIGHT_GOOD || facts->outcome == OUTCOME_BROKEN)
        return;
    uint8_t *written = read_from(machine->wrote_fd, 0, &written_bytes);
    uint8_t *shown =
        read_from(machine->seen.qemu.console_out_fd, machine->console_from, &shown_bytes);
    model_console_judge(written, written_bytes, shown, shown_bytes, owed(&machine->check->scenario),
                        facts->outcome == OUTCOME_FINISHED, &breach);
    free(written);
    free(shown);
    contract_exercised(model, "console.order", breach.order_tested);
    contract_exercised(model, "console.once", breach.once_tested);
    if (breach.rule)
        contract_tell(machine, breach.rule, breach.vm, breach.expected, breach.seen);
}
