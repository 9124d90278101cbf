/*
 * Any text as a check file: it is refused with one line that names its place, or read; and what
 * was read is judged over a few events of every kind without harm.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "check/judge.h"
#include "check/parse.h"

#define KINDS 0x120

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool word(void *argument, unsigned vm, uint64_t address, uint64_t *value)
{
    (void)argument;
    *value = address + vm;
    return address % 16 != 8;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct event event[2 * KINDS];
    static const struct event *order[2 * KINDS];
    struct error error = {.text = ""};
    struct check *check = check_parse("fuzz/f.check", (const char *)data, size, &error);
    if (!check) {
        assert(strncmp(error.text, "fuzz/f.check:", 13) == 0);
        assert(!strchr(error.text, '\n'));
        return 0;
    }
    struct facts facts = {.check = check, .seed = 1, .event = order, .word = word};
    for (unsigned kind = 1; kind < 2 * KINDS; kind++) {
        const struct event_type *type = event_type(kind % KINDS);
        if (!type)
            continue;
        struct event *one = &event[facts.events];
        *one = (struct event){.type = type, .time = kind, .vm = kind % 3, .vcpu = kind % 2};
        order[facts.events++] = one;
    }
    for (int id = 0; id < 256; id++)
        facts.vm_of[id] = id < (int)check->scenario.vms ? (int16_t)id : -1;
    facts.has_monitor = facts.monitor.finished = 1;
    struct result_run *run = result_run_new("fuzz");
    judge(&facts, result_check_add(run, check->id, check->title));
    result_run_free(run);
    check_free(check);
    return 0;
}
