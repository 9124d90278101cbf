/*
 * sh [-c LINE | FILE]: reads lines and runs them, from the terminal, from a file, or the one
 * that it is given. It ends at the end of its input, or by exit, with the last status.
 */
#include "user/sh/sh.h"

/* Runs one line of text. Returns its status; 2 if it cannot be understood. */
static int run_text(const char *text, int last_status)
{
    static struct line line;
    const char *error = parse_line(&line, text);
    if (error) {
        print_to(2, "sh: %s\n", error);
        return 2;
    }
    return run_line(&line, last_status);
}

/* Runs the lines of a file; with a prompt in front of each if `prompt` is set. */
static int run_file(long descriptor, bool prompt)
{
    char text[LINE_BYTES];
    int status = 0;
    for (;;) {
        if (prompt)
            printf("rider$ ");
        if (!read_line(descriptor, text, sizeof(text)))
            return status;
        status = run_text(text, status);
    }
}

int main(int count, char **arguments)
{
    if (count == 1)
        return run_file(0, true);
    if (count == 3 && !strcmp(arguments[1], "-c"))
        return run_text(arguments[2], 0);
    long descriptor = count == 2 ? open(arguments[1], OPEN_READ) : -EINVAL;
    if (descriptor < 0) {
        print_to(2, "sh: %s: %s\n", count > 1 ? arguments[1] : "", error_name(descriptor));
        return 2;
    }
    return run_file(descriptor, false);
}
