/* Reads lab.yaml through libcyaml, whose complaints become one line with a place. */
#include "stage/lab.h"

#include <cyaml/cyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"
#include "lib/file.h"

#define TEXT_MOST 400
#define LIST_MOST 400

static const cyaml_schema_value_t string_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, TEXT_MOST),
};

static const cyaml_schema_field_t blank_fields[] = {
    CYAML_FIELD_STRING_PTR("function", CYAML_FLAG_POINTER, struct lab_blank, function, 1,
                           TEXT_MOST),
    CYAML_FIELD_STRING_PTR("file", CYAML_FLAG_POINTER, struct lab_blank, file, 1, TEXT_MOST),
    CYAML_FIELD_UINT("step", CYAML_FLAG_DEFAULT, struct lab_blank, step),
    CYAML_FIELD_STRING_PTR("about", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct lab_blank,
                           about, 1, TEXT_MOST),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t blank_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_blank, blank_fields),
};

static const cyaml_schema_field_t scaffold_fields[] = {
    CYAML_FIELD_STRING_PTR("file", CYAML_FLAG_POINTER, struct lab_scaffold, file, 1, TEXT_MOST),
    CYAML_FIELD_UINT("until", CYAML_FLAG_DEFAULT, struct lab_scaffold, until),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t scaffold_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_scaffold, scaffold_fields),
};

static const cyaml_schema_field_t lab_fields[] = {
    CYAML_FIELD_UINT("number", CYAML_FLAG_DEFAULT, struct lab, number),
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct lab, name, 1, TEXT_MOST),
    CYAML_FIELD_STRING_PTR("title", CYAML_FLAG_POINTER, struct lab, title, 1, TEXT_MOST),
    CYAML_FIELD_UINT("hours", CYAML_FLAG_DEFAULT, struct lab, hours),
    CYAML_FIELD_SEQUENCE("files", CYAML_FLAG_POINTER, struct lab, files, &string_schema, 1,
                         LIST_MOST),
    CYAML_FIELD_SEQUENCE("allow", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct lab, allow,
                         &string_schema, 0, LIST_MOST),
    CYAML_FIELD_SEQUENCE("blanks", CYAML_FLAG_POINTER, struct lab, blanks, &blank_schema, 0,
                         LIST_MOST),
    CYAML_FIELD_SEQUENCE("boot", CYAML_FLAG_POINTER, struct lab, boot, &string_schema, 1, 16),
    CYAML_FIELD_STRING_PTR("append", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct lab, append,
                           1, TEXT_MOST),
    CYAML_FIELD_STRING_PTR("cpu", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct lab, cpu, 1,
                           TEXT_MOST),
    CYAML_FIELD_SEQUENCE("scaffold", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct lab, scaffold,
                         &scaffold_schema, 0, LIST_MOST),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t lab_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct lab, lab_fields),
};

/* The first complaint and the first place that the library names; it is told piece by piece. */
struct complaint {
    char reason[256];
    unsigned line, column;
};

static void take_complaint(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    struct complaint *complaint = context;
    char text[256];
    (void)level;
    vsnprintf(text, sizeof(text), format, arguments);
    text[strcspn(text, "\n")] = '\0';
    char *reason = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
    const char *place = strstr(reason, "(line: ");
    if (place != NULL && complaint->line == 0) {
        sscanf(place, "(line: %u, column: %u)", &complaint->line, &complaint->column);
    }
    if (complaint->reason[0] == '\0' && place == NULL && strcmp(reason, "Backtrace:") != 0) {
        snprintf(complaint->reason, sizeof(complaint->reason), "%s", reason);
    }
}

/*
 * The library names the place before an unexpected key; this finds the key itself: its first
 * stand as a key at or after that line.
 */
static void find_key(struct complaint *complaint, const char *text)
{
    static const char prefix[] = "Unexpected key: ";
    if (strncmp(complaint->reason, prefix, sizeof(prefix) - 1) != 0) {
        return;
    }
    const char *key = complaint->reason + sizeof(prefix) - 1;
    size_t length = strlen(key);
    const char *line = text;
    for (unsigned number = 1; line != NULL; number++) {
        const char *word = line + strspn(line, " -{");
        const char *end = strchr(line, '\n');
        if (number >= complaint->line && strncmp(word, key, length) == 0 && word[length] == ':') {
            complaint->line = number;
            complaint->column = (unsigned)(word - line) + 1;
            return;
        }
        line = end != NULL ? end + 1 : NULL;
    }
}

static cyaml_config_t reader_config(struct complaint *complaint)
{
    return (cyaml_config_t){
        .log_fn = take_complaint,
        .log_ctx = complaint,
        .log_level = CYAML_LOG_WARNING,
        .mem_fn = cyaml_mem,
        .flags = CYAML_CFG_NO_ALIAS,
    };
}

/* A path inside the tree: relative, no "..", no empty part, no control characters. */
static bool path_is_plain(const char *path)
{
    if (path[0] == '/' || path[0] == '\0' || path[strlen(path) - 1] == '/') {
        return false;
    }
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += part[0] == '/';
        size_t length = strcspn(part, "/");
        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && part[0] == '.' && part[1] == '.')) {
            return false;
        }
    }
    for (const char *at = path; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == '\\') {
            return false;
        }
    }
    return true;
}

static int check_blank(const struct lab_blank *blank, struct error *error)
{
    if (!path_is_plain(blank->file)) {
        return error_set(error, "file '%s' is no path inside the tree", blank->file);
    }
    if (blank->step == 0 || blank->step > 99) {
        return error_set(error, "step of %s is %u, expected 1 to 99", blank->function, blank->step);
    }
    if (strpbrk(blank->function, "\"\\ ") != NULL ||
        (blank->about != NULL && strpbrk(blank->about, "\"\\\n") != NULL)) {
        return error_set(error, "blank '%s': quotes and backslashes cannot stand here",
                         blank->function);
    }
    return 0;
}

static int check_paths(char **paths, unsigned count, const char *what, struct error *error)
{
    for (unsigned i = 0; i < count; i++) {
        if (!path_is_plain(paths[i])) {
            return error_set(error, "%s '%s' is no path inside the tree", what, paths[i]);
        }
    }
    return 0;
}

static int check_scaffold(const struct lab *lab, struct error *error)
{
    for (unsigned i = 0; i < lab->scaffold_count; i++) {
        const struct lab_scaffold *scaffold = &lab->scaffold[i];
        if (!path_is_plain(scaffold->file)) {
            return error_set(error, "scaffold '%s' is no path inside the tree", scaffold->file);
        }
        if (scaffold->until <= lab->number) {
            return error_set(error, "scaffold %s stands until lab %u, expected a later one than %u",
                             scaffold->file, scaffold->until, lab->number);
        }
    }
    return 0;
}

/* Refuses what the schema cannot say. -1 with *error. */
static int check_lab(const struct lab *lab, const char *folder, struct error *error)
{
    char expected[64];
    const char *slash = strrchr(folder, '/');
    const char *last = slash != NULL ? slash + 1 : folder;
    snprintf(expected, sizeof(expected), "%02u-%s", lab->number, lab->name);
    if (strcmp(expected, last) != 0) {
        return error_set(error, "number and name say %s, the folder is %s", expected, last);
    }
    if (check_paths(lab->files, lab->files_count, "file", error) != 0 ||
        check_paths(lab->allow, lab->allow_count, "allow", error) != 0) {
        return -1;
    }
    for (unsigned i = 0; i < lab->blanks_count; i++) {
        if (check_blank(&lab->blanks[i], error) != 0) {
            return -1;
        }
    }
    return check_scaffold(lab, error);
}

struct lab *lab_read(const char *root, const char *folder, struct error *error)
{
    struct buffer text = {0};
    char *path = format_string("%s/%s/lab.yaml", root, folder);
    int status = file_read_bounded(path, 1 << 20, &text, error);
    free(path);
    if (status != 0) {
        return NULL;
    }
    struct complaint complaint = {0};
    cyaml_config_t config = reader_config(&complaint);
    struct lab *lab = NULL;
    cyaml_err_t result = cyaml_load_data((const uint8_t *)buffer_string(&text), text.length,
                                         &config, &lab_schema, (void **)&lab, NULL);
    find_key(&complaint, buffer_string(&text));
    buffer_free(&text);
    if (result != CYAML_OK) {
        error_set(error, "%s/lab.yaml:%u:%u: %s", folder, complaint.line, complaint.column,
                  complaint.reason[0] != '\0' ? complaint.reason : cyaml_strerror(result));
        return NULL;
    }
    if (lab == NULL) {
        error_set(error, "%s/lab.yaml:1:1: is empty, expected number, name, title …", folder);
        return NULL;
    }
    lab->folder = copy_string(folder);
    if (check_lab(lab, folder, error) != 0) {
        error_prefix(error, "%s/lab.yaml", folder);
        lab_free(lab);
        return NULL;
    }
    return lab;
}

void lab_free(struct lab *lab)
{
    if (lab == NULL) {
        return;
    }
    struct complaint ignored = {0};
    cyaml_config_t config = reader_config(&ignored);
    free(lab->folder);
    lab->folder = NULL;
    cyaml_free(&config, &lab_schema, lab, 0);
}

char *lab_sentence(const struct lab *lab, const struct lab_blank *blank)
{
    return format_string("%02u %s: %s %s: %s/README.md, step %u", lab->number, lab->name,
                         blank->function, blank->about != NULL ? blank->about : "is yours to write",
                         lab->folder, blank->step);
}

bool lab_has_blanks_in(const struct lab *lab, const char *path)
{
    for (unsigned i = 0; i < lab->blanks_count; i++) {
        if (strcmp(lab->blanks[i].file, path) == 0) {
            return true;
        }
    }
    return false;
}
