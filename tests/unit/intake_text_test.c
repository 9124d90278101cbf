/* What editors and archivers make of texts and paths, and that it is no difference. */
#include "intake_fixture.h"

/* What an editor adds to a text is no difference, and none of it is taken. */
static void an_editors_marks_are_no_difference(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "hv/x/a.c", ENTRY_FILE, "\xef\xbb\xbfmine\r\n", 9);
    offer(&taken, "hv/x/b.c", ENTRY_FILE, "\xef\xbb\xbfours\r\n", 9);
    take(&taken);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "mine\n"));
    CU_ASSERT_TRUE(noted(&taken, "hv/x/a.c: begins with a byte order mark"));
    CU_ASSERT_FALSE(noted(&taken, "is the course's"));
    end(&taken);
    begin(&taken);
    offer(&taken, "hv/x/a.c", ENTRY_FILE, "\xff\xfem\0i\0", 6);
    take(&taken);
    CU_ASSERT_TRUE(noted(&taken, "hv/x/a.c: was not taken: it is UTF-16"));
    end(&taken);
}

/* What its reader has not looked into is no other text, unless its size says so. */
static void what_was_not_read_is_not_called_different(void)
{
    for (size_t bytes = 5; bytes <= 6; bytes++) {
        struct taken taken;
        struct intake_entry *entry;
        begin(&taken);
        offer(&taken, "hv/x/a.c", ENTRY_FILE, "mine\n", 5);
        CU_ASSERT_EQUAL_FATAL(
            intake_add(&taken.intake, "hv/x/b.c", ENTRY_FILE, bytes, &entry, NULL), 0);
        entry->unread = true;
        take(&taken);
        CU_ASSERT_EQUAL(noted(&taken, "is the course's; yours differs"), bytes != 5);
        end(&taken);
    }
}

static void returns_before_newlines_go(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "hv/x/a.c", ENTRY_FILE, "a\r\nb\rc\r\n", 8);
    take(&taken);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "a\nb\rc\n"));
    CU_ASSERT_TRUE(noted(&taken, "carriage returns"));
    take(&taken); /* for another tree: the same again */
    CU_ASSERT_EQUAL(taken.intake.taken, 1);
    CU_ASSERT_TRUE(noted(&taken, "carriage returns"));
    end(&taken);
}

static void paths_are_read_as_a_file_system_does(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, ".//lab 1/./hv//x/././a.c", ENTRY_FILE, "mine\n", 5);
    take(&taken);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "mine\n"));
    end(&taken);
}

TEST_SUITE(intake_text, {"an editor's marks are no difference", an_editors_marks_are_no_difference},
           {"what was not read is not called different", what_was_not_read_is_not_called_different},
           {"carriage returns before newlines go", returns_before_newlines_go},
           {"paths are read as a file system does", paths_are_read_as_a_file_system_does});
