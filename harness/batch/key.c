/* Makes and compares keys; see key.h. */
#include "batch/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grade/lab_range.h"
#include "lib/digest.h"
#include "lib/file.h"
#include "lib/process.h"
#include "machine/firmware.h"
#include "machine/qemu.h"
#include "stage/tree.h"
#include "stage/walk.h"

#define UNKNOWN     "-"
#define COMPILER    "riscv64-unknown-elf-gcc"
#define COMPILER_MS 600000 /* a backstop, for a busy host */

/* The first word of a line of a key, and what it says of a grade that it changed. */
static const struct {
    const char *word, *changed;
} lines[] = {
    {"submission", "the submission"},
    {"lab", "the lab"},
    {"seed", "the seed"},
    {"hidden", "--hidden"},
    {"checks", "the checks"},
    {"course", "the course's files"},
    {"coach", "coach"},
    {"qemu", "QEMU"},
    {"firmware", "the firmware"},
    {"compiler", "the compiler"},
    {"binutils", "the assembler or linker"},
};

#define LINES (sizeof(lines) / sizeof(lines[0]))

static void add_line(struct buffer *key, const char *word, const char *value)
{
    buffer_printf(key, "%s %s\n", word, value);
}

static void add_files(struct digest *digest, const char *root, const struct walk *walk)
{
    for (size_t i = 0; i < walk->count; i++) {
        char *path = format_string("%s/%s", root, walk->paths[i]);
        digest_text(digest, walk->paths[i]);
        digest_file(digest, path);
        free(path);
    }
}

/* All files of a folder, by name and contents. */
static int digest_folder(struct digest *digest, const char *root, const char *folder,
                         struct error *error)
{
    struct walk walk = {0};
    int status = walk_folder(&walk, root, folder, error);
    walk_sort(&walk);
    add_files(digest, root, &walk);
    walk_free(&walk);
    return status;
}

static int add_checks(const struct plan *plan, const struct course *course,
                      const struct lab_range *range, struct buffer *key, struct error *error)
{
    struct digest digest;
    char text[DIGEST_CHARACTERS];
    int status = 0;
    digest_begin(&digest);
    for (unsigned i = range->first; status == 0 && i <= range->last; i++) {
        char *folder = format_string("%s/checks", course->labs[i - 1]->folder);
        status = digest_folder(&digest, course->root, folder, error);
        free(folder);
    }
    if (status == 0 && plan->hidden[0] != '\0') {
        status = digest_folder(&digest, plan->hidden, ".", error);
    }
    digest_end(&digest, text);
    add_line(key, "checks", text);
    return status;
}

/* The trees that submissions are built in, as they are without one, and the probes. */
static int add_course(const struct course *course, const struct lab_range *range,
                      struct buffer *key, struct error *error)
{
    struct digest digest;
    char text[DIGEST_CHARACTERS];
    digest_begin(&digest);
    for (unsigned i = range->first; i <= range->last; i++) {
        struct tree tree;
        struct tree_extent extent = {.upto = i};
        if (tree_plan(&tree, course, &extent, error) != 0) {
            return -1;
        }
        for (size_t k = 0; k < tree.count; k++) {
            if (strncmp(tree.files[k].path, "labs/", 5) == 0) {
                continue; /* handouts; the checks are digested by themselves */
            }
            digest_text(&digest, tree.files[k].path);
            digest_add(&digest, buffer_string(&tree.files[k].text), tree.files[k].text.length);
        }
        tree_free(&tree);
    }
    for (unsigned i = 1; i <= range->last; i++) { /* which files are taken from a submission */
        char *path = format_string("%s/%s/lab.yaml", course->root, course->labs[i - 1]->folder);
        digest_text(&digest, path + strlen(course->root));
        digest_file(&digest, path);
        free(path);
    }
    int status = digest_folder(&digest, course->root, "build/guest-os/probes", error);
    digest_end(&digest, text);
    add_line(key, "course", text);
    return status;
}

/* Coach is its program and what it loads into QEMU. */
static void add_coach(struct buffer *key)
{
    struct digest digest;
    char text[DIGEST_CHARACTERS];
    char *plugins = file_beside_program("plugin");
    struct error ignored;
    digest_begin(&digest);
    digest_file(&digest, "/proc/self/exe");
    digest_folder(&digest, plugins, ".", &ignored);
    digest_end(&digest, text);
    add_line(key, "coach", text);
    free(plugins);
}

/* A program that was built anew says the same version, and may do other things. */
static void add_program(struct digest *digest, const char *path)
{
    digest_text(digest, path);
    digest_file(digest, path);
}

static void add_qemu(struct buffer *key)
{
    struct qemu_version version;
    struct error ignored;
    struct digest digest;
    char text[DIGEST_CHARACTERS];
    char *binary = NULL;
    if (qemu_find(NULL, &binary, &version, &ignored) != 0) {
        add_line(key, "qemu", UNKNOWN);
        add_line(key, "firmware", UNKNOWN);
        return;
    }
    digest_begin(&digest);
    digest_file(&digest, binary);
    digest_end(&digest, text);
    buffer_printf(key, "qemu %u.%u.%u %s\n", version.major, version.minor, version.micro, text);
    char *firmware = firmware_path(binary);
    digest_begin(&digest);
    digest_file(&digest, firmware);
    digest_end(&digest, text);
    add_line(key, "firmware", text);
    free(firmware);
    free(binary);
}

/* The first line that the compiler says, asked as in the sandbox; "" if it does not say it. */
static char *ask_compiler(const char *option)
{
    const char *const argv[] = {"env", "PATH=/usr/bin:/bin", COMPILER, option, NULL};
    struct buffer output = {0};
    struct process_end end = {0};
    struct error ignored;
    bool known = process_run(argv, COMPILER_MS, &output, &end, &ignored) == 0 && end.exited &&
                 end.status == 0;
    const char *said = known ? buffer_string(&output) : "";
    char *line = format_string("%.*s", (int)strcspn(said, "\n"), said);
    buffer_free(&output);
    return line;
}

/* The programs that `names`, NULL-ended, are to the compiler. */
static void add_tools(struct digest *digest, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        char *option = format_string("-print-prog-name=%s", names[i]);
        char *path = ask_compiler(option);
        add_program(digest, path);
        free(path);
        free(option);
    }
}

static void add_compiler(struct buffer *key)
{
    static const char *const compiler[] = {"cc1", NULL};
    static const char *const binutils[] = {"as", "ld", "objcopy", NULL};
    struct digest digest;
    char text[DIGEST_CHARACTERS];
    char *version = ask_compiler("-dumpfullversion");
    if (*version == '\0') {
        add_line(key, "compiler", UNKNOWN);
        add_line(key, "binutils", UNKNOWN);
        free(version);
        return;
    }
    digest_begin(&digest);
    add_program(&digest, "/usr/bin/" COMPILER);
    add_tools(&digest, compiler);
    digest_end(&digest, text);
    buffer_printf(key, "compiler %s %s\n", version, text);
    digest_begin(&digest);
    add_tools(&digest, binutils);
    digest_end(&digest, text);
    add_line(key, "binutils", text);
    free(version);
}

int key_make(struct plan *plan, struct error *error)
{
    struct buffer key = {0};
    struct lab_range range;
    struct course *course = course_open(plan->course, error);
    if (course == NULL) {
        return -1;
    }
    int status = lab_range_parse(course, plan->lab, &range, error);
    add_line(&key, "lab", plan->lab);
    if (plan->seeded) {
        buffer_printf(&key, "seed %llu\n", (unsigned long long)plan->seed);
    } else {
        add_line(&key, "seed", "each check's own");
    }
    add_line(&key, "hidden", plan->hidden[0] != '\0' ? "with" : "without");
    if (status == 0) {
        status = add_checks(plan, course, &range, &key, error);
    }
    if (status == 0) {
        status = add_course(course, &range, &key, error);
    }
    add_coach(&key);
    add_qemu(&key);
    add_compiler(&key);
    course_free(course);
    free(plan->key);
    plan->key = copy_string(buffer_string(&key));
    buffer_free(&key);
    return status;
}

char *key_submission(const char *digest)
{
    return format_string("submission %s\n", digest);
}

/* The value of a key's line that begins with `word`, to free(); "" if there is none. */
static char *value_of(const char *key, const char *word)
{
    size_t length = strlen(word);
    for (const char *line = key; *line != '\0'; line += *line == '\n') {
        size_t bytes = strcspn(line, "\n");
        if (bytes > length && strncmp(line, word, length) == 0 && line[length] == ' ') {
            return format_string("%.*s", (int)(bytes - length - 1), line + length + 1);
        }
        line += bytes;
    }
    return copy_string("");
}

char *key_objects(const struct plan *plan)
{
    static const char *const words[] = {"course", "compiler", "binutils"};
    struct digest digest;
    char text[DIGEST_CHARACTERS];
    digest_begin(&digest);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char *value = value_of(plan->key, words[i]);
        digest_text(&digest, value);
        free(value);
    }
    digest_end(&digest, text);
    return format_string("%s/.objects-%.16s", plan->out, text);
}

void key_changes(const char *before, const char *now, struct buffer *out)
{
    size_t begin = out->length;
    for (size_t i = 0; i < LINES; i++) {
        char *first = value_of(before, lines[i].word);
        char *second = value_of(now, lines[i].word);
        bool unknown = strcmp(first, UNKNOWN) == 0 || strcmp(second, UNKNOWN) == 0;
        if (!unknown && strcmp(first, second) != 0) {
            buffer_printf(out, "%s%s", out->length > begin ? ", " : "", lines[i].changed);
        }
        free(first);
        free(second);
    }
}
