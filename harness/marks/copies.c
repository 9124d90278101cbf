/*
 * coach copies: which submissions have files that are the same, and the class's files as JPlag and
 * MOSS want them. Whether similar work is a copy is for those, and for people, to say.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "grade/publish.h"
#include "lib/buffer.h"
#include "lib/option.h"
#include "lib/text.h"
#include "marks/written.h"

struct copies_options {
    const char *folder, *lab, *out, *course;
};

static const struct argp_option copies_argp_options[] = {
    {"output", 'o', "OUT", 0, "A new folder: the report, and what JPlag and MOSS are given", 0},
    {"course", 'c', "DIR", 0, "The course's root (default: coach's own)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct copies_options *options = state->input;
    switch (key) {
    case 'o':
        options->out = argument;
        return 0;
    case 'c':
        options->course = argument;
        return 0;
    case ARGP_KEY_ARG:
        return option_folder_and_lab(argument, state, &options->folder, &options->lab);
    case ARGP_KEY_END:
        if (state->arg_num < 2 || options->out == NULL) {
            argp_error(state, "DIR, LAB and -o OUT are expected");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp copies_argp = {
    copies_argp_options,
    parse_option,
    "DIR LAB",
    "Say which submissions in DIR have written the same files for LAB, white space aside, and "
    "which "
    "have the reference's. OUT holds the report, and all that was written, for JPlag or MOSS.",
    NULL,
    NULL,
    NULL,
};

static void add_name(struct buffer *report, const char *name, bool more)
{
    buffer_text(report, more ? ", " : "");
    text_add(report, name);
}

/* Submissions from `first` on whose file at `path` is as that of `first`; true if there are two. */
static bool add_group(const struct written *written, const struct tree_file *file, size_t first,
                      bool *told, struct buffer *report)
{
    struct buffer names = {0};
    size_t count = 0;
    for (size_t i = first; i < written->plan.count; i++) {
        const struct tree_file *other = tree_find(&written->trees[i], file->path);
        if (other != NULL && !told[i] && written_alike(&file->text, &other->text)) {
            told[i] = true;
            add_name(&names, written->plan.entries[i].name, count++ > 0);
        }
    }
    if (count > 1) {
        buffer_printf(report, "%s: %s\n", file->path, buffer_string(&names));
    }
    buffer_free(&names);
    return count > 1;
}

/* Files of which two submissions have the same; how many such groups there are. */
static size_t report_groups(const struct written *written, struct buffer *report)
{
    size_t groups = 0;
    bool *told = allocate(written->plan.count, sizeof(*told));
    for (size_t f = 0; f < written->course->file_count; f++) {
        memset(told, 0, written->plan.count * sizeof(*told));
        for (size_t i = 0; i < written->plan.count; i++) {
            const struct tree_file *file =
                tree_find(&written->trees[i], written->course->files[f].path);
            groups += file != NULL && !told[i] && add_group(written, file, i, told, report);
        }
    }
    free(told);
    return groups;
}

/* Which have what the reference has. A course that is published has no reference. */
static size_t report_reference(const struct written *written, struct buffer *report)
{
    struct tree solved;
    struct error ignored;
    struct tree_extent extent = {.upto = written->labs.last, .solved = written->labs.last};
    size_t count = 0;
    if (tree_plan(&solved, written->course, &extent, &ignored) != 0) {
        return 0;
    }
    for (size_t i = 0; i < written->plan.count; i++) {
        for (size_t k = 0; k < written->trees[i].count; k++) {
            const struct tree_file *file = &written->trees[i].files[k];
            const struct tree_file *same = tree_find(&solved, file->path);
            if (same != NULL && written_alike(&file->text, &same->text)) {
                buffer_printf(report, "%s: ", file->path);
                text_add(report, written->plan.entries[i].name);
                buffer_text(report, " has what the reference has\n");
                count++;
            }
        }
    }
    tree_free(&solved);
    return count;
}

/* "hv/trap/trap.c" as "hv-trap-trap.c": MOSS takes the files of one folder as one submission. */
static void put_flat(struct tree *out, const char *folder, const struct tree_file *file)
{
    char *path = format_string("%s/%s", folder, file->path);
    for (char *at = path + strlen(folder) + 1; *at != '\0'; at++) {
        *at = *at == '/' ? '-' : *at;
    }
    struct buffer text = {0};
    buffer_add(&text, file->text.data, file->text.length);
    tree_put(out, path, 0, &text);
    free(path);
}

static const char how_to[] =
    "What a class has written, for tools that look for similar work. They have to be installed\n"
    "or registered for; MOSS sends the files to a server. In this folder:\n"
    "\n"
    "    java -jar jplag.jar -l c -p .c,.h,.S -bc base submissions\n"
    "    perl moss -l c -d $(printf -- '-b %s ' base/*) submissions/*/*\n"
    "\n"
    "report.txt lists files that are exactly the same, white space aside. Short files may be\n"
    "alike by chance; read them, and ask for the story, before you say anything to anybody.\n";

static void plan_export(const struct written *written, struct buffer *report, struct tree *out)
{
    struct buffer readme = {0};
    for (size_t i = 0; i < written->plan.count; i++) {
        char *folder = format_string("submissions/%s", written->plan.entries[i].name);
        for (size_t k = 0; k < written->trees[i].count; k++) {
            put_flat(out, folder, &written->trees[i].files[k]);
        }
        free(folder);
    }
    for (size_t i = 0; i < written->blank.count; i++) {
        if (course_allows(written->course, written->labs.last, written->blank.files[i].path)) {
            put_flat(out, "base", &written->blank.files[i]);
        }
    }
    buffer_text(&readme, how_to);
    tree_put(out, "README.txt", 0, &readme);
    tree_put(out, "report.txt", 0, report);
}

static int copies(const struct copies_options *options, struct error *error)
{
    struct written written;
    struct buffer report = {0};
    struct tree out = {0};
    size_t unread;
    int status = written_read(&written, options->course, options->folder, options->lab,
                              options->out, false, &unread, error);
    if (status == 0) {
        size_t groups = report_groups(&written, &report);
        size_t reference = report_reference(&written, &report);
        text_show_lines(stdout, buffer_string(&report));
        plan_export(&written, &report, &out);
        status = publish_folder(&out, options->out, error);
        if (status == 0) {
            printf("%zu submissions, %zu not read: %zu files that several have, %zu that are the "
                   "reference's: %s/report.txt, README.txt\n",
                   written.plan.count, unread, groups, reference, options->out);
        }
    }
    buffer_free(&report);
    tree_free(&out);
    written_free(&written);
    return status;
}

static int copies_command(int argc, char **argv)
{
    struct copies_options options = {0};
    struct error error = {0};
    if (argp_parse(&copies_argp, argc, argv, 0, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    return copies(&options, &error) == 0 ? COACH_OK : error_report(&error);
}

COACH_COMMAND(copies, copies_command,
              "which submissions have the same files; export for JPlag, MOSS");
