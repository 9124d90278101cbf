/* What editors add to a text, carriage returns and a byte order mark: no difference, and not taken.
 */
#include <string.h>

#include "grade/intake.h"

#define MARK "\xef\xbb\xbf" /* U+FEFF, which some editors put before a text */

static bool has_mark(const struct buffer *text)
{
    return text->length >= 3 && memcmp(text->data, MARK, 3) == 0;
}

/* The next byte of a text without what its editor added to it; -1 at its end. */
static int next_byte(const struct buffer *text, size_t *at)
{
    if (*at == 0 && has_mark(text)) {
        *at = 3;
    }
    if (*at + 1 < text->length && text->data[*at] == '\r' && text->data[*at + 1] == '\n') {
        ++*at;
    }
    return *at < text->length ? (unsigned char)text->data[(*at)++] : -1;
}

bool intake_same(const struct buffer *text, const struct intake_entry *entry)
{
    size_t one = 0, two = 0;
    if (entry->unread || entry->bytes > INTAKE_FILE_MOST) {
        return entry->bytes == text->length;
    }
    for (int byte;;) {
        byte = next_byte(text, &one);
        if (byte != next_byte(&entry->text, &two)) {
            return false;
        }
        if (byte < 0) {
            return true;
        }
    }
}

bool intake_strip_returns(struct buffer *text)
{
    size_t kept = 0;
    for (size_t i = 0; i < text->length; i++) {
        bool before_newline = i + 1 < text->length && text->data[i + 1] == '\n';
        if (text->data[i] != '\r' || !before_newline) {
            text->data[kept++] = text->data[i];
        }
    }
    size_t removed = text->length - kept;
    if (removed > 0) {
        text->length = kept;
        text->data[kept] = '\0';
    }
    return removed > 0;
}

bool intake_strip_mark(struct buffer *text)
{
    if (!has_mark(text)) {
        return false;
    }
    text->length -= 3;
    memmove(text->data, text->data + 3, text->length);
    text->data[text->length] = '\0';
    return true;
}
