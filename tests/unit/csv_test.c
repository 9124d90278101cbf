/* Tables of comma-separated values, and the times in them. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/csv.h"
#include "lib/file.h"
#include "marks/late.h"
#include "test.h"

static int read_text(struct csv *csv, const char *text, struct error *error)
{
    char path[] = "/tmp/csv-test-XXXXXX";
    int file = mkstemp(path);
    close(file);
    file_write(path, text, strlen(text), NULL);
    int status = csv_read(csv, path, error);
    unlink(path);
    return status;
}

static void what_is_written_is_what_was_read(void)
{
    static const char *const texts[] = {
        "a,b\r\n\"x, y\",\"say \"\"so\"\"\"\r\n,\r\n",
        "a;b\r\n\"two\nlines\";1,5\r\n",
        "a\tb\tc\r\n\t\t\"#\"\r\n",
        "\"#a\",b\r\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct csv csv;
        struct buffer out = {0};
        CU_ASSERT_EQUAL_FATAL(read_text(&csv, texts[i], NULL), 0);
        csv_write(&csv, &out);
        CU_ASSERT_STRING_EQUAL(buffer_string(&out), texts[i]);
        buffer_free(&out);
        csv_free(&csv);
    }
}

static void fields_are_found(void)
{
    struct csv csv;
    CU_ASSERT_EQUAL_FATAL(read_text(&csv,
                                    "\xef\xbb\xbf"
                                    "Name,ID\n\n# no row\n\"a\"b,2\nshort",
                                    NULL),
                          0);
    CU_ASSERT_EQUAL(csv.count, 3);
    CU_ASSERT_EQUAL(csv_column(&csv, "id"), 1);
    CU_ASSERT_EQUAL(csv_column(&csv, "mail"), CSV_NONE);
    CU_ASSERT_STRING_EQUAL(csv_field(&csv.rows[1], 0), "ab");
    CU_ASSERT_EQUAL(csv.rows[1].line, 4);
    CU_ASSERT_STRING_EQUAL(csv_field(&csv.rows[2], 1), "");
    csv_set(&csv.rows[2], 2, "new");
    CU_ASSERT_STRING_EQUAL(csv_field(&csv.rows[2], 1), "");
    CU_ASSERT_STRING_EQUAL(csv_field(&csv.rows[2], 2), "new");
    csv_free(&csv);
}

static void broken_tables_are_told(void)
{
    static const char *const texts[] = {"\"", "a\n\"b", "a,\"b\nc\nd\"\""};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct csv csv;
        struct error error;
        CU_ASSERT_EQUAL(read_text(&csv, texts[i], &error), -1);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "does not end"));
    }
    struct csv csv;
    CU_ASSERT_EQUAL(read_text(&csv, "", NULL), 0);
    CU_ASSERT_EQUAL(csv.count, 0);
    CU_ASSERT_EQUAL(csv_column(&csv, "a"), CSV_NONE);
    csv_free(&csv);
}

static void formulas_stay_text(void)
{
    struct buffer out = {0};
    csv_add_text(&out, "=1+1");
    csv_add_text(&out, "a\"b");
    CU_ASSERT_STRING_EQUAL(buffer_string(&out), "\"'=1+1\"\"a\"\"b\"");
    buffer_free(&out);
}

static void times_are_read(void)
{
    time_t when, other;
    setenv("TZ", "UTC", 1);
    tzset();
    CU_ASSERT_EQUAL(late_time("2026-10-04", &when, NULL), 0);
    CU_ASSERT_EQUAL(when, 1791158399);
    CU_ASSERT_EQUAL(late_time("2026-10-04 23:59:59", &other, NULL), 0);
    CU_ASSERT_EQUAL(other, when);
    CU_ASSERT_EQUAL(late_time("2026-10-05T01:59:59+02:00", &other, NULL), 0);
    CU_ASSERT_EQUAL(other, when);
    CU_ASSERT_EQUAL(late_time("2026-10-04T23:59:59Z", &other, NULL), 0);
    CU_ASSERT_EQUAL(other, when);
    static const char *const wrong[] = {
        "", "tomorrow", "2026-13-01", "2026-10-04 25:00", "2026-10-04 10:00 or so", "04.10.2026"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct error error;
        CU_ASSERT_EQUAL(late_time(wrong[i], &when, &error), -1);
    }
}

TEST_SUITE(csv, {"what is written is what was read", what_is_written_is_what_was_read},
           {"fields are found", fields_are_found},
           {"broken tables are told", broken_tables_are_told},
           {"formulas stay text", formulas_stay_text}, {"times are read", times_are_read});
