/* Shared parts of the writers for course platforms. */
#include "emit/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"

json_t *document_text(const char *text)
{
    json_t *value = json_string(text != NULL ? text : "");
    if (value != NULL) {
        return value;
    }
    char *ascii = copy_string(text);
    for (char *at = ascii; *at != '\0'; at++) {
        if ((unsigned char)*at >= 128) {
            *at = '?';
        }
    }
    value = json_string(ascii);
    free(ascii);
    return value;
}

char *document_account(const struct result_check *check, const struct result_item *item,
                       size_t most)
{
    struct buffer text = {0};
    if (item->verdict != VERDICT_PASS) {
        buffer_printf(&text, "%s%s%s\n", verdict_name(item->verdict),
                      item->diagnosis != NULL ? ": " : "",
                      item->diagnosis != NULL ? item->diagnosis : "");
        for (size_t i = 0; i < item->line_count; i++) {
            buffer_printf(&text, "%s: %s\n", result_line_kind_name(item->lines[i].kind),
                          item->lines[i].text);
        }
        if (item->hint != NULL) {
            buffer_printf(&text, "hint: %s\n", item->hint);
        }
        if (check->replay != NULL && check->replay[0] != '\0') {
            buffer_printf(&text, "replay: %s\n", check->replay);
        }
    }
    char *account = copy_string(buffer_string(&text));
    if (strlen(account) > most) {
        size_t end = most; /* not within a UTF-8 sequence */
        while (end > 0 && ((unsigned char)account[end] & 0xc0) == 0x80) {
            end--;
        }
        account[end] = '\0';
    }
    buffer_free(&text);
    return account;
}

char *document_item_name(const struct result_check *check, const struct result_item *item)
{
    return format_string("%s: %s", check->id, item->title);
}

char *document_summary(const struct result_run *run)
{
    struct buffer text = {0};
    struct result_score score = result_run_score(run);
    buffer_printf(&text, "%u of %u points", score.got, score.of);
    if (score.ungraded > 0) {
        buffer_printf(&text, "; %u points were not graded, through no fault of the submission",
                      score.ungraded);
    }
    if (run->tier != NULL && run->tier[0] != '\0') {
        buffer_printf(&text, "\nSandbox: %s", run->tier);
    }
    for (size_t i = 0; i < run->note_count; i++) {
        buffer_printf(&text, "\n%s", run->notes[i]);
    }
    char *summary = copy_string(buffer_string(&text));
    buffer_free(&text);
    return summary;
}

double document_fraction(const struct result_run *run)
{
    struct result_score score = result_run_score(run);
    return score.of > 0 ? (double)score.got / score.of : 0.0;
}

int document_dump(json_t *root, FILE *out)
{
    if (root == NULL) {
        errno = ENOMEM;
        return -1;
    }
    int failed =
        json_dumpf(root, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
    json_decref(root);
    return failed != 0 || fputc('\n', out) == EOF ? -1 : 0;
}
