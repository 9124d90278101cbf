/* Functions are found to the byte, whatever stands around them. */
#include "stage/source.h"

#include <stdlib.h>
#include <string.h>

#include "stage/blank.h"
#include "test.h"

/* Checks one span of `text` against the words that it should hold. */
static bool holds(const char *text, struct source_span span, const char *words)
{
    return span.end - span.begin == strlen(words) &&
           memcmp(text + span.begin, words, strlen(words)) == 0;
}

static const char plain[] = "/* File's duty. */\n"
                            "#include <stdint.h>\n"
                            "\n"
                            "int early(void);\n"
                            "\n"
                            "/* Adds one.\n"
                            " * Not two: \"{\". */\n"
                            "int early(void)\n"
                            "{\n"
                            "    const char *brace = \"}\"; /* } */\n"
                            "    return *brace == '}' ? 1 : 2; // }\n"
                            "}\n"
                            "\n"
                            "int late(int x)\n"
                            "{\n"
                            "    return x;\n"
                            "}\n";

static void finds_comment_signature_and_body(void)
{
    struct source_function found;
    CU_ASSERT_EQUAL_FATAL(source_find_c(plain, strlen(plain), "early", &found, NULL), 0);
    CU_ASSERT_TRUE(holds(plain, found.comment, "/* Adds one.\n * Not two: \"{\". */"));
    CU_ASSERT_TRUE(holds(plain, found.signature, "int early(void)"));
    CU_ASSERT_EQUAL(plain[found.body.begin], '{');
    CU_ASSERT_EQUAL(plain[found.body.end - 1], '}');
    CU_ASSERT_PTR_NOT_NULL(strstr(plain + found.body.begin, "brace"));
    CU_ASSERT_PTR_EQUAL(strstr(plain + found.body.end, "int late"), plain + found.body.end + 2);
    CU_ASSERT_EQUAL(found.line, 8);
}

static void prototypes_calls_and_types_are_no_definitions(void)
{
    static const char text[] = "struct late { int (*late)(void); } table = { .late = f(late) };\n"
                               "REGISTER(list, struct late) = { late };\n"
                               "static void user(void) { late(1); if (late(2)) { late(3); } }\n"
                               "__attribute__((noinline)) static int late(int a)\n"
                               "    __attribute__((cold));\n"
                               "HV_INIT(1, late)\n"
                               "static int __attribute__((noinline)) late(int a) { return a; }\n";
    struct source_function found;
    CU_ASSERT_EQUAL_FATAL(source_find_c(text, strlen(text), "late", &found, NULL), 0);
    CU_ASSERT_TRUE(holds(text, found.body, "{ return a; }"));
}

static void attributes_may_follow_the_parameters(void)
{
    static const char text[] = "void f(int a) __attribute__((used))\n{\n    a++;\n}\n";
    struct source_function found;
    CU_ASSERT_EQUAL_FATAL(source_find_c(text, strlen(text), "f", &found, NULL), 0);
    CU_ASSERT_TRUE(holds(text, found.body, "{\n    a++;\n}"));
}

static void directives_with_braces_do_not_confuse(void)
{
    static const char text[] = "#define OPEN {\n"
                               "#define LONG do { \\\n"
                               "    } while (0)\n"
                               "int f(void)\n"
                               "{\n"
                               "#ifdef X /* don't }\n"
                               "} */\n"
                               "    return '\\'';\n"
                               "#endif\n"
                               "}\n";
    struct source_function found;
    CU_ASSERT_EQUAL_FATAL(source_find_c(text, strlen(text), "f", &found, NULL), 0);
    CU_ASSERT_EQUAL(found.body.end, strlen(text) - 1);
}

static void a_comment_after_an_empty_line_is_not_the_functions(void)
{
    static const char text[] = "/* Of the file. */\n\nint f(void) { return 0; }\n";
    struct source_function found;
    CU_ASSERT_EQUAL_FATAL(source_find_c(text, strlen(text), "f", &found, NULL), 0);
    CU_ASSERT_EQUAL(found.comment.begin, found.comment.end);
}

static void what_is_missing_doubled_or_open_is_an_error(void)
{
    static const struct {
        const char *text, *complaint;
    } cases[] = {
        {"int g(void) { }", "no definition of function 'f' here"},
        {"int f(void) { }\nint f(void) { }\n", "function 'f' is defined 2 times"},
        {"int f(void) {\n", "line 1: '{' is never closed"},
        {"int f(void) { ( }\n", "line 1: found '}', expected ')'"},
        {"\n}\n", "line 2: '}' closes nothing"},
        {"/* open\n", "line 1: a comment or literal is never closed"},
        {"int f(void) { return \"x\n; }", "'{' is never closed"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source_function found;
        struct error error = {0};
        const char *text = cases[i].text;
        CU_ASSERT_EQUAL(source_find_c(text, strlen(text), "f", &found, &error), -1);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, cases[i].complaint));
    }
}

static const char assembly[] = "/* Vector.\n"
                               "trap:\n"
                               " */\n"
                               "    .text\n"
                               "\n"
                               "/* Saves all. */\n"
                               "    .globl trap\n"
                               "trap:\n"
                               "    csrrw a0, sscratch, a0\n"
                               "1:  beqz a0, 1b\n"
                               ".Llocal:\n"
                               "    sret /* done */\n"
                               "\n"
                               "/* From trap. */\n"
                               "    .globl leave\n"
                               "leave:\n"
                               "    ret\n"
                               "    .size leave, . - leave\n";

static void assembly_functions_end_before_the_next_symbol(void)
{
    struct source_function found;
    CU_ASSERT_EQUAL_FATAL(source_find("x.S", assembly, strlen(assembly), "trap", &found, NULL), 0);
    CU_ASSERT_TRUE(holds(assembly, found.comment, "/* Saves all. */"));
    CU_ASSERT_TRUE(holds(assembly, found.body,
                         "    csrrw a0, sscratch, a0\n1:  beqz a0, 1b\n.Llocal:\n"
                         "    sret /* done */\n"));
    CU_ASSERT_EQUAL_FATAL(source_find("x.S", assembly, strlen(assembly), "leave", &found, NULL), 0);
    CU_ASSERT_TRUE(holds(assembly, found.body, "    ret\n"));
    CU_ASSERT_EQUAL(source_find("x.S", assembly, strlen(assembly), "none", &found, NULL), -1);
}

static struct buffer buffer_of(const char *text)
{
    struct buffer buffer = {0};
    buffer_text(&buffer, text);
    return buffer;
}

static void a_blank_keeps_all_but_the_body(void)
{
    struct buffer text = buffer_of(plain);
    CU_ASSERT_EQUAL_FATAL(blank_function(&text, "a.c", "early", "write me", "boot/todo.h", NULL),
                          0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "#include <stdint.h>\n#include \"boot/todo.h\"\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text.data, " */\nint early(void)\n{\n    TODO(\"write me\");\n}\n\nint late(int"));
    CU_ASSERT_PTR_NULL(strstr(text.data, "brace"));
    buffer_free(&text);
}

static void blanking_twice_changes_nothing(void)
{
    static const char *const sources[][2] = {{"a.c", plain}, {"a.S", assembly}};
    static const char *const names[] = {"late", "trap"};
    for (size_t i = 0; i < 2; i++) {
        struct buffer text = buffer_of(sources[i][1]);
        bool todo = true;
        CU_ASSERT_EQUAL(blank_is_todo(&text, sources[i][0], names[i], &todo, NULL), 0);
        CU_ASSERT_FALSE(todo);
        CU_ASSERT_EQUAL(blank_function(&text, sources[i][0], names[i], "a", "t.h", NULL), 0);
        char *once = copy_string(text.data);
        CU_ASSERT_EQUAL(blank_is_todo(&text, sources[i][0], names[i], &todo, NULL), 0);
        CU_ASSERT_TRUE(todo);
        CU_ASSERT_EQUAL(blank_function(&text, sources[i][0], names[i], "b", "t.h", NULL), 0);
        CU_ASSERT_STRING_EQUAL(text.data, once);
        free(once);
        buffer_free(&text);
    }
}

TEST_SUITE(stage_source,
           {"a function's comment, signature and body are found", finds_comment_signature_and_body},
           {"prototypes, calls and types are no definitions",
            prototypes_calls_and_types_are_no_definitions},
           {"attributes may follow the parameters", attributes_may_follow_the_parameters},
           {"directives with braces do not confuse", directives_with_braces_do_not_confuse},
           {"a comment after an empty line is not the function's",
            a_comment_after_an_empty_line_is_not_the_functions},
           {"what is missing, doubled or open is an error",
            what_is_missing_doubled_or_open_is_an_error},
           {"assembly functions end before the next symbol",
            assembly_functions_end_before_the_next_symbol},
           {"a blank keeps all but the body", a_blank_keeps_all_but_the_body},
           {"blanking twice changes nothing", blanking_twice_changes_nothing});
