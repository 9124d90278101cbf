/* Reads a check file, line by line; the parts of a line are read by cursor.h's grammar. */
#include "check/parse.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "check/cursor.h"
#include "lib/file.h"
#include "result/result.h"

#define LARGEST_FILE     (1u << 20)
#define DEFAULT_DEADLINE 20000000 /* 2 s */
#define MOST_POINTS      1000

/* item NAME (2 points): The title */
static bool item_line(struct cursor *cursor, struct item **current)
{
    struct item *item = arena_take(cursor->arena, sizeof *item);
    cursor_skip_space(cursor);
    item->place = cursor_place(cursor);
    item->id = cursor_identifier(cursor, true);
    if (!item->id)
        return cursor_expected(cursor, "the item's name");
    struct item **tail = &cursor->check->items;
    for (; *tail; tail = &(*tail)->next)
        if (strcmp((*tail)->id, item->id) == 0)
            return cursor_fail(cursor, item->place, "an item %s stands already in line %u",
                               item->id, (*tail)->place.line);
    cursor_skip_space(cursor);
    if (cursor_symbol(cursor, "(")) {
        uint64_t points = 0;
        cursor_number(cursor, "the points", 0, MOST_POINTS, &points);
        if (!cursor_word(cursor, "points") && !cursor_need_word(cursor, "point"))
            return false;
        if (!cursor_need_symbol(cursor, ")"))
            return false;
        item->points = (unsigned)points;
        cursor->check->points += item->points;
    }
    if (!cursor_need_symbol(cursor, ":"))
        return false;
    item->title = cursor_rest(cursor);
    if (!*item->title)
        return cursor_expected(cursor, "the item's title");
    cursor->variables = 0;
    *tail = *current = item;
    return true;
}

/* CHECK…: PATTERN; the cursor stands behind "CHECK". */
static bool directive_line(struct cursor *cursor, struct item *item, const char *text)
{
    struct directive *directive = arena_take(cursor->arena, sizeof *directive);
    directive->place = cursor_place(cursor);
    directive->text = text;
    directive->count = 1;
    uint64_t count = 1;
    if (cursor_symbol(cursor, "-NEXT")) {
        directive->kind = DIRECTIVE_NEXT;
    } else if (cursor_symbol(cursor, "-DAG")) {
        directive->kind = DIRECTIVE_DAG;
    } else if (cursor_symbol(cursor, "-NOT")) {
        directive->kind = DIRECTIVE_NOT;
    } else if (cursor_symbol(cursor, "-COUNT-")) {
        if (!cursor_number(cursor, "the count", 1, 1000000, &count))
            return false;
        directive->count = (unsigned)count;
    }
    if (!cursor_symbol(cursor, ":"))
        return cursor_expected(cursor, "CHECK:, CHECK-NEXT:, CHECK-DAG:, CHECK-NOT: or "
                                       "CHECK-COUNT-n:");
    if (directive->kind == DIRECTIVE_NEXT && !item->directives)
        return cursor_fail(cursor, directive->place,
                           "CHECK-NEXT follows another CHECK: there is "
                           "none above it in this item");
    unsigned bound = cursor->variables;
    directive->pattern = parse_pattern(cursor);
    if (!directive->pattern)
        return false;
    if (directive->kind == DIRECTIVE_NOT && cursor->variables > bound)
        return cursor_fail(cursor, directive->place,
                           "CHECK-NOT cannot bind a name: what must "
                           "not be there has no value");
    if (!cursor_at_end(cursor))
        return cursor_expected(cursor, "FIELD=VALUE or the end of the line");
    struct directive **tail = &item->directives;
    while (*tail)
        tail = &(*tail)->next;
    *tail = directive;
    item->evidence |= directive->kind == DIRECTIVE_NOT ? 0 : pattern_evidence(directive->pattern);
    return true;
}

static bool holds_line(struct cursor *cursor, struct item *item)
{
    struct property *property = parse_property(cursor);
    if (!property)
        return false;
    if (!cursor_at_end(cursor))
        return cursor_expected(cursor, "the end of the property");
    struct property **tail = &item->properties;
    while (*tail)
        tail = &(*tail)->next;
    *tail = property;
    item->evidence |= property_evidence(property);
    return true;
}

/* STREAM: per vm | per vcpu | per hart | PATTERN */
static bool stream_line(struct cursor *cursor, struct item *item)
{
    if (cursor_word(cursor, "per")) {
        if (cursor_word(cursor, "vm"))
            item->stream.split = SPLIT_VM;
        else if (cursor_word(cursor, "vcpu"))
            item->stream.split = SPLIT_VCPU;
        else if (cursor_word(cursor, "hart"))
            item->stream.split = SPLIT_HART;
        else
            return cursor_expected(cursor, "vm, vcpu or hart");
        if (cursor_at_end(cursor))
            return true;
    }
    item->stream.filter = parse_pattern(cursor);
    return item->stream.filter && (cursor_at_end(cursor) || cursor_expected(cursor, "the end"));
}

/* HINT: belongs to what stands above it: an expectation, else the item. */
static bool hint_line(struct cursor *cursor, struct item *item)
{
    const char *hint = cursor_rest(cursor);
    struct directive *directive = item->directives;
    while (directive && directive->next)
        directive = directive->next;
    struct property *property = item->properties;
    while (property && property->next)
        property = property->next;
    unsigned above_directive = directive ? directive->place.line : 0;
    unsigned above_property = property ? property->place.line : 0;
    if (above_directive > above_property)
        directive->hint = hint;
    else if (property)
        property->hint = hint;
    else
        item->hint = hint;
    return true;
}

static bool item_part(struct cursor *cursor, struct item *item, const char *from)
{
    struct place place = cursor_place(cursor);
    bool check = cursor_symbol(cursor, "CHECK");
    bool holds = !check && cursor_symbol(cursor, "HOLDS:");
    bool stream = !check && !holds && cursor_symbol(cursor, "STREAM:");
    bool hint = !check && !holds && !stream && cursor_symbol(cursor, "HINT:");
    bool diagnosis = !check && !holds && !stream && !hint && cursor_symbol(cursor, "DIAGNOSIS:");
    if (!check && !holds && !stream && !hint && !diagnosis)
        return cursor_expected(cursor, "title:, vm, machine:, hypervisor:, deadline:, until:, "
                                       "seed:, console:, item, CHECK:, HOLDS:, STREAM:, HINT: or "
                                       "DIAGNOSIS:");
    if (!item)
        return cursor_fail(cursor, place,
                           "this stands before the first item; expected a line "
                           "\"item NAME (N points): TITLE\" above it");
    if (check)
        return directive_line(cursor, item,
                              arena_text(cursor->arena, from, (size_t)(cursor->end - from)));
    if (diagnosis)
        return (item->diagnosis = cursor_rest(cursor)) != NULL;
    return holds    ? holds_line(cursor, item)
           : stream ? stream_line(cursor, item)
                    : hint_line(cursor, item);
}

static bool line(struct cursor *cursor, struct item **item)
{
    if (cursor_at_end(cursor) || *cursor->at == '#')
        return true;
    const char *from = cursor->at;
    const char *keyword = cursor_identifier(cursor, false);
    if (keyword && strcmp(keyword, "item") == 0)
        return item_line(cursor, item);
    bool known = false;
    if (keyword && !parse_scenario_line(cursor, keyword, &known))
        return false;
    if (!known) {
        cursor->at = from;
        return item_part(cursor, *item, from);
    }
    if (*item)
        return cursor_fail(cursor, cursor_place(cursor),
                           "\"%s:\" belongs to the scenario, which stands above all items",
                           keyword);
    return cursor_at_end(cursor) || cursor_expected(cursor, "the end of the line");
}

/* What must be so once all lines are read; rule 2 of grading among it. */
static bool complete(struct cursor *cursor)
{
    struct check *check = cursor->check;
    struct place end = {cursor->line ? cursor->line : 1, 1};
    if (!check->title)
        return cursor_fail(cursor, end, "the check has no line \"title: …\"");
    if (!check->scenario.vms)
        return cursor_fail(cursor, end, "the scenario has no line \"vm NAME: image=FILE …\"");
    if (!check->items)
        return cursor_fail(cursor, end, "the check has no item");
    for (struct item *item = check->items; item; item = item->next) {
        if (!item->directives && !item->properties)
            return cursor_fail(cursor, item->place,
                               "item %s expects nothing: add a line CHECK: "
                               "or HOLDS:",
                               item->id);
        if (item->points && !(item->evidence & EVIDENCE_SEEN))
            return cursor_fail(cursor, item->place,
                               "item %s gives %u points on what the hypervisor tells alone: add "
                               "a seen fact, such as \"HOLDS: told equals seen\"",
                               item->id, item->points);
    }
    return true;
}

/* "dir/traps/ecall.check" → id "traps/ecall", group "traps". */
static void name_check(struct check *check, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *stem = slash ? slash + 1 : file;
    const char *dot = strrchr(stem, '.');
    size_t stem_length = dot && dot > stem ? (size_t)(dot - stem) : strlen(stem);
    const char *folder = slash;
    while (folder && folder > file && folder[-1] != '/')
        folder--;
    size_t folder_length = slash ? (size_t)(slash - folder) : 0;
    check->file = arena_text(check->arena, file, strlen(file));
    check->group = arena_text(check->arena, folder ? folder : "", folder_length);
    check->id = folder_length ? arena_text(check->arena, folder, folder_length + 1 + stem_length)
                              : arena_text(check->arena, stem, stem_length);
}

struct check *check_parse(const char *file, const char *text, size_t bytes, struct error *error)
{
    struct arena *arena = arena_new();
    struct check *check = arena_take(arena, sizeof *check);
    check->arena = arena;
    check->scenario.machine_memory = 256ull << 20;
    check->scenario.harts = 1;
    check->scenario.cpu = "rv64";
    check->scenario.deadline = DEFAULT_DEADLINE;
    check->scenario.trace = true;
    check->scenario.seed_first = check->scenario.seed_last = 1;
    name_check(check, file);

    struct cursor cursor = {.file = file, .error = error, .arena = arena, .check = check};
    struct item *item = NULL;
    const char *end = text + bytes;
    for (const char *at = text; at < end && !cursor.failed;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        cursor.line_begin = cursor.at = at;
        cursor.end = newline ? newline : end;
        cursor.line++;
        cursor.depth = 0;
        if (memchr(at, '\0', (size_t)(cursor.end - at)))
            cursor_fail(&cursor, cursor_place(&cursor), "found a NUL byte, expected text");
        else
            line(&cursor, &item);
        at = newline ? newline + 1 : end;
    }
    if (!cursor.failed && complete(&cursor))
        return check;
    check_free(check);
    return NULL;
}

struct check *check_load(const char *file, struct error *error)
{
    struct buffer text = {0};
    if (file_read_bounded(file, LARGEST_FILE, &text, error) != 0) {
        buffer_free(&text);
        return NULL;
    }
    size_t mark = text.length >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* BOM */
    struct check *check = check_parse(file, buffer_string(&text) + mark, text.length - mark, error);
    buffer_free(&text);
    return check;
}

void check_free(struct check *check)
{
    if (check)
        arena_free(check->arena);
}
