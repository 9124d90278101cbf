/* Text of others, made harmless; see text.h. */
#include "lib/text.h"

#include <string.h>

size_t text_sequence(const char *text, uint32_t *point)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } shape[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    const unsigned char *at = (const unsigned char *)text;
    for (size_t length = 1; length <= 4; length++) {
        if ((at[0] & shape[length - 1].mask) != shape[length - 1].lead)
            continue;
        *point = at[0] & (unsigned char)~shape[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((at[i] & 0xc0) != 0x80)
                return 0;
            *point = *point << 6 | (at[i] & 0x3f);
        }
        bool surrogate = *point >= 0xd800 && *point < 0xe000;
        return *point < shape[length - 1].least || *point > 0x10ffff || surrogate ? 0 : length;
    }
    return 0;
}

int text_check(const struct buffer *text, const char *path, struct error *error)
{
    if (strlen(buffer_string(text)) == text->length) {
        return 0;
    }
    return error_set(error,
                     "%s: is no text in UTF-8 (UTF-16, or a spreadsheet's own file?); save it as "
                     "CSV in UTF-8",
                     path);
}

bool text_is_hidden(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1f},         {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},
        {0x180e, 0x180e},     {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
        {0xfeff, 0xfeff},     {0xfff9, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe007f},
        {0x10fffe, 0x10ffff},
    };
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (point >= hidden[i].first && point <= hidden[i].last)
            return true;
    return false;
}

bool text_next(const char **at, char piece[TEXT_PIECE])
{
    uint32_t point;
    if (**at == '\0')
        return false;
    size_t length = text_sequence(*at, &point);
    if (length == 0 || (length == 1 && text_is_hidden(point)))
        snprintf(piece, TEXT_PIECE, "\\x%02x", (unsigned char)**at);
    else if (text_is_hidden(point))
        snprintf(piece, TEXT_PIECE, point > 0xffff ? "\\U%08x" : "\\u%04x", point);
    else
        snprintf(piece, TEXT_PIECE, "%.*s", (int)length, *at);
    *at += length ? length : 1;
    return true;
}

void text_show(FILE *out, const char *text, size_t most)
{
    char piece[TEXT_PIECE];
    for (const char *at = text; (size_t)(at - text) < most && text_next(&at, piece);)
        fputs(piece, out);
}

void text_show_lines(FILE *out, const char *text)
{
    char piece[TEXT_PIECE];
    for (const char *at = text; *at != '\0';) {
        if (*at == '\n' || *at == '\t')
            fputc(*at++, out);
        else if (at[0] == '\r' && at[1] == '\n')
            at++;
        else if (text_next(&at, piece))
            fputs(piece, out);
    }
}

void text_add(struct buffer *to, const char *text)
{
    char piece[TEXT_PIECE];
    for (const char *at = text; text_next(&at, piece);)
        buffer_text(to, piece);
}
