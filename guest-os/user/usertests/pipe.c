/* Pipes. */
#include "user/usertests/test.h"

TEST(pipe_carries_bytes_in_order)
{
    static uint8_t bytes[50000];
    int32_t ends[2];
    struct exit_status status;
    check_equal(pipe(ends), 0);
    long pid = fork();
    if (!pid) {
        close(ends[0]);
        fill(bytes, sizeof(bytes), 1);
        exit(write(ends[1], bytes, sizeof(bytes)) != sizeof(bytes));
    }
    close(ends[1]);
    size_t total = 0;
    long got;
    while ((got = read(ends[0], bytes + total, 777)) > 0)
        total += (size_t)got;
    check_equal(total, sizeof(bytes));
    check(holds(bytes, sizeof(bytes), 1));
    check_equal(wait(&status), pid);
    check_equal(status.code, 0);
}

TEST(pipe_gives_what_is_there)
{
    char text[16];
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    check_equal(write(ends[1], "abc", 3), 3);
    check_equal(read(ends[0], text, sizeof(text)), 3);
}

TEST(pipe_ends_with_its_last_writer)
{
    char byte;
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    if (!fork())
        exit(0); /* it held both ends, too */
    close(ends[1]);
    check_equal(read(ends[0], &byte, 1), 0);
    check(wait(NULL) > 0);
}

TEST(pipe_without_reader)
{
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    close(ends[0]);
    check_equal(write(ends[1], "x", 1), -EPIPE);
}

TEST(pipe_loses_its_reader_under_a_writer)
{
    static char bytes[10000];
    int32_t ends[2];
    struct exit_status status;
    check_equal(pipe(ends), 0);
    long pid = fork();
    if (!pid) {
        close(ends[0]);
        exit(write(ends[1], bytes, sizeof(bytes)) == -EPIPE ? 0 : 1);
    }
    char byte;
    close(ends[1]);
    check_equal(read(ends[0], &byte, 1), 1); /* the writer is under way */
    close(ends[0]);
    check_equal(wait(&status), pid);
    check_equal(status.code, 0);
}

TEST(pipe_ends_have_directions)
{
    char byte = 0;
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    check_equal(write(ends[0], &byte, 1), -EBADF);
    check_equal(read(ends[1], &byte, 1), -EBADF);
}

TEST(pipe_of_nothing)
{
    char byte = 0;
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    check_equal(write(ends[1], &byte, 0), 0);
    check_equal(read(ends[0], &byte, 0), 0);
}

/* Many writers: each message arrives whole, since it is shorter than the buffer. */
TEST(pipe_with_many_writers)
{
    enum { WRITERS = 8, MESSAGES = 50 };
    int32_t ends[2];
    int count[WRITERS] = {0};
    check_equal(pipe(ends), 0);
    for (uint32_t writer = 0; writer < WRITERS; writer++) {
        if (fork())
            continue;
        for (int i = 0; i < MESSAGES; i++)
            write(ends[1], &writer, sizeof(writer));
        exit(0);
    }
    close(ends[1]);
    uint32_t writer;
    while (read(ends[0], &writer, sizeof(writer)) == sizeof(writer)) {
        check(writer < WRITERS);
        count[writer]++;
    }
    for (int i = 0; i < WRITERS; i++) {
        check_equal(count[i], MESSAGES);
        check(wait(NULL) > 0);
    }
}
