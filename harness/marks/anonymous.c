/* coach anonymous: a class's submissions under names that say nothing, and a table of who is who.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "grade/publish.h"
#include "lib/buffer.h"
#include "lib/csv.h"
#include "lib/file.h"
#include "lib/option.h"
#include "marks/written.h"

struct anonymous_options {
    const char *folder, *lab, *out, *key, *course;
};

static const struct argp_option anonymous_argp_options[] = {
    {"output", 'o', "OUT", 0, "A new folder for the submissions without names", 0},
    {"key", 'k', "FILE", 0,
     "The table code,submission,handed_in; one that is there keeps its codes, and grows", 0},
    {"course", 'c', "DIR", 0, "The course's root (default: coach's own)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct anonymous_options *options = state->input;
    switch (key) {
    case 'o':
        options->out = argument;
        return 0;
    case 'k':
        options->key = argument;
        return 0;
    case 'c':
        options->course = argument;
        return 0;
    case ARGP_KEY_ARG:
        return option_folder_and_lab(argument, state, &options->folder, &options->lab);
    case ARGP_KEY_END:
        if (state->arg_num < 2 || options->out == NULL || options->key == NULL) {
            argp_error(state, "DIR, LAB, -o OUT and --key FILE are expected");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp anonymous_argp = {
    anonymous_argp_options,
    parse_option,
    "DIR LAB",
    "Copy what the submissions in DIR may hold for LAB into OUT, each under a code, so that who "
    "grades "
    "and reads does not see whose it is. Only files that learners write are copied; a name in a "
    "comment of theirs stays. `coach batch OUT LAB` grades them, `coach marks --key FILE` gives "
    "the "
    "points back to the names.",
    NULL,
    NULL,
    NULL,
};

static bool has_code(const struct csv *key, const char *code)
{
    for (size_t i = 0; i < key->count; i++) {
        if (strcmp(csv_field(&key->rows[i], 0), code) == 0) {
            return true;
        }
    }
    return false;
}

/* A code that the table has not; NULL with *error when there is no randomness. */
static char *new_code(const struct csv *key, struct error *error)
{
    for (;;) {
        uint32_t random;
        if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
            error_fault(error, "the system gives no random numbers");
            return NULL;
        }
        char *code = format_string("learner-%08x", random);
        if (!has_code(key, code)) {
            return code;
        }
        free(code);
    }
}

static struct csv_row *row_of(struct csv *key, const char *submission)
{
    for (size_t i = 1; i < key->count; i++) {
        if (strcmp(csv_field(&key->rows[i], 1), submission) == 0) {
            return &key->rows[i];
        }
    }
    return NULL;
}

static struct csv_row *add_row(struct csv *key)
{
    key->rows = reallocate(key->rows, (key->count + 1) * sizeof(*key->rows));
    key->rows[key->count] = (struct csv_row){0};
    return &key->rows[key->count++];
}

static int read_key(struct csv *key, const char *path, struct error *error)
{
    if (access(path, F_OK) == 0) {
        return csv_read(key, path, error) != 0 ? -1
               : csv_column(key, "code") == 0
                   ? 0
                   : error_set(error, "%s: is no table code,submission,handed_in", path);
    }
    *key = (struct csv){.separator = ','};
    struct csv_row *head = add_row(key);
    csv_set(head, 0, "code");
    csv_set(head, 1, "submission");
    csv_set(head, 2, "handed_in");
    return 0;
}

/* When an archive was last written; of a folder nobody knows. */
static void set_time(struct csv_row *row, const char *path)
{
    struct stat status;
    char text[32] = "";
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        struct tm utc;
        gmtime_r(&status.st_mtime, &utc);
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    csv_set(row, 2, text);
}

static int plan_one(const struct written *written, size_t index, struct csv *key, struct tree *out,
                    struct error *error)
{
    const struct plan_entry *entry = &written->plan.entries[index];
    struct csv_row *row = row_of(key, entry->name);
    if (row == NULL) {
        char *code = new_code(key, error);
        if (code == NULL) {
            return -1;
        }
        row = add_row(key);
        csv_set(row, 0, code);
        csv_set(row, 1, entry->name);
        free(code);
    }
    set_time(row, entry->path);
    for (size_t i = 0; i < written->trees[index].count; i++) {
        const struct tree_file *file = &written->trees[index].files[i];
        char *path = format_string("%s/%s", csv_field(row, 0), file->path);
        struct buffer text = {0};
        buffer_add(&text, file->text.data, file->text.length);
        tree_put(out, path, 0, &text);
        free(path);
    }
    return 0;
}

static int anonymous(const struct anonymous_options *options, struct error *error)
{
    struct written written;
    struct csv key = {0};
    struct tree out = {0};
    struct buffer text = {0};
    size_t unread;
    int status = written_read(&written, options->course, options->folder, options->lab,
                              options->out, true, &unread, error);
    if (status == 0) {
        status = read_key(&key, options->key, error);
    }
    for (size_t i = 0; status == 0 && i < written.plan.count; i++) {
        status = written.trees[i].count > 0 ? plan_one(&written, i, &key, &out, error) : 0;
    }
    if (status == 0) {
        status = publish_folder(&out, options->out, error);
    }
    csv_write(&key, &text);
    if (status == 0 && (status = file_write(options->key, text.data, text.length, error)) != 0) {
        folder_remove(options->out);
    }
    if (status == 0) {
        printf("%zu submissions, %zu not read: %s, and who is who: %s (keep it from who grades)\n",
               written.plan.count, unread, options->out, options->key);
    }
    buffer_free(&text);
    tree_free(&out);
    csv_free(&key);
    written_free(&written);
    return status != 0 ? -1 : unread > 0;
}

static int anonymous_command(int argc, char **argv)
{
    struct anonymous_options options = {0};
    struct error error = {0};
    if (argp_parse(&anonymous_argp, argc, argv, 0, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    int status = anonymous(&options, &error);
    return status == 0 ? COACH_OK : status == 1 ? COACH_FAILED : error_report(&error);
}

COACH_COMMAND(anonymous, anonymous_command, "submissions under codes, and a table of who is who");
