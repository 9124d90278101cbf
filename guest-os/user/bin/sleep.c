/* sleep SECONDS: waits; the seconds may have a decimal part. */
#include "user/lib/user.h"

/* Microseconds from "12.5"; -1 if it is no such number. */
static long parse_seconds(const char *text)
{
    long seconds, fraction = 0, unit = 1000000;
    char whole[16];
    const char *point = strchr(text, '.');
    size_t length = point ? (size_t)(point - text) : strlen(text);
    if (length >= sizeof(whole))
        return -1;
    memcpy(whole, text, length);
    whole[length] = 0;
    if (!parse_number(length ? whole : "0", &seconds) || seconds < 0)
        return -1;
    for (point = point ? point + 1 : ""; *point && unit > 1; point++) {
        if (*point < '0' || *point > '9')
            return -1;
        unit /= 10;
        fraction += (*point - '0') * unit;
    }
    return seconds * 1000000 + fraction;
}

int main(int count, char **arguments)
{
    long microseconds = count == 2 ? parse_seconds(arguments[1]) : -1;
    if (microseconds < 0) {
        print_to(2, "usage: sleep SECONDS\n");
        return 2;
    }
    return sleep(microseconds) < 0;
}
