/*
 * forktest: forks until the kernel refuses, waits for all of them, and expects that the kernel
 * refuses, that each child is found, and that none is left.
 */
#include "user/lib/user.h"

#define MOST 1000

static int fork_all(int32_t gate[2])
{
    for (int made = 0; made < MOST; made++) {
        long pid = fork();
        if (pid < 0)
            return made;
        if (!pid) {
            char end;
            close(gate[1]);
            read(gate[0], &end, 1); /* until the parent closes its end */
            exit(0);
        }
    }
    return MOST;
}

int main(void)
{
    int32_t gate[2];
    long error = pipe(gate);
    if (error < 0)
        fail("forktest", "pipe", error);
    int made = fork_all(gate);
    close(gate[1]);
    close(gate[0]);
    if (made == 0 || made == MOST) {
        print_to(2, "forktest: %d children, and no refusal in between\n", made);
        return 1;
    }
    for (int i = 0; i < made; i++) {
        error = wait(NULL);
        if (error < 0)
            fail("forktest", "wait", error);
    }
    if (wait(NULL) != -ECHILD) {
        print_to(2, "forktest: a child too many\n");
        return 1;
    }
    printf("forktest: %d children came and went\n", made);
    return 0;
}
