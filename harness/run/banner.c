/* Recognises OpenSBI's greeting by its first line and its last. */
#include "run/banner.h"

#include <string.h>

#define FIRST "\nOpenSBI v"
#define LAST  "\nBoot HART MEDELEG"
#define MOST  8192

/* Where the greeting ends in `text`, just after its last line; NULL: not there yet. */
static const char *greeting_end(const char *text)
{
    const char *last = strstr(text, LAST);
    return last == NULL ? NULL : strchr(last + 1, '\n');
}

/* Whether `text` may still become OpenSBI's greeting, or is it. */
static bool may_greet(const char *text, size_t length)
{
    size_t first = strlen(FIRST);
    return memcmp(text, FIRST, length < first ? length : first) == 0;
}

static void pass_all(struct banner *banner, const char *text, struct buffer *out)
{
    buffer_text(out, text);
    buffer_free(&banner->held);
    banner->passed = true;
}

void banner_filter(struct banner *banner, const char *bytes, size_t count, struct buffer *out)
{
    if (banner->passed) {
        buffer_add(out, bytes, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        /* Firmware ends lines with CR LF. */
        if (bytes[i] != '\r' && bytes[i] != '\0')
            buffer_add(&banner->held, &bytes[i], 1);
    }
    const char *text = buffer_string(&banner->held);
    const char *end = greeting_end(text);
    if (!may_greet(text, banner->held.length) || banner->held.length > MOST)
        pass_all(banner, text, out);
    else if (end != NULL && end[1] != '\0')
        pass_all(banner, end + 1, out);
}

void banner_end(struct banner *banner, struct buffer *out)
{
    if (!banner->passed && banner->held.length != 0)
        pass_all(banner, buffer_string(&banner->held), out);
    buffer_free(&banner->held);
}
