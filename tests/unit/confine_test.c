/* The limits of a sandbox: what the user runs besides takes nothing from a job's share. */
#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grade/confine.h"
#include "test.h"

#define THREADS 100

static int released[2]; /* a pipe that ends as the test does */

static void *wait_for_release(void *unused)
{
    char byte;
    while (read(released[0], &byte, 1) < 0 && errno == EINTR)
        ;
    return unused;
}

/* In a child, since limits are for good: whether it may start a process beside all the threads. */
static int starts_a_process(void)
{
    const struct sandbox_limits limits = {
        .cpu_seconds = 10, .file_bytes = 1 << 20, .processes = THREADS / 2};
    if (confine_limits(&limits) != NULL)
        return 2;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child < 0 || waitpid(child, NULL, 0) != child;
}

/* The kernel does not hold root to this limit; as another user the test can fail. */
static void threads_of_the_user_are_not_the_jobs(void)
{
    pthread_t threads[THREADS];
    int status = -1;
    CU_ASSERT_EQUAL_FATAL(pipe(released), 0);
    for (unsigned i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, wait_for_release, NULL), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(starts_a_process());
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(released[1]);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    close(released[0]);
}

TEST_SUITE(confine, {"threads that the user has besides are not counted as the job's",
                     threads_of_the_user_are_not_the_jobs});
