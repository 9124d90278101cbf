/*
 * Parser of a check's scenario: lines "title:", "vm NAME:", "machine:", "hypervisor:",
 * "deadline:", "until:", "seed:", "console:", "input:".
 */
#include <stdio.h>
#include <string.h>

#include "check/cursor.h"
#include "lib/quantity.h"

#define LEAST_MEMORY (64ull << 10)
#define MOST_MEMORY  (16ull << 30)

/* KEY=VALUE; moves to the value. NULL at the end of the line or after a failure. */
static const char *key(struct cursor *cursor)
{
    if (cursor->failed || cursor_at_end(cursor))
        return NULL;
    const char *name = cursor_identifier(cursor, false);
    if (!name) {
        cursor_expected(cursor, "KEY=VALUE");
        return NULL;
    }
    return cursor_need_symbol(cursor, "=") ? name : NULL;
}

static bool size_value(struct cursor *cursor, uint64_t *bytes)
{
    struct place place = cursor_place(cursor);
    const char *text = cursor_value(cursor);
    struct error error;
    if (!text)
        return false;
    if (size_parse(text, bytes, &error) != 0)
        return cursor_fail(cursor, place, "%s", error.text);
    if (*bytes < LEAST_MEMORY || *bytes > MOST_MEMORY || *bytes % 4096)
        return cursor_fail(cursor, place,
                           "found %s, expected 64K to 16G, in multiples of 4096 bytes", text);
    return true;
}

static bool unsigned_value(struct cursor *cursor, const char *what, uint64_t least, uint64_t most,
                           unsigned *value)
{
    uint64_t number = 0;
    if (!cursor_number(cursor, what, least, most, &number))
        return false;
    *value = (unsigned)number;
    return true;
}

static bool vm_key(struct cursor *cursor, struct scenario_vm *vm, const char *name, struct place at)
{
    if (strcmp(name, "image") == 0)
        return (vm->image = cursor_value(cursor)) != NULL;
    if (strcmp(name, "initrd") == 0)
        return (vm->initrd = cursor_value(cursor)) != NULL;
    if (strcmp(name, "args") == 0)
        return (vm->args = cursor_value(cursor)) != NULL;
    if (strcmp(name, "memory") == 0)
        return size_value(cursor, &vm->memory);
    if (strcmp(name, "vcpus") == 0)
        return unsigned_value(cursor, "vcpus", 1, BUNDLE_MAX_VCPUS, &vm->vcpus);
    if (strcmp(name, "weight") == 0)
        return unsigned_value(cursor, "weight", 1, 10000, &vm->weight);
    if (strcmp(name, "cap") == 0)
        return unsigned_value(cursor, "cap", 0, 100 * BUNDLE_MAX_VCPUS, &vm->cap);
    if (strcmp(name, "manual") == 0) {
        const char *value = cursor_value(cursor);
        vm->manual = value && strcmp(value, "yes") == 0;
        return value != NULL;
    }
    if (strcmp(name, "bss") == 0) {
        const char *value = cursor_value(cursor);
        vm->bss_filled = value && strcmp(value, "filled") == 0;
        return value != NULL;
    }
    return cursor_fail(cursor, at,
                       "found \"%s\", expected image, memory, vcpus, weight, cap, args, initrd, "
                       "manual or bss",
                       name);
}

static bool vm_line(struct cursor *cursor)
{
    struct scenario *scenario = &cursor->check->scenario;
    struct place place = cursor_place(cursor);
    if (scenario->vms == BUNDLE_MAX_VMS)
        return cursor_fail(cursor, place, "more than %d VMs", BUNDLE_MAX_VMS);
    cursor_skip_space(cursor);
    place = cursor_place(cursor);
    struct scenario_vm vm = {.memory = 16ull << 20, .vcpus = 1, .weight = 100, .place = place};
    vm.name = cursor_identifier(cursor, false);
    if (!vm.name || strlen(vm.name) >= BUNDLE_NAME_BYTES)
        return cursor_expected(cursor, "the VM's name, at most %d characters",
                               BUNDLE_NAME_BYTES - 1);
    for (unsigned i = 0; i < scenario->vms; i++)
        if (strcmp(scenario->vm[i].name, vm.name) == 0)
            return cursor_fail(cursor, place, "a VM %s is declared already, in line %u", vm.name,
                               scenario->vm[i].place.line);
    if (!cursor_need_symbol(cursor, ":"))
        return false;
    cursor_skip_space(cursor);
    struct place at = cursor_place(cursor);
    for (const char *name = key(cursor); name; name = key(cursor)) {
        if (!vm_key(cursor, &vm, name, at))
            return false;
        cursor_skip_space(cursor);
        at = cursor_place(cursor);
    }
    if (!vm.image)
        return cursor_fail(cursor, place, "VM %s has no image=FILE", vm.name);
    scenario->vm[scenario->vms++] = vm;
    return !cursor->failed;
}

static bool machine_line(struct cursor *cursor)
{
    struct scenario *scenario = &cursor->check->scenario;
    cursor_skip_space(cursor);
    struct place at = cursor_place(cursor);
    for (const char *name = key(cursor); name; name = key(cursor)) {
        if (strcmp(name, "memory") == 0)
            size_value(cursor, &scenario->machine_memory);
        else if (strcmp(name, "harts") == 0)
            unsigned_value(cursor, "harts", 1, 16, &scenario->harts);
        else if (strcmp(name, "cpu") == 0)
            scenario->cpu = cursor_value(cursor);
        else
            return cursor_fail(cursor, at, "found \"%s\", expected memory, harts or cpu", name);
        cursor_skip_space(cursor);
        at = cursor_place(cursor);
    }
    return !cursor->failed;
}

static bool ticks(struct cursor *cursor, uint64_t *value)
{
    struct expression *expression = parse_expression(cursor);
    if (!expression)
        return false;
    if (expression->kind != EXPRESSION_NUMBER || expression->unit != UNIT_TICKS)
        return cursor_fail(cursor, expression->place, "expected a time: 500ms, 20us, 2s");
    *value = expression->number;
    return true;
}

/* console: 20ms kill a */
static bool console_line(struct cursor *cursor)
{
    struct scenario_command *command = arena_take(cursor->arena, sizeof *command);
    if (!ticks(cursor, &command->at_ticks))
        return false;
    command->text = cursor_rest(cursor);
    if (!*command->text)
        return cursor_expected(cursor, "the text to type");
    struct scenario_command **tail = &cursor->check->scenario.commands;
    while (*tail)
        tail = &(*tail)->next;
    *tail = command;
    return true;
}

/* The byte that stands there: ^A is Ctrl-A, ^^ a caret, \xe9 any byte. Moves behind it; -1: none.
 */
static int typed_byte(const char **at)
{
    const char *c = *at;
    unsigned number;
    int used = 0;
    if (*c == '^' && c[1] >= '@' && c[1] <= '^') {
        *at += 2;
        return c[1] == '^' ? '^' : c[1] - '@';
    }
    if (*c != '\\' && *c != '^')
        return (uint8_t) * (*at)++;
    if (sscanf(c, "\\x%2x%n", &number, &used) != 1 || used != 4)
        return -1;
    *at += 4;
    return (int)number;
}

/* input: 20ms ^A1hello */
static bool input_line(struct cursor *cursor)
{
    struct scenario_input *input = arena_take(cursor->arena, sizeof *input);
    if (!ticks(cursor, &input->at_ticks))
        return false;
    struct place place = cursor_place(cursor);
    const char *text = cursor_rest(cursor);
    char *bytes = arena_take(cursor->arena, strlen(text) + 1);
    while (*text) {
        int byte = typed_byte(&text);
        if (byte < 0)
            return cursor_fail(cursor, place,
                               "found \"%.4s\", expected a character, ^A to ^_, or \\xNN", text);
        bytes[input->count++] = (char)byte;
    }
    input->byte = bytes;
    if (!input->count)
        return cursor_expected(cursor, "the bytes to type");
    struct scenario_input **tail = &cursor->check->scenario.inputs;
    while (*tail)
        tail = &(*tail)->next;
    *tail = input;
    return true;
}

static bool seed_line(struct cursor *cursor)
{
    struct scenario *scenario = &cursor->check->scenario;
    if (!cursor_number(cursor, "the seed", 0, UINT64_MAX, &scenario->seed_first))
        return false;
    scenario->seed_last = scenario->seed_first;
    if (!cursor_symbol(cursor, ".."))
        return true;
    return cursor_number(cursor, "the last seed", scenario->seed_first, scenario->seed_first + 999,
                         &scenario->seed_last);
}

static bool until_line(struct cursor *cursor)
{
    struct scenario *scenario = &cursor->check->scenario;
    if (cursor_word(cursor, "finished"))
        scenario->until = UNTIL_FINISHED;
    else if (cursor_word(cursor, "deadline"))
        scenario->until = UNTIL_DEADLINE;
    else if (cursor_word(cursor, "traps"))
        scenario->until = UNTIL_TRAPS;
    else if (cursor_word(cursor, "panic"))
        scenario->until = UNTIL_PANIC;
    else
        return cursor_expected(cursor, "finished, deadline, traps or panic");
    return true;
}

bool parse_scenario_line(struct cursor *cursor, const char *keyword, bool *known)
{
    struct scenario *scenario = &cursor->check->scenario;
    *known = true;
    if (strcmp(keyword, "vm") == 0)
        return vm_line(cursor);
    if (!cursor_symbol(cursor, ":")) {
        *known = false;
        return true;
    }
    if (strcmp(keyword, "title") == 0)
        return *(cursor->check->title = cursor_rest(cursor)) ||
               cursor_expected(cursor, "the check's title");
    if (strcmp(keyword, "machine") == 0)
        return machine_line(cursor);
    if (strcmp(keyword, "hypervisor") == 0)
        return (scenario->hypervisor = cursor_rest(cursor)) != NULL;
    if (strcmp(keyword, "deadline") == 0)
        return ticks(cursor, &scenario->deadline);
    if (strcmp(keyword, "until") == 0)
        return until_line(cursor);
    if (strcmp(keyword, "seed") == 0)
        return seed_line(cursor);
    if (strcmp(keyword, "console") == 0)
        return console_line(cursor);
    if (strcmp(keyword, "input") == 0)
        return input_line(cursor);
    *known = false;
    return true;
}
