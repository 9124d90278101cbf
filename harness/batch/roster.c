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
    struct buffer field = {0};
    bool quoted = length > 0 && line[0] == '"';
    for (size_t at = quoted; at < length; at++) {
        if (quoted && line[at] == '"' && (at + 1 == length || line[++at] != '"')) {
            break;
        }
        if (!quoted && strchr(",;\t\r", line[at]) != NULL) {
            break;
        }
        buffer_add(&field, &line[at], 1);
    }
    char *name = copy_string(buffer_string(&field));
    for (size_t end = strlen(name); !quoted && end > 0 && name[end - 1] == ' '; end--) {
        name[end - 1] = '\0';
    }
    buffer_free(&field);
    return name;
}

static bool is_there(const struct roster *roster, const char *name)
{
    for (size_t i = 0; i < roster->count; i++) {
        if (strcmp(roster->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_line(struct roster *roster, const char *line, size_t length)
{
    char *name = first_field(line, length);
    if (*name == '\0' || *name == '#' || (roster->count == 0 && roster_is_heading(name)) ||
        is_there(roster, name)) {
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
    if (file_read_bounded(path, ROSTER_MOST, &text, error) != 0 ||
        text_check(&text, path, error) != 0) {
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

size_t roster_match(const char *submission, const char *name)
{
    size_t length = strlen(name);
    bool begins = length > 0 && strncmp(submission, name, length) == 0;
    return begins && (submission[length] == '\0' || submission[length] == '_') ? length : 0;
}

/* The name that fits a submission best. roster->count: none does. */
static size_t owner(const struct roster *roster, const char *submission)
{
    size_t best = roster->count, most = 0;
    for (size_t i = 0; i < roster->count; i++) {
        size_t match = roster_match(submission, roster->names[i]);
        if (match > most) {
            most = match;
            best = i;
        }
    }
    return best;
}

bool roster_has_submission(const struct roster *roster, const struct plan *plan, size_t index)
{
    for (size_t i = 0; i < plan->count; i++) {
        const char *submission = plan->entries[i].name;
        if (roster_match(submission, roster->names[index]) != 0 &&
            owner(roster, submission) == index) {
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
        if (roster_has_submission(roster, plan, i)) {
            there++;
            continue;
        }
        buffer_text(&missing, missing.length > 0 ? ", " : "");
        text_add(&missing, roster->names[i]);
    }
    for (size_t i = 0; i < plan->count; i++) {
        if (owner(roster, plan->entries[i].name) == roster->count) {
            buffer_text(&strange, strange.length > 0 ? ", " : "");
            text_add(&strange, plan->entries[i].name);
        }
    }
    buffer_printf(text, "%zu of %zu on the roster have handed in\n", there, roster->count);
    add_names(text, "not handed in: ", &missing);
    add_names(text, "not on the roster: ", &strange);
}
