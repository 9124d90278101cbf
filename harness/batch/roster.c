/* Reads lists of names and compares; see roster.h. */
#include "batch/roster.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/file.h"
#include "lib/text.h"

#define ROSTER_MOST (4u << 20)

bool roster_is_heading(const char *name)
{
    static const char *const headings[] = {"name", "login", "id", "user", "student", "submission"};
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
        if (strcasecmp(name, headings[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The first field of a line: to a comma, semicolon or tab, or between quotes. */
static char *first_field(const char *line, size_t length)
{
    bool quoted = length > 0 && line[0] == '"';
    size_t from = quoted, end = from;
    while (end < length && (quoted ? line[end] != '"' : strchr(",;\t\r", line[end]) == NULL)) {
        end++;
    }
    while (!quoted && end > from && line[end - 1] == ' ') {
        end--;
    }
    return format_string("%.*s", (int)(end - from), line + from);
}

static void add_line(struct roster *roster, const char *line, size_t length)
{
    char *name = first_field(line, length);
    if (*name == '\0' || *name == '#' || (roster->count == 0 && roster_is_heading(name))) {
        free(name);
        return;
    }
    roster->names = reallocate(roster->names, (roster->count + 1) * sizeof(*roster->names));
    roster->names[roster->count++] = name;
}

int roster_read(struct roster *roster, const char *path, struct error *error)
{
    struct buffer text = {0};
    *roster = (struct roster){0};
    if (file_read_bounded(path, ROSTER_MOST, &text, error) != 0) {
        buffer_free(&text);
        return -1;
    }
    const char *line = buffer_string(&text);
    if (strncmp(line, "\xef\xbb\xbf", 3) == 0) {
        line += 3;
    }
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        add_line(roster, line, length);
        line += length + (line[length] == '\n');
    }
    buffer_free(&text);
    return roster->count > 0 ? 0 : error_set(error, "--roster %s: names nobody", path);
}

void roster_free(struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++) {
        free(roster->names[i]);
    }
    free(roster->names);
    *roster = (struct roster){0};
}

static bool is_of(const char *submission, const char *name)
{
    size_t length = strlen(name);
    return strncmp(submission, name, length) == 0 &&
           (submission[length] == '\0' || submission[length] == '_');
}

bool roster_has_submission(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (is_of(plan->entries[i].name, name)) {
            return true;
        }
    }
    return false;
}

static bool is_on(const struct roster *roster, const char *submission)
{
    for (size_t i = 0; i < roster->count; i++) {
        if (is_of(submission, roster->names[i])) {
            return true;
        }
    }
    return false;
}

static void add_names(struct buffer *text, const char *begin, struct buffer *names)
{
    if (names->length > 0) {
        buffer_printf(text, "%s%s\n", begin, buffer_string(names));
    }
    buffer_free(names);
}

void roster_text(const struct roster *roster, const struct plan *plan, struct buffer *text)
{
    struct buffer missing = {0}, strange = {0};
    size_t there = 0;
    for (size_t i = 0; i < roster->count; i++) {
        if (roster_has_submission(plan, roster->names[i])) {
            there++;
            continue;
        }
        buffer_text(&missing, missing.length > 0 ? ", " : "");
        text_add(&missing, roster->names[i]);
    }
    for (size_t i = 0; i < plan->count; i++) {
        if (!is_on(roster, plan->entries[i].name)) {
            buffer_text(&strange, strange.length > 0 ? ", " : "");
            text_add(&strange, plan->entries[i].name);
        }
    }
    buffer_printf(text, "%zu of %zu on the roster have handed in\n", there, roster->count);
    add_names(text, "not handed in: ", &missing);
    add_names(text, "not on the roster: ", &strange);
}
