/* Keeps a batch's plan in OUT/batch.json, and tells what of it is done. */
#include "batch/plan.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buffer.h"
#include "lib/file.h"

#define SCHEMA "stagecoach/batch/v1"

static char *plan_path(const struct plan *plan, const char *name)
{
    return format_string("%s/%s", plan->out, name);
}

/* File names may be any bytes, and JSON holds UTF-8: what is not is kept in hexadecimal. */
static json_t *bytes_json(const char *bytes)
{
    json_t *text = json_string(bytes);
    if (text != NULL) {
        return text;
    }
    struct buffer hex = {0};
    for (const char *at = bytes; *at != '\0'; at++) {
        buffer_printf(&hex, "%02x", (unsigned char)*at);
    }
    text = json_pack("{s:s}", "hex", buffer_string(&hex));
    buffer_free(&hex);
    return text;
}

static char *bytes_from_json(const json_t *value)
{
    const char *hex = json_string_value(json_object_get(value, "hex"));
    if (hex == NULL) {
        const char *text = json_string_value(value);
        return copy_string(text != NULL ? text : "");
    }
    size_t length = strlen(hex) / 2;
    char *bytes = allocate(length + 1, 1);
    for (size_t i = 0; i < length; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        bytes[i] = (char)byte;
    }
    return bytes;
}

int plan_write(const struct plan *plan, struct error *error)
{
    json_t *entries = json_array();
    for (size_t i = 0; i < plan->count; i++) {
        json_array_append_new(entries,
                              json_pack("{s:o, s:o}", "name", bytes_json(plan->entries[i].name),
                                        "path", bytes_json(plan->entries[i].path)));
    }
    json_t *root =
        json_pack("{s:s, s:s, s:o, s:o, s:b, s:b, s:o, s:o}", "schema", SCHEMA, "lab", plan->lab,
                  "course", bytes_json(plan->course), "hidden", bytes_json(plan->hidden),
                  "allow_weak", plan->allow_weak, "seeded", plan->seeded, "seed",
                  json_sprintf("%llu", (long long)plan->seed), "submissions", entries);
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    char *path = plan_path(plan, "batch.json");
    struct stat there;
    int status =
        lstat(path, &there) == 0 && !S_ISREG(there.st_mode)
            ? error_set(error, "%s: is no regular file; remove it, or name another OUT", path)
            : file_write(path, text, strlen(text), error);
    free(path);
    free(text);
    json_decref(root);
    return status;
}

static void take_plan(struct plan *plan, const json_t *root)
{
    plan->lab = bytes_from_json(json_object_get(root, "lab"));
    plan->course = bytes_from_json(json_object_get(root, "course"));
    plan->hidden = bytes_from_json(json_object_get(root, "hidden"));
    plan->allow_weak = json_is_true(json_object_get(root, "allow_weak"));
    plan->seeded = json_is_true(json_object_get(root, "seeded"));
    const char *seed = json_string_value(json_object_get(root, "seed"));
    plan->seed = seed != NULL ? strtoull(seed, NULL, 10) : 0;
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(root, "submissions"), index, entry)
    {
        plan->entries = reallocate(plan->entries, (plan->count + 1) * sizeof(*plan->entries));
        plan->entries[plan->count++] =
            (struct plan_entry){bytes_from_json(json_object_get(entry, "name")),
                                bytes_from_json(json_object_get(entry, "path"))};
    }
}

int plan_read(struct plan *plan, const char *out, struct error *error)
{
    *plan = (struct plan){0};
    plan->out = realpath(out, NULL);
    if (plan->out == NULL) {
        return error_set(error, "%s: %s", out, strerror(errno));
    }
    char *path = plan_path(plan, "batch.json");
    json_error_t fault;
    struct buffer text = {0};
    int status = file_read(path, &text, error);
    if (status != 0) {
        free(path);
        plan_free(plan);
        return -1;
    }
    json_t *root = json_loadb(buffer_string(&text), text.length, 0, &fault);
    buffer_free(&text);
    const char *schema = json_string_value(json_object_get(root, "schema"));
    if (root == NULL) {
        status = error_set(error, "%s:%d:%d: %s", path, fault.line, fault.column, fault.text);
    } else if (schema == NULL || strcmp(schema, SCHEMA) != 0) {
        status = error_set(error, "%s: schema is '%s', expected " SCHEMA, path,
                           schema != NULL ? schema : "missing");
    } else {
        take_plan(plan, root);
    }
    json_decref(root);
    free(path);
    if (status != 0) {
        plan_free(plan);
    }
    return status;
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->entries[i].name);
        free(plan->entries[i].path);
    }
    free(plan->entries);
    free(plan->out);
    free(plan->lab);
    free(plan->course);
    free(plan->hidden);
    free(plan->key);
    *plan = (struct plan){0};
}
