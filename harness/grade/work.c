/* Builds a submission where it can do no harm, and takes over what came out. */
#include "grade/work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "stage/walk.h"

#define IMAGE_MOST (32u << 20)
#define LINES_MOST 40

static const struct sandbox_limits build_limits = {
    .cpu_seconds = 30,
    .wall_seconds = 120,
    .memory_bytes = 1ull << 30,
    .file_bytes = IMAGE_MOST,
    .processes = 128,
    .output_bytes = 64 << 10,
};

static char *make_folder(const char *parent, const char *name, struct error *error)
{
    char *path = format_string("%s/%s", parent, name);
    if (mkdir(path, 0755) != 0) {
        error_fault(error, "%s: cannot make this folder: %s", path, strerror(errno));
        free(path);
        return NULL;
    }
    return path;
}

/* Lays out what the checks look for; the probes are the course's own, built beforehand. */
static int lay_out(struct work *work, const struct course *course, struct error *error)
{
    char *hv = make_folder(work->judged, "hv", error);
    char *guest = hv != NULL ? make_folder(work->judged, "guest-os", error) : NULL;
    char *probes = format_string("%s/build/guest-os/probes", course->root);
    char *link = format_string("%s/guest-os/probes", work->judged);
    int status = guest != NULL ? 0 : -1;
    if (status == 0 && access(probes, R_OK | X_OK) != 0) {
        status = error_fault(error, "%s: the probes are not built; run `make` in %s", probes,
                             course->root);
    }
    if (status == 0 && symlink(probes, link) != 0) {
        status = error_fault(error, "%s: cannot make this link: %s", link, strerror(errno));
    }
    free(hv);
    free(guest);
    free(probes);
    free(link);
    return status;
}

int work_open(struct work *work, const struct course *course, struct error *error)
{
    *work = (struct work){0};
    work->root = folder_temporary(error);
    if (work->root == NULL) {
        return -1;
    }
    chmod(work->root, 0755);
    work->tree = make_folder(work->root, "tree", error);
    work->judged = work->tree != NULL ? make_folder(work->root, "judged", error) : NULL;
    if (work->judged == NULL || lay_out(work, course, error) != 0) {
        work_close(work);
        return -1;
    }
    return 0;
}

void work_close(struct work *work)
{
    if (work->root != NULL) {
        folder_remove(work->root);
    }
    free(work->root);
    free(work->tree);
    free(work->judged);
    *work = (struct work){0};
}

/* Copies one image out of the tree: a regular file, not larger than any image can be. */
static int take_over(const struct work *work, const char *name, struct error *error)
{
    char *from = format_string("%s/build/%s", work->tree, name);
    char *to = format_string("%s/%s", work->judged, name);
    struct buffer bytes = {0};
    struct stat status;
    int result = -1;
    if (lstat(from, &status) != 0 || !S_ISREG(status.st_mode)) {
        error_set(error, "the build made no %s", name);
    } else if (file_read_bounded(from, IMAGE_MOST, &bytes, error) == 0) {
        result = file_write(to, buffer_string(&bytes), bytes.length, error);
    }
    buffer_free(&bytes);
    free(from);
    free(to);
    return result;
}

static void add_output(struct result_item *item, const struct sandbox_end *end)
{
    const char *line = buffer_string(&end->output);
    unsigned count = 0;
    while (*line != '\0' && count < LINES_MOST) {
        size_t length = strcspn(line, "\n");
        if (length > 0) {
            result_line(item, LINE_NOTE, "%.*s", (int)(length < 400 ? length : 400), line);
            count++;
        }
        line += length + (line[length] == '\n');
    }
    if (*line != '\0' || end->cut) {
        result_line(item, LINE_NOTE, "… and more");
    }
}

static int run_in_tree(const struct work *work, enum sandbox_tier tier, const char *const *argv,
                       struct sandbox_end *end, struct error *error)
{
    struct sandbox_job job = {.argv = argv, .work = work->tree, .limits = build_limits};
    return sandbox_run(tier, &job, end, error);
}

/* Whether the cross compiler runs at all: otherwise the submission is not to blame. */
static enum verdict check_toolchain(const struct work *work, enum sandbox_tier tier,
                                    struct result_item *item, struct error *error)
{
    static const char *const argv[] = {"riscv64-unknown-elf-gcc", "--version", NULL};
    struct sandbox_end end;
    if (run_in_tree(work, tier, argv, &end, error) != 0) {
        return VERDICT_HARNESS_FAULT;
    }
    bool works = end.process.exited && end.process.status == 0;
    if (!works) {
        result_line(item, LINE_EXPECTED, "riscv64-unknown-elf-gcc runs in the sandbox");
        add_output(item, &end);
    }
    buffer_free(&end.output);
    return works ? VERDICT_PASS : VERDICT_TOOLCHAIN_FAULT;
}

static void describe_end(struct result_item *item, const struct sandbox_end *end)
{
    result_line(item, LINE_EXPECTED, "make ends with status 0");
    if (end->stop == SANDBOX_OUT_OF_TIME) {
        result_line(item, LINE_ACTUAL, "it was stopped after %u seconds",
                    build_limits.wall_seconds);
    } else {
        struct buffer text = {0};
        process_end_describe(&end->process, &text);
        result_line(item, LINE_ACTUAL, "%s", buffer_string(&text));
        buffer_free(&text);
    }
    add_output(item, end);
}

static enum verdict run_make(struct work *work, enum sandbox_tier tier, bool rider,
                             struct result_item *item, struct error *error)
{
    static const char *const argv[] = {"make", "--silent", "--jobs=2", "--no-print-directory",
                                       "say=", "images",   NULL}; /* say: what it is at */
    struct sandbox_end end;
    if (run_in_tree(work, tier, argv, &end, error) != 0) {
        return VERDICT_HARNESS_FAULT;
    }
    enum verdict verdict = VERDICT_PASS;
    if (end.stop != SANDBOX_ENDED || !end.process.exited || end.process.status != 0) {
        verdict = VERDICT_BUILD_ERROR;
        describe_end(item, &end);
    } else if (take_over(work, "hv/stagecoach.elf", error) != 0 ||
               (rider && take_over(work, "guest-os/rider.elf", error) != 0)) {
        verdict = VERDICT_BUILD_ERROR;
        result_line(item, LINE_ACTUAL, "%s", error->text);
    }
    buffer_free(&end.output);
    return verdict;
}

/* Removes the sources of an earlier stage that this one does not have. */
static int remove_others(const struct work *work, const struct tree *tree, struct error *error)
{
    static const char *const folders[] = {"hv", "guest-os"};
    struct walk walk = {0};
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
        status = walk_folder(&walk, work->tree, folders[i], error);
    }
    for (size_t i = 0; status == 0 && i < walk.count; i++) {
        if (tree_find(tree, walk.paths[i]) == NULL) {
            char *path = format_string("%s/%s", work->tree, walk.paths[i]);
            unlink(path);
            free(path);
        }
    }
    walk_free(&walk);
    return status;
}

enum verdict work_build(struct work *work, const struct tree *tree, enum sandbox_tier tier,
                        const char *group, struct result_run *run, struct error *error)
{
    if (remove_others(work, tree, error) != 0 || tree_write(tree, work->tree, error) != 0 ||
        sandbox_own(work->tree, error) != 0) {
        return VERDICT_HARNESS_FAULT;
    }
    char *name = format_string("%s/build", group);
    struct result_check *check = result_check_add(run, name, "The submission builds");
    result_set(&check->group, "%s", group);
    free(name);
    struct result_item *item = result_item_add(check, "images", "compiles and links", 0);
    item->evidence = EVIDENCE_SEEN;
    enum verdict verdict = check_toolchain(work, tier, item, error);
    if (verdict == VERDICT_PASS) {
        verdict = run_make(work, tier, tree_find(tree, "guest-os/build.mk") != NULL, item, error);
    }
    result_judge(item, verdict);
    if (verdict == VERDICT_HARNESS_FAULT) {
        result_line(item, LINE_ACTUAL, "%s", error->text);
    }
    return verdict;
}
