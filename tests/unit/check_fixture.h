/*
 * Facts of a run out of a text, one event a line ("kvm_exit vm=0 time=5 scause=10 sepc=0x80"),
 * for the tests of the expectation language. What a line leaves out is 0.
 */
#ifndef TESTS_CHECK_FIXTURE_H
#define TESTS_CHECK_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/judge.h"
#include "check/parse.h"
#include "test.h"

#define FIXTURE_EVENTS 512

struct fixture {
    struct facts facts;
    struct event event[FIXTURE_EVENTS];
    const struct event *order[FIXTURE_EVENTS];
    struct error error;
    struct check *check;
};

static inline void fixture_field(struct event *event, const char *field, uint64_t value)
{
    int index = event_field_index(event->type, field);
    if (strcmp(field, "vm") == 0)
        event->vm = (uint8_t)value;
    else if (strcmp(field, "vcpu") == 0)
        event->vcpu = (uint8_t)value;
    else if (strcmp(field, "hart") == 0)
        event->hart = (uint8_t)value;
    else if (strcmp(field, "time") == 0)
        event->time = value;
    else if (strcmp(field, "instructions") == 0)
        event->instructions = value;
    else if (index >= 0)
        event->value[index] = value;
    else
        CU_FAIL_FATAL("the fixture names a field that the event does not have");
}

static inline void fixture_event(struct fixture *fixture, char *line)
{
    struct event *event = &fixture->event[fixture->facts.events];
    char *rest = line;
    const char *name = strsep(&rest, " ");
    event->type = event_type_named(name);
    if (!event->type)
        CU_FAIL_FATAL("the fixture names an event that does not exist");
    for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " ")) {
        char *equals = strchr(word, '=');
        if (!equals)
            continue;
        *equals = '\0';
        fixture_field(event, word, strtoull(equals + 1, NULL, 0));
    }
    fixture->order[fixture->facts.events++] = event;
}

#define FIXTURE_SCENARIO "title: t\nvm a: image=a.elf\nvm b: image=b.elf\n"

/* Parses a check (with a scenario of two VMs, a and b, before it) and the events. */
static inline bool fixture_begin(struct fixture *fixture, const char *expectations,
                                 const char *events)
{
    memset(fixture, 0, sizeof *fixture);
    char *text;
    if (asprintf(&text, "%s%s", FIXTURE_SCENARIO, expectations) < 0)
        abort();
    fixture->check = check_parse("dir/unit.check", text, strlen(text), &fixture->error);
    free(text);
    struct facts *facts = &fixture->facts;
    facts->check = fixture->check;
    facts->event = fixture->order;
    facts->seed = 7;
    facts->outcome = OUTCOME_FINISHED;
    facts->has_monitor = true;
    facts->monitor.finished = 1;
    for (int i = 0; i < 256; i++)
        facts->vm_of[i] = i < 2 ? (int16_t)i : -1;
    char *copy = strdup(events), *rest = copy;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        if (*line)
            fixture_event(fixture, line);
    free(copy);
    if (facts->events)
        facts->end_tick = facts->event[facts->events - 1]->time;
    return fixture->check != NULL;
}

static inline void fixture_end(struct fixture *fixture)
{
    check_free(fixture->check);
}

/* Judges and returns the run; the caller frees it with result_run_free. */
static inline struct result_run *fixture_judge(struct fixture *fixture)
{
    struct result_run *run = result_run_new("unit");
    judge(&fixture->facts, result_check_add(run, "unit", "unit"));
    return run;
}

/* Whether all items of the check pass on the events. Parsing must succeed. */
static inline bool passes(const char *expectations, const char *events)
{
    struct fixture fixture;
    bool parsed = fixture_begin(&fixture, expectations, events);
    if (!parsed)
        printf("\n    %s\n", fixture.error.text);
    CU_ASSERT_FATAL(parsed);
    struct result_run *run = fixture_judge(&fixture);
    bool pass = result_check_verdict(&run->checks[0]) == VERDICT_PASS;
    result_run_free(run);
    fixture_end(&fixture);
    return pass;
}

#endif
