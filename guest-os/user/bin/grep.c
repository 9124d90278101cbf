/*
 * grep PATTERN [FILE…]: writes the lines in which the pattern occurs. '.' stands for any
 * character, '*' for any number of the one before, '^' and '$' for the ends of the line.
 * Exits with 0 if a line was found, else 1.
 */
#include "user/lib/user.h"

static bool match_here(const char *pattern, const char *text);

static bool match_one(char pattern, char character)
{
    return character && (pattern == '.' || pattern == character);
}

static bool match_star(char repeated, const char *pattern, const char *text)
{
    do {
        if (match_here(pattern, text))
            return true;
    } while (match_one(repeated, *text++));
    return false;
}

/* Does the pattern match at the beginning of text? */
static bool match_here(const char *pattern, const char *text)
{
    for (; *pattern; pattern++, text++) {
        if (pattern[1] == '*')
            return match_star(pattern[0], pattern + 2, text);
        if (pattern[0] == '$' && !pattern[1])
            return !*text;
        if (!match_one(pattern[0], *text))
            return false;
    }
    return true;
}

static bool match(const char *pattern, const char *line)
{
    if (*pattern == '^')
        return match_here(pattern + 1, line);
    do {
        if (match_here(pattern, line))
            return true;
    } while (*line++);
    return false;
}

static bool search(const char *pattern, long descriptor)
{
    char line[512];
    bool found = false;
    while (read_line(descriptor, line, sizeof(line))) {
        if (!match(pattern, line))
            continue;
        printf("%s\n", line);
        found = true;
    }
    return found;
}

int main(int count, char **arguments)
{
    if (count < 2) {
        print_to(2, "usage: grep PATTERN [FILE…]\n");
        return 2;
    }
    bool found = count == 2 && search(arguments[1], 0);
    for (int i = 2; i < count; i++) {
        long descriptor = open(arguments[i], OPEN_READ);
        if (descriptor < 0)
            fail("grep", arguments[i], descriptor);
        found |= search(arguments[1], descriptor);
        close(descriptor);
    }
    return !found;
}
