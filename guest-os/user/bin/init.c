/*
 * init PROGRAM [ARGUMENT…]: the first process. It runs the program, waits for whatever ends
 * (orphans become its children), and when the program has ended, it ends the machine with the
 * program's exit code.
 */
#include "user/lib/user.h"

static long start(char **arguments)
{
    long pid = fork();
    if (pid)
        return pid;
    long error = exec(arguments[0], arguments);
    fail("init", arguments[0], error);
}

int main(int count, char **arguments)
{
    if (count < 2) {
        print_to(2, "init: which program is to run?\n");
        return 2;
    }
    long program = start(arguments + 1);
    if (program < 0)
        fail("init", "fork", program);
    for (;;) {
        struct exit_status status;
        long pid = wait(&status);
        if (pid < 0)
            fail("init", "wait", pid);
        if (pid != program)
            continue;
        describe_end(2, &status);
        shutdown((unsigned)status.code);
    }
}
