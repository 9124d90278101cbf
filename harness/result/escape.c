/* Text of others in XML and HTML; see escape.h. */
#include "result/escape.h"

#include "lib/text.h"

/* What stands for the character in markup; NULL: it stands for itself. */
static const char *entity(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\n':
        return "&#10;";
    case '\t':
        return "&#9;";
    default:
        return NULL;
    }
}

void escape_xml(FILE *out, const char *text)
{
    char piece[TEXT_PIECE];
    for (const char *at = text ? text : ""; *at;) {
        const char *named = entity(*at);
        if (named) {
            fputs(named, out);
            at++;
        } else if (text_next(&at, piece)) {
            fputs(piece, out);
        }
    }
}
