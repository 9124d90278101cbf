/* What of a submission is taken, and what is said of the rest. */
#include "intake_fixture.h"

static void files_with_blanks_are_taken_and_no_others(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "./hv/x/a.c", ENTRY_FILE, "mine\n", 5);
    offer(&taken, "hv/x/b.c", ENTRY_FILE, "changed\n", 8);
    offer(&taken, "hv/x/my_own.c", ENTRY_FILE, "more\n", 5);
    offer(&taken, "hv/x/other.c", ENTRY_FILE, "no\n", 3);
    take(&taken);
    CU_ASSERT_EQUAL(taken.intake.taken, 2);
    CU_ASSERT_EQUAL(taken.intake.left, 1);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "mine\n"));
    CU_ASSERT_TRUE(holds(&taken, "hv/x/my_own.c", "more\n"));
    CU_ASSERT_TRUE(holds(&taken, "hv/x/b.c", "ours\n"));
    CU_ASSERT_TRUE(noted(&taken, "hv/x/b.c: is the course's; yours differs and was not taken"));
    end(&taken);
}

static void one_folder_around_everything_is_looked_through(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "alice-1/hv/x/a.c", ENTRY_FILE, "mine\n", 5);
    offer(&taken, "alice-1/notes.txt", ENTRY_FILE, "x", 1);
    take(&taken);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "mine\n"));
    end(&taken);
}

/* Own files beside the course's make no tree fuller. */
static void own_files_make_no_tree_fuller(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "alice/lab 1/hv/x/a.c", ENTRY_FILE, "mine\n", 5);
    offer(&taken, "alice/lab 1/old/hv/x/a.c", ENTRY_FILE, "old\n", 4);
    offer(&taken, "alice/lab 1/old/hv/x/my_own.c", ENTRY_FILE, "old\n", 4);
    take(&taken);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "mine\n"));
    CU_ASSERT_PTR_NULL(tree_find(&taken.tree, "hv/x/my_own.c"));
    CU_ASSERT_TRUE(noted(&taken, "alice/lab 1/: was taken; there is another tree in"));
    end(&taken);
}

/* What a wrapping folder's name is as long as does not matter, only that it is the same. */
static void a_member_beside_the_tree_replaces_nothing(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "alice/hv/x/a.c", ENTRY_FILE, "mine\n", 5);
    offer(&taken, "alicehv/x/a.c", ENTRY_FILE, "no\n", 3);
    take(&taken);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "mine\n"));
    end(&taken);
}

static void a_file_that_is_there_twice_is_told(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "hv/x/a.c", ENTRY_FILE, "one\n", 4);
    offer(&taken, "./hv/x/a.c", ENTRY_FILE, "two\n", 4);
    take(&taken);
    CU_ASSERT_EQUAL(taken.intake.taken, 1);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "two\n"));
    CU_ASSERT_TRUE(noted(&taken, "is there more than once"));
    end(&taken);
}

static void other_letters_are_taken_for_ours(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "HV/X/A.c", ENTRY_FILE, "mine\n", 5);
    take(&taken);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "mine\n"));
    CU_ASSERT_TRUE(noted(&taken, "HV/X/A.c: was taken for hv/x/a.c"));
    end(&taken);
    begin(&taken);
    offer(&taken, "hv/x/a.c", ENTRY_FILE, "mine\n", 5);
    offer(&taken, "hv/x/A.C", ENTRY_FILE, "other\n", 6);
    take(&taken);
    CU_ASSERT_TRUE(holds(&taken, "hv/x/a.c", "mine\n"));
    CU_ASSERT_TRUE(noted(&taken, "hv/x/A.C: was not taken: hv/x/a.c is there too"));
    end(&taken);
}

static void folders_that_are_elsewhere_are_told(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "guest-os", ENTRY_SUBMODULE, "", 0);
    offer(&taken, "hv/x", ENTRY_LINK, "", 0);
    take(&taken);
    CU_ASSERT_TRUE(noted(&taken, "hv/x: is a link and was not followed"));
    end(&taken);
}

static void remarks_have_a_bound(void)
{
    struct taken taken;
    begin(&taken);
    for (int i = 0; i < 500; i++)
        offer(&taken, "../x", ENTRY_FILE, "", 0);
    take(&taken);
    CU_ASSERT_EQUAL(taken.intake.note_count, INTAKE_NOTES_MOST);
    CU_ASSERT(taken.intake.unsaid >= 500 - INTAKE_NOTES_MOST);
    end(&taken);
}

static void what_a_reader_found_comes_through(void)
{
    struct taken taken;
    struct intake back = {0};
    struct buffer packed = {0};
    struct error error;
    begin(&taken);
    offer(&taken, "hv/x/a.c", ENTRY_FILE, "mi\0ne", 5);
    offer(&taken, "", ENTRY_LINK, "", 0);
    taken.intake.remark = copy_string("remark");
    intake_pack(&taken.intake, &packed);
    CU_ASSERT_EQUAL_FATAL(intake_unpack(&back, &packed, &error), 0);
    CU_ASSERT_EQUAL_FATAL(back.entry_count, 2);
    CU_ASSERT_EQUAL(memcmp(back.entries[0].text.data, "mi\0ne", 6), 0);
    CU_ASSERT_STRING_EQUAL(back.remark, "remark");
    intake_free(&back);
    for (size_t length = 0; length < packed.length;
         length++) { /* cut anywhere: never accepted whole */
        struct buffer part = {.data = packed.data, .length = length};
        int status = intake_unpack(&back, &part, &error);
        CU_ASSERT(status != 0 || back.entry_count < 2);
        intake_free(&back);
    }
    buffer_free(&packed);
    end(&taken);
}

static void paths_that_leave_the_tree_are_told(void)
{
    static const char *const paths[] = {"/hv/x/a.c", "../hv/x/a.c", "hv/../../x", "hv/x/..",
                                        "hv\\x\\a.c"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct taken taken;
        begin(&taken);
        offer(&taken, paths[i], ENTRY_FILE, "mine\n", 5);
        take(&taken);
        CU_ASSERT_EQUAL(taken.intake.taken, 0);
        CU_ASSERT_TRUE(noted(&taken, "leads out of the tree"));
        end(&taken);
    }
}

static void links_junk_and_giants_are_not_taken(void)
{
    struct taken taken;
    begin(&taken);
    offer(&taken, "hv/x/a.c", ENTRY_LINK, "", 0);
    take(&taken);
    CU_ASSERT_TRUE(noted(&taken, "is a link"));
    end(&taken);
    begin(&taken);
    offer(&taken, "hv/x/a.c", ENTRY_FILE, "a\0b", 3);
    take(&taken);
    CU_ASSERT_TRUE(noted(&taken, "holds a NUL byte"));
    end(&taken);
    begin(&taken);
    offer(&taken, "hv/x/a.c", ENTRY_FILE, "", 0);
    taken.intake.entries[0].bytes = INTAKE_FILE_MOST + 1;
    take(&taken);
    CU_ASSERT_TRUE(noted(&taken, "larger than 256 KiB"));
    end(&taken);
    begin(&taken);
    offer(&taken, "hv/x/my_\n$(x).c", ENTRY_FILE, "x", 1);
    take(&taken);
    CU_ASSERT_TRUE(noted(&taken, "my_\\x0a$(x).c: was not taken: its name"));
    end(&taken);
}

static void bounds_are_kept(void)
{
    struct intake intake = {0};
    struct error error = {0};
    CU_ASSERT_EQUAL(intake_count(&intake, INTAKE_TOTAL_MOST, &error), 0);
    CU_ASSERT_EQUAL(intake_count(&intake, 1, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "holds more than 64 MiB"));
}

TEST_SUITE(intake,
           {"files with blanks are taken, and no others",
            files_with_blanks_are_taken_and_no_others},
           {"a member beside the tree replaces nothing", a_member_beside_the_tree_replaces_nothing},
           {"a file that is there twice is told", a_file_that_is_there_twice_is_told},
           {"other letters are taken for ours", other_letters_are_taken_for_ours},
           {"remarks have a bound", remarks_have_a_bound},
           {"what a reader found comes through", what_a_reader_found_comes_through},
           {"one folder around everything is looked through",
            one_folder_around_everything_is_looked_through},
           {"own files make no tree fuller", own_files_make_no_tree_fuller},
           {"folders that are elsewhere are told", folders_that_are_elsewhere_are_told},
           {"paths that leave the tree are told", paths_that_leave_the_tree_are_told},
           {"links, junk and giants are not taken", links_junk_and_giants_are_not_taken},
           {"bounds are kept", bounds_are_kept});
