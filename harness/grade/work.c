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

static const struct sandbox_limits build_limits =
    SANDBOX_STEP(.cpu_seconds = 30, .total_seconds = 120, .file_bytes = IMAGE_MOST,
                 .processes = 128, .output_bytes = 64 << 10);

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
    *work = (struct work){.mask = umask(022)};
    work->root = folder_temporary(error);
    if (work->root == NULL) {
        work_close(work);
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
    umask(work->mask);
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

static int run_in(const char *folder, enum sandbox_tier tier, const char *const *argv,
                  struct sandbox_end *end, struct error *error)
{
    struct sandbox_job job = {.argv = argv, .work = folder, .limits = build_limits};
    return sandbox_run(tier, &job, end, error);
}

static int make_in(const char *folder, enum sandbox_tier tier, const char *jobs,
                   struct sandbox_end *end, struct error *error)
{
    const char *const argv[] = {"make", "--silent", jobs, "--no-print-directory",
                                "say=", "images",   NULL}; /* say: what it is at */
    return run_in(folder, tier, argv, end, error);
}

static bool succeeded(const struct sandbox_end *end)
{
    return end->stop == SANDBOX_ENDED && end->process.exited && end->process.status == 0;
}

/* Whether it may have been the host that made it fail, and another time it may not. */
static bool may_be_the_host(const struct sandbox_end *end)
{
    static const char *const words[] = {"Killed",
                                        "signal terminated program",
                                        "internal compiler error",
                                        "out of memory",
                                        "No space left on device",
                                        "Cannot allocate memory",
                                        "Too many open files",
                                        "Resource temporarily unavailable"};
    const char *said = buffer_string(&end->output);
    bool host = end->stop == SANDBOX_STARVED || !end->process.exited;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !host; i++) {
        host = strstr(said, words[i]) != NULL;
    }
    return host;
}

static void describe_end(struct result_item *item, const char *expected,
                         const struct sandbox_end *end)
{
    result_line(item, LINE_EXPECTED, "%s", expected);
    if (end->stop == SANDBOX_OUT_OF_TIME) {
        result_line(item, LINE_ACTUAL, "it was stopped after %u seconds of processor time",
                    build_limits.total_seconds);
    } else if (end->stop == SANDBOX_STARVED) {
        result_line(item, LINE_ACTUAL, "it was not given its processor time within %u seconds",
                    build_limits.wall_seconds);
    } else {
        struct buffer text = {0};
        process_end_describe(&end->process, &text);
        result_line(item, LINE_ACTUAL, "%s", buffer_string(&text));
        buffer_free(&text);
    }
    add_output(item, end);
}

/* Builds the course's own tree, which no learner has touched, beside. */
static enum verdict build_untouched(struct work *work, const struct work_stage *stage,
                                    struct result_item *item, struct error *error)
{
    struct tree tree;
    struct sandbox_end end;
    struct tree_extent extent = {.upto = stage->upto};
    if (tree_plan(&tree, stage->course, &extent, error) != 0) {
        return VERDICT_HARNESS_FAULT;
    }
    char *folder = make_folder(work->root, "untouched", error);
    enum verdict verdict = VERDICT_HARNESS_FAULT;
    if (folder != NULL && tree_write(&tree, folder, error) == 0 &&
        sandbox_own(folder, error) == 0 &&
        make_in(folder, stage->tier, "--jobs=2", &end, error) == 0) {
        verdict = succeeded(&end) ? VERDICT_PASS : VERDICT_TOOLCHAIN_FAULT;
        if (verdict != VERDICT_PASS) {
            describe_end(item, "the course's own tree builds here, which no learner has touched",
                         &end);
        }
        buffer_free(&end.output);
    }
    folder_remove(folder);
    free(folder);
    tree_free(&tree);
    return verdict;
}

static enum verdict take_images(struct work *work, bool rider, struct result_item *item,
                                struct error *error)
{
    if (take_over(work, "hv/stagecoach.elf", error) == 0 &&
        (!rider || take_over(work, "guest-os/rider.elf", error) == 0)) {
        return VERDICT_PASS;
    }
    result_line(item, LINE_ACTUAL, "%s", error->text);
    return error->status == COACH_FAULT ? VERDICT_HARNESS_FAULT : VERDICT_BUILD_ERROR;
}

/*
 * What does not build is held against the course's own tree: where that does not build either, the
 * fault is the host's. Where it does and the compiler was killed, or the disk was full, it may have
 * been the host all the same, and is tried once more.
 */
static enum verdict run_make(struct work *work, const struct work_stage *stage, bool rider,
                             struct result_item *item, struct error *error)
{
    struct sandbox_end end;
    if (make_in(work->tree, stage->tier, "--jobs=2", &end, error) != 0) {
        return VERDICT_HARNESS_FAULT;
    }
    enum verdict verdict = VERDICT_PASS;
    if (!succeeded(&end)) {
        verdict = build_untouched(work, stage, item, error);
        if (verdict == VERDICT_PASS && may_be_the_host(&end)) {
            buffer_free(&end.output);
            if (make_in(work->tree, stage->tier, "--jobs=1", &end, error) != 0) {
                return VERDICT_HARNESS_FAULT;
            }
        }
    }
    if (verdict == VERDICT_PASS && !succeeded(&end)) {
        verdict = end.stop == SANDBOX_STARVED ? VERDICT_TOOLCHAIN_FAULT : VERDICT_BUILD_ERROR;
        describe_end(item, "make ends with status 0", &end);
    } else if (verdict == VERDICT_PASS) {
        verdict = take_images(work, rider, item, error);
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

enum verdict work_build(struct work *work, const struct tree *tree, const struct work_stage *stage,
                        struct result_run *run, struct error *error)
{
    char *name = format_string("%s/build", stage->group);
    struct result_check *check = result_check_add(run, name, "The submission builds");
    result_set(&check->group, "%s", stage->group);
    free(name);
    struct result_item *item = result_item_add(check, "images", "compiles and links", 0);
    item->evidence = EVIDENCE_SEEN;
    enum verdict verdict = VERDICT_HARNESS_FAULT;
    if (remove_others(work, tree, error) == 0 && tree_write(tree, work->tree, error) == 0 &&
        sandbox_own(work->tree, error) == 0) {
        verdict = run_make(work, stage, tree_find(tree, "guest-os/build.mk") != NULL, item, error);
    }
    result_judge(item, verdict);
    if (verdict == VERDICT_HARNESS_FAULT) {
        result_line(item, LINE_ACTUAL, "%s", error->text);
    }
    return verdict;
}
