/* Looks for the weightiest cause; see remark.h. */
#include "batch/remark.h"

#include <stdlib.h>
#include <string.h>

#include "grade/grading.h"
#include "lib/buffer.h"

/* The first item with this verdict; *check is the one that it belongs to. NULL: none. */
static const struct result_item *first_item(const struct result_run *run, enum verdict verdict,
                                            const struct result_check **check)
{
    for (size_t i = 0; i < run->check_count; i++) {
        *check = &run->checks[i];
        for (size_t k = 0; k < (*check)->item_count; k++) {
            if ((*check)->items[k].verdict == verdict) {
                return &(*check)->items[k];
            }
        }
    }
    return NULL;
}

/* Of an item's lines: the first with an error in it, else the first that says what was found. */
static const char *cause_of(const struct result_item *item)
{
    const char *found = NULL;
    for (size_t i = 0; i < item->line_count; i++) {
        const struct result_line *line = &item->lines[i];
        if (line->kind == LINE_NOTE &&
            (strstr(line->text, "error:") != NULL || strstr(line->text, "undefined ref") != NULL)) {
            return line->text;
        }
        if (found == NULL && (line->kind == LINE_ACTUAL || line->kind == LINE_NOTE)) {
            found = line->text;
        }
    }
    return found != NULL ? found : "";
}

/* What of the submission was not taken, and why: the first note, but for the mere count. */
static const char *first_note(const struct result_run *run)
{
    for (size_t i = 0; i < run->note_count; i++) {
        if (strstr(run->notes[i], GRADING_LEFT) == NULL) {
            return run->notes[i];
        }
    }
    return "";
}

static char *failed_item(const struct result_check *check, const struct result_item *item)
{
    const char *cause = item->diagnosis != NULL ? item->diagnosis : cause_of(item);
    if (strcmp(item->id, "run") == 0) { /* nothing was run: its title says nothing */
        return copy_string(cause);
    }
    return format_string("%s: %s%s%s", check->id, item->title, *cause != '\0' ? ": " : "", cause);
}

/* "NOTE; CAUSE": a file that was refused is likely to be why something fails. */
static char *join(const char *note, char *cause)
{
    if (*note == '\0' || strcmp(note, cause) == 0) {
        return cause;
    }
    char *both = *cause != '\0' ? format_string("%s; %s", note, cause) : copy_string(note);
    free(cause);
    return both;
}

char *remark_of(const struct result_run *run)
{
    static const enum verdict causes[] = {VERDICT_HARNESS_FAULT, VERDICT_TOOLCHAIN_FAULT,
                                          VERDICT_BUILD_ERROR};
    const struct result_check *check;
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        const struct result_item *item = first_item(run, causes[i], &check);
        if (item != NULL) {
            return join(causes[i] == VERDICT_BUILD_ERROR ? first_note(run) : "",
                        copy_string(cause_of(item)));
        }
    }
    const struct result_item *item = first_item(run, VERDICT_FAIL, &check);
    if (item == NULL) {
        item = first_item(run, VERDICT_GUEST_FAULT, &check);
    }
    return join(first_note(run), item != NULL ? failed_item(check, item) : copy_string(""));
}
