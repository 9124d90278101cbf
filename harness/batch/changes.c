/* Holds the points before against those after. */
#include "batch/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch/entry.h"
#include "lib/buffer.h"
#include "lib/text.h"

struct before {
    size_t index;
    unsigned got, of;
};

struct changes {
    const struct plan *plan;
    struct before *before;
    size_t count;
};

/* Reasons, and how many have each. */
struct reasons {
    char **text;
    size_t *count;
    size_t used;
};

static void count_reason(struct reasons *reasons, const char *text)
{
    for (size_t i = 0; i < reasons->used; i++) {
        if (strcmp(reasons->text[i], text) == 0) {
            reasons->count[i]++;
            return;
        }
    }
    size_t more = reasons->used + 1;
    reasons->text = reallocate(reasons->text, more * sizeof(*reasons->text));
    reasons->count = reallocate(reasons->count, more * sizeof(*reasons->count));
    reasons->text[reasons->used] = copy_string(text);
    reasons->count[reasons->used++] = 1;
}

static void say_reasons(struct reasons *reasons)
{
    for (size_t i = 0; i < reasons->used; i++) {
        printf("%zu graded again: %s\n", reasons->count[i], reasons->text[i]);
        free(reasons->text[i]);
    }
    free(reasons->text);
    free(reasons->count);
}

/* A whole result of before, if there is one. */
static bool points_of(const struct plan *plan, size_t index, struct before *before)
{
    struct result_run *run = entry_result(plan, index, "result.json");
    if (run == NULL) {
        return false;
    }
    struct result_score score = result_run_score(run);
    *before = (struct before){index, score.got, score.of};
    result_run_free(run);
    return score.ungraded == 0;
}

struct changes *changes_begin(const struct plan *plan, const size_t *todo, size_t count,
                              char *const *reasons)
{
    struct changes *changes = allocate(1, sizeof(*changes));
    struct reasons told = {0};
    changes->plan = plan;
    changes->before = allocate(count + 1, sizeof(*changes->before));
    for (size_t i = 0; i < count; i++) {
        if (points_of(plan, todo[i], &changes->before[changes->count])) {
            changes->count++;
            count_reason(&told, reasons[todo[i]]);
        }
    }
    say_reasons(&told);
    fflush(stdout);
    return changes;
}

void changes_end(struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct before *before = &changes->before[i];
        struct before after;
        if (!points_of(changes->plan, before->index, &after) ||
            (after.got == before->got && after.of == before->of)) {
            continue;
        }
        text_show(stdout, changes->plan->entries[before->index].name, SIZE_MAX);
        printf(": %s, %u of %u points, %u of %u before\n",
               after.got > before->got   ? "gained"
               : after.got < before->got ? "lost"
                                         : "other points",
               after.got, after.of, before->got, before->of);
    }
    free(changes->before);
    free(changes);
}
