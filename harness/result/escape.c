/* Text of others in XML and HTML; see escape.h. */
#include "result/escape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the valid UTF-8 sequence at `at`, or 0. XML's excluded U+FFFE and U+FFFF count as
 * invalid. */
static size_t sequence(const unsigned char *at)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } shape[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t length = 1; length <= 4; length++) {
        if ((at[0] & shape[length - 1].mask) != shape[length - 1].lead)
            continue;
        uint32_t point = at[0] & (unsigned char)~shape[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((at[i] & 0xc0) != 0x80)
                return 0;
            point = point << 6 | (at[i] & 0x3f);
        }
        bool bad = point < shape[length - 1].least || point > 0x10ffff || point == 0xfffe ||
                   point == 0xffff || (point >= 0xd800 && point < 0xe000);
        return bad ? 0 : length;
    }
    return 0;
}

void escape_xml(FILE *out, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)(text ? text : ""); *at;) {
        size_t length = sequence(at);
        if (length == 0)
            fputs("\xef\xbf\xbd", out);
        else if (*at == '&')
            fputs("&amp;", out);
        else if (*at == '<')
            fputs("&lt;", out);
        else if (*at == '>')
            fputs("&gt;", out);
        else if (*at == '"')
            fputs("&quot;", out);
        else if (*at == '\n' || *at == '\t')
            fprintf(out, "&#%d;", *at);
        else if (*at >= 0x20 && *at != 0x7f)
            fwrite(at, 1, length, out);
        at += length ? length : 1;
    }
}
