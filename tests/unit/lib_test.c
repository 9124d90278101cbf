/* Facts about coach's small library: sums, sizes, files, error lines. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buffer.h"
#include "lib/crc32.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/quantity.h"
#include "test.h"

static void crc_check_string(void)
{
    CU_ASSERT_EQUAL(crc32_update(0, "123456789", 9), 0xcbf43926u);
    CU_ASSERT_EQUAL(crc32_update(0, "", 0), 0);
}

static void crc_in_parts(void)
{
    const char text[] = "the quick brown fox jumps over the lazy dog";
    for (size_t cut = 0; cut < sizeof(text); cut++) {
        uint32_t parts = crc32_update(crc32_update(0, text, cut), text + cut, sizeof(text) - cut);
        CU_ASSERT_EQUAL(parts, crc32_update(0, text, sizeof(text)));
    }
}

static void sizes(void)
{
    uint64_t bytes = 0;
    CU_ASSERT(size_parse("64M", &bytes, NULL) == 0 && bytes == 64ull << 20);
    CU_ASSERT(size_parse("512K", &bytes, NULL) == 0 && bytes == 512ull << 10);
    CU_ASSERT(size_parse("1g", &bytes, NULL) == 0 && bytes == 1ull << 30);
    CU_ASSERT(size_parse("4096", &bytes, NULL) == 0 && bytes == 4096);
    CU_ASSERT(size_parse("0", &bytes, NULL) == 0 && bytes == 0);
}

static void sizes_refused(void)
{
    static const char *const bad[] = {
        "", "M", "-1", "1.5M", "1MB", "64 M", "0x10", "17179869184G", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t bytes = 7;
        struct error error = {0};
        CU_ASSERT_EQUAL(size_parse(bad[i], &bytes, &error), -1);
        CU_ASSERT_EQUAL(error.status, COACH_USAGE);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, bad[i]));
        CU_ASSERT_EQUAL(bytes, 7);
    }
}

static void durations(void)
{
    uint64_t ns = 0;
    CU_ASSERT(duration_parse("2s", &ns, NULL) == 0 && ns == 2000000000ull);
    CU_ASSERT(duration_parse("1.5s", &ns, NULL) == 0 && ns == 1500000000ull);
    CU_ASSERT(duration_parse("10ms", &ns, NULL) == 0 && ns == 10000000ull);
    CU_ASSERT(duration_parse("500us", &ns, NULL) == 0 && ns == 500000ull);
    CU_ASSERT(duration_parse("3", &ns, NULL) == 0 && ns == 3000000000ull);
    CU_ASSERT_EQUAL(duration_parse("2 s", &ns, NULL), -1);
    CU_ASSERT_EQUAL(duration_parse("-1s", &ns, NULL), -1);
    CU_ASSERT_EQUAL(duration_parse("nan", &ns, NULL), -1);
    CU_ASSERT_EQUAL(duration_parse("1e30s", &ns, NULL), -1);
    CU_ASSERT_EQUAL(duration_parse("2 fortnights", &ns, NULL), -1);
}

static void numbers(void)
{
    uint64_t value = 0;
    struct error error = {0};
    CU_ASSERT(number_parse("weight", "0x10", 1, 16, &value, NULL) == 0 && value == 16);
    CU_ASSERT_EQUAL(number_parse("weight", "17", 1, 16, &value, &error), -1);
    CU_ASSERT_STRING_EQUAL(error.text, "weight 17: expected 1 to 16");
    CU_ASSERT_EQUAL(number_parse("weight", "+3", 1, 16, &value, &error), -1);
    CU_ASSERT_EQUAL(number_parse("weight", "", 1, 16, &value, &error), -1);
}

static void shown(const char *expected, char *text)
{
    CU_ASSERT_STRING_EQUAL(text, expected);
    free(text);
}

static void quantities_shown(void)
{
    shown("64M", size_string(64ull << 20));
    shown("1.5K", size_string(1536));
    shown("900", size_string(900));
    shown("1.234 s", duration_string(1234000000ull));
    shown("12.3 ms", duration_string(12300000ull));
}

static void buffers(void)
{
    struct buffer buffer = {0};
    CU_ASSERT_STRING_EQUAL(buffer_string(&buffer), "");
    for (int i = 0; i < 1000; i++)
        buffer_printf(&buffer, "%d,", i);
    CU_ASSERT_EQUAL(buffer.length, strlen(buffer.data));
    buffer_align(&buffer, 4096);
    CU_ASSERT_EQUAL(buffer.length % 4096, 0);
    CU_ASSERT_EQUAL(buffer.data[buffer.length - 1], '\0');
    buffer_free(&buffer);
}

static void error_lines(void)
{
    struct error error = {0};
    CU_ASSERT_EQUAL(error_set(&error, "two\nlines"), -1);
    CU_ASSERT_STRING_EQUAL(error.text, "two lines");
    error_prefix(&error, "%s", "file");
    CU_ASSERT_STRING_EQUAL(error.text, "file: two lines");
    CU_ASSERT_EQUAL(error_fault(&error, "x"), -1);
    CU_ASSERT_EQUAL(error.status, COACH_FAULT);
    CU_ASSERT_EQUAL(error_set(NULL, "nobody asks"), -1);
}

static void files_round_trip(void)
{
    struct error error = {0};
    char *folder = folder_temporary(&error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    char *path = format_string("%s/file", folder);
    struct buffer read = {0};
    CU_ASSERT_EQUAL(file_write(path, "a\0b", 3, &error), 0);
    CU_ASSERT_EQUAL(file_read(path, &read, &error), 0);
    CU_ASSERT(read.length == 3 && memcmp(read.data, "a\0b", 3) == 0);
    buffer_free(&read);
    CU_ASSERT_EQUAL(file_read_bounded(path, 2, &read, &error), -1);
    buffer_free(&read);
    CU_ASSERT_EQUAL(file_read(folder, &read, &error), -1);
    buffer_free(&read);
    folder_remove(folder);
    CU_ASSERT_NOT_EQUAL(access(folder, F_OK), 0);
    free(path);
    free(folder);
}

static void links_are_written_through(void)
{
    struct error error = {0};
    char *folder = folder_temporary(&error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    char *path = format_string("%s/device", folder), target[64] = "";
    CU_ASSERT_EQUAL_FATAL(symlink("/dev/full", path), 0);
    CU_ASSERT_EQUAL(file_write(path, "x", 1, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "No space left"));
    CU_ASSERT_EQUAL(readlink(path, target, sizeof(target) - 1), 9);
    CU_ASSERT_STRING_EQUAL(target, "/dev/full");
    folder_remove(folder);
    free(path);
    free(folder);
}

static void disk_full(void)
{
    struct error error = {0};
    CU_ASSERT_EQUAL(file_write("/nowhere/file", "x", 1, &error), -1);
    CU_ASSERT_EQUAL(error.status, COACH_FAULT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/nowhere/file"));
}

TEST_SUITE(lib, {"CRC-32 of 123456789 is cbf43926", crc_check_string},
           {"a CRC-32 in two parts is that of the whole", crc_in_parts},
           {"sizes are powers of 1024", sizes},
           {"a size that is none is refused by name", sizes_refused},
           {"durations are nanoseconds", durations}, {"numbers keep to their bounds", numbers},
           {"quantities are shown short", quantities_shown},
           {"a buffer grows and stays a string", buffers}, {"an error is one line", error_lines},
           {"a file written is the file read", files_round_trip},
           {"a device behind a link is written to, and stays", links_are_written_through},
           {"a file that cannot be written is a fault, and says which", disk_full});
