/* Sizes, durations and numbers, parsed strictly: no sign, no blank, nothing after them. */
#include "lib/quantity.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int size_parse(const char *text, uint64_t *bytes, struct error *error)
{
    static const char suffixes[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || errno != 0)
        return error_set(error, "size \"%s\": expected a number such as 512K, 64M or 1G", text);
    unsigned shift = 0;
    const char *suffix = *end != '\0' ? strchr(suffixes, toupper((unsigned char)*end)) : NULL;
    if (suffix != NULL) {
        shift = 10 * (unsigned)(suffix - suffixes + 1);
        end++;
    }
    if (*end != '\0')
        return error_set(error, "size \"%s\": \"%s\" is no unit; expected K, M, G or T", text, end);
    if (value > UINT64_MAX >> shift)
        return error_set(error, "size \"%s\": does not fit in 64 bits", text);
    *bytes = (uint64_t)value << shift;
    return 0;
}

int duration_parse(const char *text, uint64_t *nanoseconds, struct error *error)
{
    static const struct {
        const char *name;
        double nanoseconds;
    } units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"m", 60e9}};
    char *end = (char *)text;
    double value = isdigit((unsigned char)*text) ? strtod(text, &end) : 0;
    if (end == text || text[1] == 'x' || text[1] == 'X')
        return error_set(error, "duration \"%s\": expected a number such as 2s, 10ms or 500us",
                         text);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].name) != 0)
            continue;
        value *= units[i].nanoseconds;
        if (!(value < 9e18))
            return error_set(error, "duration \"%s\": too long", text);
        *nanoseconds = (uint64_t)llround(value);
        return 0;
    }
    return error_set(error, "duration \"%s\": \"%s\" is no unit; expected s, ms, us, ns or m", text,
                     end);
}

int number_parse(const char *what, const char *text, uint64_t least, uint64_t most, uint64_t *value,
                 struct error *error)
{
    char *end;
    errno = 0;
    int base = strncasecmp(text, "0x", 2) == 0 ? 16 : 10;
    unsigned long long number = strtoull(text, &end, base);
    if (!isdigit((unsigned char)*text) || *end != '\0' || (base == 16 && text[2] == '\0'))
        return error_set(error, "%s \"%s\": expected a number", what, text);
    if (errno != 0 || number < least || number > most)
        return error_set(error, "%s %s: expected %llu to %llu", what, text,
                         (unsigned long long)least, (unsigned long long)most);
    *value = number;
    return 0;
}

char *size_string(uint64_t bytes)
{
    static const char units[] = "KMGTPE";
    if (bytes < 1024)
        return format_string("%llu", (unsigned long long)bytes);
    double value = (double)bytes / 1024;
    unsigned unit = 0;
    for (; value >= 1024; unit++)
        value /= 1024;
    bool whole = fabs(value - round(value)) < 0.05 || value >= 100;
    return format_string("%.*f%c", whole ? 0 : 1, value, units[unit]);
}

char *duration_string(uint64_t nanoseconds)
{
    double value = (double)nanoseconds;
    if (value < 1e3)
        return format_string("%.0f ns", value);
    if (value < 1e6)
        return format_string("%.1f us", value / 1e3);
    if (value < 1e9)
        return format_string("%.1f ms", value / 1e6);
    return format_string("%.3f s", value / 1e9);
}
