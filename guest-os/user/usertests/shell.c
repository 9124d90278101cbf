/* The shell and the programs, as one uses them. */
#include "user/usertests/test.h"

/* Checks what `sh -c line` writes, and its status. */
static void check_shell(char *line, const char *expected, int status)
{
    char output[512];
    char *arguments[] = {"sh", "-c", line, NULL};
    int found = run_captured(arguments, output, sizeof(output));
    if (strcmp(output, expected))
        printf("%s: wrote '%s', expected '%s'\n", line, output, expected);
    check(!strcmp(output, expected));
    check_equal(found, status);
}

TEST(shell_runs_pipelines)
{
    check_shell("cat poem | grep honey | wc", "      1       8      43 \n", 0);
    check_shell("echo a | cat | cat | cat | cat", "a\n", 0);
}

TEST(shell_quotes)
{
    check_shell("echo 'a  b' \"c ; d\" e\\ f '' g", "a  b c ; d e f  g\n", 0);
    check_shell("echo a#b # not this", "a#b # not this\n", 0);
    check_shell("# a comment", "", 0);
}

TEST(shell_redirects)
{
    check_shell("echo one > t-sh; echo two >> t-sh; cat < t-sh; rm t-sh", "one\ntwo\n", 0);
    check_shell("cat < nothing", "", 1);
}

TEST(shell_decides)
{
    check_shell("true && echo yes || echo no", "yes\n", 0);
    check_shell("false && echo yes || echo no", "no\n", 0);
    check_shell("false; echo $?; exit 5", "1\n", 5);
    check_shell("false || false", "", 1);
}

TEST(shell_reports_a_status)
{
    check_shell("nothing", "", 127);
    check_shell("exit 300", "", 300);
}

TEST(shell_refuses_nonsense)
{
    check_shell("echo |", "", 2);
    check_shell("| echo", "", 2);
    check_shell("echo >", "", 2);
    check_shell("> file", "", 2);
    check_shell("echo 'open", "", 2);
    check_shell("echo && ", "", 2);
    check_shell(";", "", 2);
}

TEST(shell_runs_in_the_background)
{
    check_shell("true & wait; echo done | cat", "done\n", 0);
}
