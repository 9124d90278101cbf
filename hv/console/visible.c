/*
 * Characters that a terminal shows and nothing else: printable ASCII, the tab, and UTF-8 less what
 * directs the terminal or the order of the text. Unicode Standard, chapters 3.9 (UTF-8), 23.1
 * (control codes) and 23.2 (layout controls).
 */
#include "console/visible.h"

#include "lib/string.h"

/* Code points that are obeyed, or that hide what stands beside them. */
static const struct {
    uint32_t first, last;
} obeyed[] = {
    {0x80, 0x9f},       /* C1: CSI, OSC … */
    {0xad, 0xad},       /* soft hyphen */
    {0x61c, 0x61c},     /* Arabic letter mark */
    {0x180e, 0x180e},   /* Mongolian vowel separator */
    {0x200b, 0x200f},   /* zero width, marks of direction */
    {0x2028, 0x202e},   /* separators of lines, embedding and overriding of direction */
    {0x2060, 0x206f},   /* invisible operators, isolating of direction */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xfff9, 0xfffb},   /* annotations */
    {0xe0000, 0xe0fff}, /* tags */
};

static uint8_t byte_at(const char *text, unsigned at)
{
    return (uint8_t)text[at];
}

/* How many bytes a character has that begins with this one; 0: none of UTF-8 does. */
static unsigned length_by(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The code point of a character of `length` bytes, from 2; UINT32_MAX: the bytes are none. */
static uint32_t code_point(const char *text, unsigned length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code = byte_at(text, 0) & (0x7fu >> length);

    for (unsigned i = 1; i < length; i++) {
        if ((byte_at(text, i) & 0xc0) != 0x80)
            return UINT32_MAX;
        code = code << 6 | (byte_at(text, i) & 0x3f);
    }
    bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least[length] || code > 0x10ffff || is_surrogate ? UINT32_MAX : code;
}

unsigned visible_bytes(const char *text, unsigned bytes)
{
    unsigned length = length_by(byte_at(text, 0));

    if (length == 1)
        return (*text >= ' ' && *text < 0x7f) || *text == '\t';
    if (length == 0 || length > bytes)
        return 0;
    uint32_t code = code_point(text, length);
    if (code == UINT32_MAX)
        return 0;
    for (unsigned i = 0; i < sizeof(obeyed) / sizeof(obeyed[0]); i++)
        if (code >= obeyed[i].first && code <= obeyed[i].last)
            return 0;
    return length;
}

unsigned visible_rest(const char *text, unsigned bytes)
{
    for (unsigned rest = 1; rest < 4 && rest <= bytes; rest++) {
        uint8_t byte = byte_at(text, bytes - rest);
        if ((byte & 0xc0) == 0x80)
            continue;
        return length_by(byte) > rest ? rest : 0;
    }
    return 0;
}
