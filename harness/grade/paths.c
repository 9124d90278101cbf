/* Replay lines, and the paths of this machine that no result may show. */
#include "grade/paths.h"

#include <stdlib.h>
#include <string.h>

#include "grade/judge.h"
#include "grade/objects.h"

/* A learner has no use for a path of this machine; one that is relative may fit their tree. */
static void add_word(const struct grading *grading, struct buffer *line, const char *option,
                     const char *value)
{
    if (value != NULL && !(grading->for_learner && value[0] == '/')) {
        buffer_printf(line, " %s ", option);
        buffer_quoted(line, value);
    }
}

char *paths_replay(const struct grading *grading, unsigned lab)
{
    struct buffer line = {0};
    bool here = strcmp(grading->submission, ".") == 0;
    buffer_printf(&line, "coach grade %u", lab);
    add_word(grading, &line, "--course", grading->root);
    add_word(grading, &line, "--submission",
             here || grading->reference ? NULL : grading->submission);
    buffer_text(&line, grading->reference ? " --reference" : "");
    buffer_text(&line, " --replay");
    return line.data;
}

char *paths_replay_hidden(const struct grading *grading)
{
    struct buffer words = {0};
    if (grading->for_learner) {
        return NULL;
    }
    add_word(grading, &words, "--hidden", grading->hidden);
    buffer_text(&words, grading->allow_weak ? " --allow-weak" : "");
    char *text = copy_string(buffer_string(&words));
    buffer_free(&words);
    return text;
}

static void hide_folder(struct result_run *run, const char *folder, const char *name)
{
    char *from = format_string("%s/", folder);
    while (strlen(from) > 2 && strcmp(from + strlen(from) - 2, "//") == 0) {
        from[strlen(from) - 1] = '\0';
    }
    if (from[0] == '/' && from[1] != '\0') {
        result_run_replace(run, from, name);
        from[strlen(from) - 1] = '\0';
        result_run_replace(run, from, *name != '\0' ? name : "the folder");
    }
    free(from);
}

/* Objects that were taken over name their sources by where they were built. */
static void hide_origin(struct result_run *run, const char *objects)
{
    char *origin = objects != NULL ? objects_origin(objects) : copy_string("");
    hide_folder(run, origin, "");
    free(origin);
}

void paths_hide(struct result_run *run, const struct grading *grading, const struct work *work)
{
    if (work->root != NULL) {
        hide_folder(run, work->judged, "build/");
        hide_folder(run, work->tree, "");
        hide_origin(run, grading->objects);
        hide_folder(run, work->root, "");
    }
    const char *temporary = getenv("TMPDIR");
    if (temporary != NULL && strcmp(temporary, "/tmp") != 0) {
        hide_folder(run, temporary, "");
    }
    if (grading->hidden != NULL) {
        hide_folder(run, grading->hidden, JUDGE_HIDDEN "/");
    }
    const char *slash = grading->reference ? NULL : strrchr(grading->submission, '/');
    if (slash != NULL && slash[1] != '\0') {
        result_run_replace(run, grading->submission, slash + 1);
    }
    hide_folder(run, grading->course->root, "");
}
