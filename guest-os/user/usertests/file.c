/* Files, descriptors and the directory. */
#include "user/usertests/test.h"

static void write_file(const char *name, const char *text)
{
    long file = open(name, OPEN_WRITE | OPEN_CREATE | OPEN_TRUNCATE);
    check(file >= 0);
    check_equal(write(file, text, strlen(text)), strlen(text));
    check_equal(close(file), 0);
}

/* Checks that the file holds just that text, and removes it. */
static void check_file(const char *name, const char *text)
{
    char found[256];
    long file = open(name, OPEN_READ);
    check(file >= 0);
    long bytes = read(file, found, sizeof(found));
    check_equal(bytes, strlen(text));
    check(!memcmp(found, text, (size_t)bytes));
    check_equal(read(file, found, 1), 0);
    check_equal(close(file), 0);
    check_equal(remove(name), 0);
}

TEST(archive_is_readable)
{
    char text[8];
    long file = open("motd", OPEN_READ);
    check_equal(file, 3);
    check_equal(read(file, text, 5), 5);
    check(!memcmp(text, "Rider", 5));
}

TEST(names_may_have_a_slash)
{
    check(open("/motd", OPEN_READ) >= 0);
    check(open("./motd", OPEN_READ) >= 0);
    check_equal(open("//motd", OPEN_READ), -ENOENT);
    check_equal(open("motd/", OPEN_READ), -ENOENT);
}

TEST(archive_is_read_only)
{
    check_equal(open("motd", OPEN_WRITE), -EROFS);
    check_equal(open("motd", OPEN_WRITE | OPEN_CREATE | OPEN_TRUNCATE), -EROFS);
    check_equal(remove("motd"), -EROFS);
    long file = open("motd", OPEN_READ);
    check_equal(write(file, "x", 1), -EBADF);
}

TEST(open_of_nothing)
{
    check_equal(open("nothing", OPEN_READ), -ENOENT);
    check_equal(open("nothing", OPEN_WRITE), -ENOENT);
    check_equal(open("motd", 0), -EINVAL);
    check_equal(remove("nothing"), -ENOENT);
}

TEST(names_have_a_limit)
{
    check_equal(open("a-name-of-twenty-eight-bytes", OPEN_WRITE | OPEN_CREATE), -ENOENT);
    write_file("a-name-of-twenty-seven-byte", "x");
    check_file("a-name-of-twenty-seven-byte", "x");
}

TEST(directory_lists_all_files)
{
    struct directory_entry entry;
    bool motd = false, written = false;
    write_file("t-written", "12345");
    long directory = open("/", OPEN_READ);
    check(directory >= 0);
    while (read(directory, &entry, sizeof(entry)) == sizeof(entry)) {
        motd |= !strcmp(entry.name, "motd") && entry.bytes > 0;
        written |= !strcmp(entry.name, "t-written") && entry.bytes == 5;
    }
    check_equal(remove("t-written"), 0);
    check(motd && written);
    check_equal(open("/", OPEN_WRITE), -EISDIR);
    check_equal(remove("/"), -EISDIR);
}

TEST(file_keeps_what_is_written)
{
    write_file("t-keep", "some text");
    check_file("t-keep", "some text");
    check_equal(open("t-keep", OPEN_READ), -ENOENT);
}

TEST(file_is_truncated)
{
    write_file("t-truncate", "a long text");
    write_file("t-truncate", "short");
    check_file("t-truncate", "short");
}

TEST(file_is_appended_to)
{
    write_file("t-append", "one ");
    long first = open("t-append", OPEN_WRITE | OPEN_APPEND);
    long second = open("t-append", OPEN_WRITE | OPEN_APPEND);
    check_equal(write(first, "two ", 4), 4);
    check_equal(write(second, "three", 5), 5);
    close(first);
    close(second);
    check_file("t-append", "one two three");
}

TEST(file_has_a_largest_size)
{
    static char block[4096];
    long total = 0, wrote;
    long file = open("t-large", OPEN_WRITE | OPEN_CREATE);
    fill(block, sizeof(block), 1);
    while ((wrote = write(file, block, sizeof(block))) > 0)
        total += wrote;
    check_equal(wrote, -EFBIG);
    check_equal(total, 64 * 1024);
    close(file);
    file = open("t-large", OPEN_READ);
    for (; total; total -= (long)sizeof(block)) {
        check_equal(read(file, block, sizeof(block)), sizeof(block));
        check(holds(block, sizeof(block), 1));
    }
    check_equal(read(file, block, 1), 0);
    check_equal(remove("t-large"), 0);
}

TEST(files_run_out)
{
    char name[16];
    int made = 0;
    long file;
    for (;; made++) {
        format_text(name, sizeof(name), "t-%d", made);
        file = open(name, OPEN_WRITE | OPEN_CREATE);
        if (file < 0)
            break;
        close(file);
    }
    check_equal(file, -ENOSPC);
    check(made > 8);
    while (made--) {
        format_text(name, sizeof(name), "t-%d", made);
        check_equal(remove(name), 0);
    }
}

TEST(removed_file_stays_while_open)
{
    char text[8];
    write_file("t-removed", "still");
    long file = open("t-removed", OPEN_READ);
    check_equal(remove("t-removed"), 0);
    check_equal(open("t-removed", OPEN_READ), -ENOENT);
    write_file("t-removed", "other");
    check_equal(read(file, text, 5), 5);
    check(!memcmp(text, "still", 5));
    close(file);
    check_file("t-removed", "other");
}

TEST(shrunk_file_under_a_reader)
{
    char text[8];
    write_file("t-shrunk", "123456");
    long file = open("t-shrunk", OPEN_READ | OPEN_WRITE);
    check_equal(read(file, text, 6), 6);
    write_file("t-shrunk", "12");
    check_equal(read(file, text, 6), 0);
    check_equal(write(file, "3", 1), 1);
    close(file);
    check_file("t-shrunk", "123");
}

TEST(descriptors_are_the_lowest)
{
    check_equal(open("motd", OPEN_READ), 3);
    check_equal(open("motd", OPEN_READ), 4);
    check_equal(close(3), 0);
    check_equal(dup(4), 3);
}

TEST(descriptors_run_out)
{
    long descriptor;
    int32_t ends[2];
    do
        descriptor = open("motd", OPEN_READ);
    while (descriptor >= 0);
    check_equal(descriptor, -EMFILE);
    check_equal(dup(3), -EMFILE);
    check_equal(pipe(ends), -EMFILE);
    close(5);
    check_equal(pipe(ends), -EMFILE); /* one is not enough */
    check_equal(dup(3), 5);
}

TEST(descriptors_that_are_none)
{
    static const long none[] = {3, 15, 16, 1000, -1, 1l << 40};
    char byte = 0;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        check_equal(read(none[i], &byte, 1), -EBADF);
        check_equal(write(none[i], &byte, 1), -EBADF);
        check_equal(close(none[i]), -EBADF);
        check_equal(dup(none[i]), -EBADF);
    }
}

TEST(open_files_run_out_for_all)
{
    int32_t gate[2];
    check_equal(pipe(gate), 0);
    for (int i = 0; i < 12; i++) {
        if (fork())
            continue;
        char byte;
        close(gate[1]);
        while (open("motd", OPEN_READ) >= 0)
            continue;
        read(gate[0], &byte, 1);
        exit(0);
    }
    close(gate[1]);
    while (wait(NULL) > 0)
        continue;
    check(open("motd", OPEN_READ) >= 0);
}

TEST(dup_shares_the_offset)
{
    char one[4], two[4];
    long file = open("motd", OPEN_READ), copy = dup(file);
    check_equal(read(file, one, 3), 3);
    check_equal(read(copy, two, 3), 3);
    check(!memcmp(one, "Rid", 3) && !memcmp(two, "er ", 3));
}

TEST(fork_shares_the_offset)
{
    char text[4];
    long file = open("motd", OPEN_READ);
    if (!fork())
        exit(read(file, text, 3) != 3);
    check(wait(NULL) > 0);
    check_equal(read(file, text, 3), 3);
    check(!memcmp(text, "er ", 3));
}
