/* Where in a submission the learner's tree is found. */
#include <stdio.h>
#include <string.h>

#include "grade/intake.h"
#include "test.h"

/* A course of one lab with three files that have blanks; the tree holds what is handed out. */
static struct lab_blank three[] = {{.file = "hv/x/a.c", .function = "f", .step = 1},
                                   {.file = "hv/x/b.c", .function = "g", .step = 2},
                                   {.file = "hv/x/c.c", .function = "h", .step = 3}};
static struct lab lab = {.number = 1, .blanks = three, .blanks_count = 3};
static struct lab *labs[] = {&lab};
static struct course_file files[] = {{"hv/x/a.c", 1}, {"hv/x/b.c", 1}, {"hv/x/c.c", 1}};
static struct course course = {.labs = labs, .lab_count = 1, .files = files, .file_count = 3};

static void offer(struct intake *intake, const char *path, const char *text)
{
    struct intake_entry *entry;
    CU_ASSERT_EQUAL_FATAL(intake_add(intake, path, ENTRY_FILE, strlen(text), &entry, NULL), 0);
    buffer_text(&entry->text, text);
}

/* Offers a tree, a letter a file: '.' is absent, 'o' as it is handed out, others are written. */
static void offer_tree(struct intake *intake, const char *folder, const char *files)
{
    for (size_t i = 0; files[i] != '\0'; i++) {
        char path[100], text[] = "ours\n";
        snprintf(path, sizeof(path), "%shv/x/%c.c", folder, (char)('a' + i));
        text[0] = files[i];
        if (files[i] != '.')
            offer(intake, path, text);
    }
}

/* Which of two trees is taken; "both" when a person has to decide. */
static const char *chosen(const char *first, const char *first_files, const char *second,
                          const char *second_files)
{
    struct intake intake = {0};
    struct tree tree = {0};
    struct error error = {0};
    static char root[100];
    for (size_t i = 0; i < 3; i++) {
        struct buffer ours = {0};
        buffer_text(&ours, "ours\n");
        tree_put(&tree, files[i].path, 1, &ours);
    }
    offer_tree(&intake, first, first_files);
    offer_tree(&intake, second, second_files);
    int status = intake_choose(&intake, &course, 1, &tree, &error);
    snprintf(root, sizeof(root), "%s", status == 0 ? intake.root : "both");
    if (status != 0) {
        CU_ASSERT_EQUAL(error.status, COACH_FAULT);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, first[0] != '\0' ? first : "the top"));
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, second));
    } else {
        CU_ASSERT_PTR_NOT_NULL_FATAL(intake.remark);
        CU_ASSERT_PTR_NOT_NULL(strstr(intake.remark, "there is another tree in"));
    }
    intake_free(&intake);
    tree_free(&tree);
    return root;
}

static void of_several_trees_the_one_with_most_in_it_is_taken(void)
{
    CU_ASSERT_STRING_EQUAL(chosen("a/", "1oo", "b/", "123"), "b/");
    CU_ASSERT_STRING_EQUAL(chosen("", "1..", "deep/", "123"), "deep/"); /* a stray file */
    CU_ASSERT_STRING_EQUAL(chosen("", "1..", "deep/", "1oo"), "deep/");
    CU_ASSERT_STRING_EQUAL(chosen("", "123", "old/", "456"), ""); /* a copy kept in it */
    CU_ASSERT_STRING_EQUAL(chosen("me/lab 1/", "123", "me/lab 1/old/", "456"), "me/lab 1/");
    CU_ASSERT_STRING_EQUAL(chosen("", "ooo", "mine/", "123"), "mine/"); /* in a fresh one */
    CU_ASSERT_STRING_EQUAL(chosen("", "ooo", "mine/", "12."), "mine/");
    CU_ASSERT_STRING_EQUAL(chosen("a/", "123", "b/", "123"), "a/"); /* it makes no difference */
    CU_ASSERT_STRING_EQUAL(chosen("a/", "123", "b/", "124"), "both");
    CU_ASSERT_STRING_EQUAL(chosen("a/", "12o", "b/c/", "1o3"), "both");
    CU_ASSERT_STRING_EQUAL(chosen("a/", "12o", "a-b/", "1o3"), "both");
}

TEST_SUITE(intake_root, {"of several trees the one with most in it is taken",
                         of_several_trees_the_one_with_most_in_it_is_taken});
