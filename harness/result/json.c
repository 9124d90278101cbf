/*
 * The result as JSON and back; docs/results.md documents the schema. Numbers that may exceed
 * 2^53 (seeds, addresses) are written as "0x…" strings, since many readers hold doubles.
 */
#include "result/write.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "stagecoach/result/v1"

/*
 * jansson takes UTF-8 only; what a guest printed may be anything. Each byte that is not part of
 * a valid sequence becomes U+FFFD.
 */
static json_t *text(const char *string)
{
    if (!string)
        return json_null();
    json_t *value = json_string(string);
    if (value)
        return value;
    char *clean = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&clean, &bytes);
    for (const unsigned char *at = (const unsigned char *)string; *at;) {
        size_t length = *at < 0x80 ? 1 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
        if (strnlen((const char *)at, length) < length)
            length = 1;
        json_t *probe = json_stringn((const char *)at, length);
        if (probe)
            fwrite(at, 1, length, stream);
        else
            fputs("\xef\xbf\xbd", stream);
        at += probe ? length : 1;
        json_decref(probe);
    }
    fclose(stream);
    value = json_string(clean);
    free(clean);
    return value;
}

static json_t *hexadecimal(uint64_t number)
{
    return json_sprintf("0x%" PRIx64, number);
}

static json_t *item_json(const struct result_item *item)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < item->line_count; i++)
        json_array_append_new(lines, json_pack("{s:s, s:o}", "kind",
                                               result_line_kind_name(item->lines[i].kind), "text",
                                               text(item->lines[i].text)));
    json_t *evidence = json_array();
    if (item->evidence & EVIDENCE_TOLD)
        json_array_append_new(evidence, json_string("told"));
    if (item->evidence & EVIDENCE_SEEN)
        json_array_append_new(evidence, json_string("seen"));
    return json_pack("{s:o, s:o, s:o, s:s, s:b, s:i, s:i, s:o, s:o, s:o, s:o}", "id",
                     text(item->id), "title", text(item->title), "at", text(item->at), "verdict",
                     verdict_name(item->verdict), "graded", !verdict_ungraded(item->verdict), "got",
                     (int)item->got, "of", (int)item->of, "evidence", evidence, "diagnosis",
                     text(item->diagnosis), "hint", text(item->hint), "lines", lines);
}

static json_t *check_json(const struct result_check *check)
{
    json_t *items = json_array(), *spans = json_array(), *regions = json_array();
    for (size_t i = 0; i < check->item_count; i++)
        json_array_append_new(items, item_json(&check->items[i]));
    for (size_t i = 0; i < check->span_count; i++) {
        const struct result_span *span = &check->spans[i];
        json_array_append_new(spans,
                              json_pack("{s:o, s:o, s:s#, s:I, s:I}", "lane", text(span->lane),
                                        "label", text(span->label), "kind", &span->kind, 1, "begin",
                                        (json_int_t)span->begin, "end", (json_int_t)span->end));
    }
    for (size_t i = 0; i < check->region_count; i++) {
        const struct result_region *region = &check->regions[i];
        json_array_append_new(regions,
                              json_pack("{s:o, s:o, s:o, s:b}", "start", hexadecimal(region->start),
                                        "bytes", hexadecimal(region->bytes), "owner",
                                        text(region->owner), "fault", region->fault));
    }
    struct result_score score = result_check_score(check);
    json_t *object = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:i, s:i, s:i, s:o, s:o, s:o, s:I, s:o}", "id",
        text(check->id), "title", text(check->title), "group", text(check->group), "file",
        text(check->file), "seed", hexadecimal(check->seed), "replay", text(check->replay),
        "virtual_ns", (json_int_t)check->virtual_ns, "verdict",
        verdict_name(result_check_verdict(check)), "got", (int)score.got, "of", (int)score.of,
        "ungraded", (int)score.ungraded, "items", items, "timeline", spans, "memory_map", regions,
        "leaves_visited", (json_int_t)check->leaves_visited, "console", text(check->console));
    if (check->rules)
        json_object_set_new(object, "rules", text(check->rules));
    return object;
}

int result_write_json(const struct result_run *run, FILE *out)
{
    json_t *checks = json_array(), *notes = json_array();
    for (size_t i = 0; i < run->check_count; i++)
        json_array_append_new(checks, check_json(&run->checks[i]));
    for (size_t i = 0; i < run->note_count; i++)
        json_array_append_new(notes, text(run->notes[i]));
    struct result_score score = result_run_score(run);
    json_t *root = json_pack("{s:s, s:o, s:o, s:o, s:i, s:i, s:i, s:o, s:o}", "schema", SCHEMA,
                             "title", text(run->title), "tier", text(run->tier), "generator",
                             text(run->generator), "got", (int)score.got, "of", (int)score.of,
                             "ungraded", (int)score.ungraded, "notes", notes, "checks", checks);
    if (!root) {
        errno = ENOMEM;
        return -1;
    }
    int failed = json_dumpf(root, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    json_decref(root);
    if (failed || fputc('\n', out) == EOF)
        return -1;
    return 0;
}

/* Where reading went wrong: the first complaint is kept. */
struct reader {
    char *error;
    size_t error_bytes;
    bool failed;
};

static void complain(struct reader *reader, const char *where, const char *wanted)
{
    if (!reader->failed)
        snprintf(reader->error, reader->error_bytes, "result JSON: %s: expected %s", where, wanted);
    reader->failed = true;
}

static const char *string_of(struct reader *reader, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_null(value))
        return NULL;
    if (!json_is_string(value)) {
        complain(reader, key, "a string");
        return NULL;
    }
    return json_string_value(value);
}

static void optional(struct reader *reader, char **field, const json_t *object, const char *key)
{
    const char *value = string_of(reader, object, key);
    if (value)
        result_set(field, "%s", value);
}

static uint64_t number_of(struct reader *reader, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_integer(value) && json_integer_value(value) >= 0)
        return (uint64_t)json_integer_value(value);
    if (json_is_string(value) && strncmp(json_string_value(value), "0x", 2) == 0)
        return strtoull(json_string_value(value), NULL, 16);
    complain(reader, key, "a number that is not negative");
    return 0;
}

static const json_t *array_of(struct reader *reader, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_array(value))
        complain(reader, key, "an array");
    return value;
}

static enum result_line_kind line_kind(struct reader *reader, const char *name)
{
    for (int kind = 0; name && kind < LINE_KIND_COUNT; kind++)
        if (strcmp(name, result_line_kind_name(kind)) == 0)
            return kind;
    complain(reader, "kind", "expected, actual, nearest, context, source or note");
    return LINE_NOTE;
}

static void read_item(struct reader *reader, const json_t *from, struct result_check *check)
{
    struct result_item *item =
        result_item_add(check, string_of(reader, from, "id"), string_of(reader, from, "title"),
                        (unsigned)number_of(reader, from, "of"));
    const char *verdict = string_of(reader, from, "verdict");
    item->verdict = verdict ? verdict_parse(verdict) : VERDICT_COUNT;
    if (item->verdict == VERDICT_COUNT) {
        complain(reader, "verdict", "the name of a verdict");
        item->verdict = VERDICT_HARNESS_FAULT;
    }
    item->got = (unsigned)number_of(reader, from, "got");
    if (item->got > item->of)
        complain(reader, "got", "no more points than \"of\"");
    optional(reader, &item->at, from, "at");
    optional(reader, &item->diagnosis, from, "diagnosis");
    optional(reader, &item->hint, from, "hint");
    size_t index;
    const json_t *value;
    json_array_foreach(array_of(reader, from, "evidence"), index, value)
    {
        bool told = json_is_string(value) && strcmp(json_string_value(value), "told") == 0;
        item->evidence |= told ? EVIDENCE_TOLD : EVIDENCE_SEEN;
    }
    json_array_foreach(array_of(reader, from, "lines"), index, value)
    {
        const char *one = string_of(reader, value, "text");
        result_line(item, line_kind(reader, string_of(reader, value, "kind")), "%s\n",
                    one ? one : "");
    }
}

static void read_check(struct reader *reader, const json_t *from, struct result_run *run)
{
    struct result_check *check =
        result_check_add(run, string_of(reader, from, "id"), string_of(reader, from, "title"));
    optional(reader, &check->group, from, "group");
    optional(reader, &check->file, from, "file");
    optional(reader, &check->replay, from, "replay");
    optional(reader, &check->console, from, "console");
    if (json_object_get(from, "rules"))
        optional(reader, &check->rules, from, "rules");
    check->seed = number_of(reader, from, "seed");
    check->virtual_ns = number_of(reader, from, "virtual_ns");
    check->leaves_visited = number_of(reader, from, "leaves_visited");
    size_t index;
    const json_t *value;
    json_array_foreach(array_of(reader, from, "items"), index, value)
        read_item(reader, value, check);
    json_array_foreach(array_of(reader, from, "timeline"), index, value)
    {
        const char *kind = string_of(reader, value, "kind");
        result_span_add(check, string_of(reader, value, "lane"), string_of(reader, value, "label"),
                        kind ? *kind : '?', number_of(reader, value, "begin"),
                        number_of(reader, value, "end"));
    }
    json_array_foreach(array_of(reader, from, "memory_map"), index, value) result_region_add(
        check, number_of(reader, value, "start"), number_of(reader, value, "bytes"),
        string_of(reader, value, "owner"), json_is_true(json_object_get(value, "fault")));
}

struct result_run *result_read_json(const char *document, size_t bytes, char *error,
                                    size_t error_bytes)
{
    json_error_t fault;
    json_t *root = json_loadb(document, bytes, 0, &fault);
    if (!root) {
        snprintf(error, error_bytes, "result JSON: line %d, column %d: %s", fault.line,
                 fault.column, fault.text);
        return NULL;
    }
    struct reader reader = {error, error_bytes, false};
    const char *schema = string_of(&reader, root, "schema");
    if (!schema || strcmp(schema, SCHEMA) != 0)
        complain(&reader, "schema", SCHEMA);
    struct result_run *run = result_run_new(string_of(&reader, root, "title"));
    optional(&reader, &run->tier, root, "tier");
    optional(&reader, &run->generator, root, "generator");
    size_t index;
    const json_t *value;
    json_array_foreach(array_of(&reader, root, "checks"), index, value)
        read_check(&reader, value, run);
    json_array_foreach(array_of(&reader, root, "notes"), index, value) if (json_is_string(value))
        result_run_note(run, "%s", json_string_value(value));
    json_decref(root);
    if (!reader.failed)
        return run;
    result_run_free(run);
    return NULL;
}
