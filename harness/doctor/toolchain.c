/* Programs: found in PATH, asked for their version, held against the oldest that will do. */
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/findings.h"
#include "lib/file.h"
#include "lib/process.h"

#define GROUP      "toolchain"
#define TIMEOUT_MS 600000 /* a backstop, for a busy host */

struct tool {
    const char *name;    /* the program */
    const char *other;   /* glob of where it is when it is not in PATH, or NULL */
    unsigned oldest;     /* major version, 0: any */
    const char *needed;  /* the same in words */
    const char *purpose; /* NULL: nothing works without it */
};

static const struct tool tools[] = {
    {"cc", NULL, 0, "", NULL},
    {"make", NULL, 4, "4.3 or later", NULL},
    {"git", NULL, 2, "2 or later", NULL},
    {"riscv64-unknown-elf-gcc", NULL, 12, "12 or later", NULL},
    {"riscv64-unknown-elf-objcopy", NULL, 0, "", NULL},
    {"gdb-multiarch", NULL, 12, "12 or later", "make debug"},
    {"clang", NULL, 14, "14 or later", "make fuzz"},
    {"clang-format", NULL, 14, "14 or later", "make format and make lint"},
    {"FileCheck", "/usr/lib/llvm-*/bin/FileCheck", 0, "", "testing the matcher against LLVM's"},
    {"pandoc", NULL, 2, "2 or later", "make docs"},
    {"dot", NULL, 0, "", "figures in make docs"},
};

/* The first file that the pattern fits; NULL: none. To free(). */
static char *find_other(const char *pattern)
{
    glob_t found = {0};
    char *path = NULL;
    if (pattern != NULL && glob(pattern, 0, NULL, &found) == 0)
        path = process_find(found.gl_pathv[0]);
    globfree(&found);
    return path;
}

/* The first number with a dot in it that the program's --version prints, as text; to free(). */
static char *version_text(const char *path)
{
    const char *const argv[] = {path, strstr(path, "/dot") ? "-V" : "--version", NULL};
    struct buffer output = {0};
    struct process_end end;
    char *version = NULL;
    if (process_run(argv, TIMEOUT_MS, &output, &end, NULL) == 0) {
        for (const char *c = buffer_string(&output); *c != '\0' && version == NULL; c++) {
            size_t digits = strspn(c, "0123456789");
            bool word_begins = c == output.data || !isalnum((unsigned char)c[-1]);
            if (digits > 0 && word_begins && c[digits] == '.')
                version = format_string("%.*s", (int)strspn(c, "0123456789."), c);
        }
    }
    buffer_free(&output);
    return version;
}

static void judge(const struct tool *tool, const char *path, const char *version,
                  struct finding *finding)
{
    enum finding_level bad = tool->purpose ? FINDING_LACKING : FINDING_WRONG;
    const char *why = tool->purpose ? tool->purpose : "building anything";
    if (path == NULL) {
        finding->level = bad;
        finding->found = copy_string("not found");
        finding->advice = format_string("make deps (for %s)", why);
        return;
    }
    finding->found = format_string("%s at %s", version ? version : "unknown version", path);
    if (version != NULL && (unsigned)atoi(version) < tool->oldest) {
        finding->level = bad;
        finding->advice = format_string("too old for %s: install a newer one", why);
    }
}

static void examine_tool(struct findings *findings, const struct tool *tool)
{
    struct finding finding = {.group = GROUP, .name = tool->name, .needed = tool->needed};
    char *path = process_find(tool->name);
    if (path == NULL)
        path = find_other(tool->other);
    char *version = path ? version_text(path) : NULL;
    judge(tool, path, version, &finding);
    finding_add(findings, &finding);
    free(version);
    free(path);
}

/* The assembler must know the H extension's instructions. */
static bool assembles(const char *folder)
{
    static const char source[] = ".option arch, +h\nhfence.gvma\nhlv.d a0, (a1)\ncsrr a0, hgatp\n";
    struct buffer output = {0};
    struct process_end end = {0};
    char *path = format_string("%s/h.s", folder);
    char *object = format_string("%s/h.o", folder);
    const char *const argv[] = {"riscv64-unknown-elf-gcc",
                                "-march=rv64imac_zicsr",
                                "-mabi=lp64",
                                "-c",
                                path,
                                "-o",
                                object,
                                NULL};
    bool works = file_write(path, source, sizeof(source) - 1, NULL) == 0 &&
                 process_run(argv, TIMEOUT_MS, &output, &end, NULL) == 0 && end.exited &&
                 end.status == 0;
    buffer_free(&output);
    free(object);
    free(path);
    return works;
}

static void examine_assembler(struct findings *findings)
{
    struct finding finding = {.group = GROUP, .name = "H in the assembler", .needed = ""};
    char *folder = folder_temporary(NULL);
    bool works = folder != NULL && assembles(folder);
    finding.found = copy_string(works ? "there" : "`.option arch, +h` is not understood");
    if (!works) {
        finding.level = FINDING_WRONG;
        finding.advice = copy_string("binutils 2.38 or later is needed: make deps");
    }
    finding_add(findings, &finding);
    folder_remove(folder);
    free(folder);
}

void examine_toolchain(struct findings *findings)
{
    for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
        examine_tool(findings, &tools[i]);
    examine_assembler(findings);
}
