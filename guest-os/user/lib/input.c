/* Lines and numbers. */
#include "user/lib/user.h"

bool read_line(long descriptor, char *line, size_t size)
{
    size_t length = 0;
    char character;
    long got;
    while ((got = read(descriptor, &character, 1)) == 1 && character != '\n') {
        if (length + 1 < size)
            line[length++] = character;
    }
    line[length] = 0;
    return got == 1 || length;
}

bool parse_number(const char *text, long *number)
{
    bool negative = *text == '-';
    long value = 0;
    text += negative;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > (1l << 58))
            return false;
        value = value * 10 + (*text - '0');
    }
    *number = negative ? -value : value;
    return true;
}
