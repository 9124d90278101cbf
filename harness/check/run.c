/* Runs one check under one seed and writes its result: verdicts, timeline, memory map. */
#include "check/run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/draw.h"
#include "check/judge.h"
#include "check/machine.h"
#include "check/panic.h"
#include "check/rules.h"
#include "check/timeline.h"
#include "check/two_runs.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "trace/trace.h"

#define TICK_NS       100
#define CONSOLE_BYTES 16384 /* of the console's end, for the report */

static void not_graded(const struct check *check, const struct error *error,
                       struct result_check *to)
{
    bool tool = error->status == COACH_FAULT;
    char *advice = limits_advice();
    for (const struct item *item = check->items; item; item = item->next) {
        struct result_item *result = result_item_add(to, item->id, item->title, item->points);
        result_judge(result, tool ? VERDICT_TOOLCHAIN_FAULT : VERDICT_HARNESS_FAULT);
        result_line(result, LINE_NOTE, "%s", error->text);
        if (advice != NULL) {
            result_line(result, LINE_NOTE, "%s", advice);
        }
    }
    free(advice);
}

static char *console_text(const struct observation *seen)
{
    struct stat status;
    int fd = seen->qemu.console_out_fd;
    if (fd < 0 || fstat(fd, &status) != 0 || status.st_size <= 0)
        return NULL;
    off_t from = status.st_size > CONSOLE_BYTES ? status.st_size - CONSOLE_BYTES : 0;
    char *text = allocate(CONSOLE_BYTES + 1, 1);
    ssize_t bytes = pread(fd, text, CONSOLE_BYTES, from);
    text[bytes > 0 ? bytes : 0] = '\0';
    return text;
}

/* What --keep leaves: the trace for `coach trace`, the console, the memory map. */
static void keep(const struct machine *machine, const struct check *check, uint64_t seed,
                 const struct result_check *to)
{
    struct error error;
    uint64_t header = 0, monitor = 0;
    char *stem = format_string("%s/%s-%" PRIu64, machine->options->keep, check->id, seed);
    for (char *at = stem + strlen(machine->options->keep) + 1; *at; at++)
        *at = *at == '/' ? '-' : *at;
    char *trace = format_string("%s.trace", stem), *console = format_string("%s.console", stem);
    char *map = format_string("%s.map", stem);
    symbols_find(machine->seen.hypervisor, "trace_header", &header, NULL);
    symbols_find(machine->seen.hypervisor, "monitor", &monitor, NULL);
    int failed = mkdir(machine->options->keep, 0777) != 0 && access(machine->options->keep, W_OK);
    if (failed)
        error_set(&error, "%s: cannot be written to", machine->options->keep);
    if (!failed)
        failed = trace_save(trace, &machine->seen.ram, header, monitor, &error) != 0;
    if (!failed && to->console)
        failed = file_write(console, to->console, strlen(to->console), &error) != 0;
    if (!failed && machine->audited) {
        struct buffer text = {0};
        audit_map_text(&machine->audit, &machine->report, &text);
        failed = file_write(map, text.data, text.length, &error) != 0;
        buffer_free(&text);
    }
    if (failed)
        complain("--keep: %s", error.text);
    free(stem);
    free(trace);
    free(console);
    free(map);
}

static void add_word(struct buffer *line, const char *option, const char *value)
{
    if (!value)
        return;
    buffer_printf(line, " %s ", option);
    buffer_quoted(line, value);
}

char *run_replay_line(const char *build, const char *hypervisor, bool secrets)
{
    struct buffer line = {0};
    buffer_text(&line, "coach check --replay");
    add_word(&line, "--build", build);
    add_word(&line, "--hypervisor", hypervisor);
    buffer_text(&line, secrets ? " --secrets" : "");
    return line.data;
}

void run_check(const struct check *check, uint64_t seed, const struct run_options *options,
               struct result_run *run)
{
    struct result_check *to = result_check_add(run, check->id, check->title);
    result_set(&to->group, "%s", check->group);
    result_set(&to->file, "%s", check->file);
    to->seed = seed;
    struct buffer name = {0};
    buffer_quoted(&name, options->replay_by_id ? check->id : check->file);
    const char *begin = options->replay ? options->replay : "coach check";
    if (options->replay_by_id)
        result_set(&to->replay, "%s %s --seed %" PRIu64, begin, name.data, seed);
    else
        result_set(&to->replay, "%s --seed %" PRIu64 " %s", begin, seed, name.data);
    buffer_free(&name);

    struct machine *machine = allocate(1, sizeof *machine);
    struct error error = {.status = COACH_FAULT};
    if (machine_run(machine, check, seed, 0, options, &error) != 0 ||
        two_runs(machine, &error) != 0) {
        not_graded(check, &error, to);
    } else {
        to->console = console_text(&machine->seen);
        to->virtual_ns = machine->facts.last_tick * TICK_NS;
        judge(&machine->facts, to);
        panic_explain(machine, to);
        timeline(&machine->facts, to);
        if (machine->audited)
            audit_draw(&machine->audit, &machine->report, to);
        to->leaves_visited = machine->leaves;
        if (options->rules)
            rules_keep(machine->seen.model, to);
        if (options->keep)
            keep(machine, check, seed, to);
    }
    machine_free(machine);
    free(machine);
}
