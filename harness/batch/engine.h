/* How a batch's work is spread: on this machine, by GNU parallel, by Slurm. */
#ifndef HARNESS_BATCH_ENGINE_H
#define HARNESS_BATCH_ENGINE_H

#include "batch/plan.h"

struct engine {
    const char *name;
    /*
     * Grades the entries whose indices are in `todo`, `jobs` at once, and returns when all have
     * been tried, or batch_stopped says so: nothing of it then goes on. -1 with *error when the
     * engine itself failed; a submission's failure is none.
     */
    int (*run)(const struct plan *plan, const size_t *todo, size_t count, unsigned jobs,
               struct error *error);
};

/* Known to --engine: BATCH_ENGINE(slurm, run_slurm); */
#define BATCH_ENGINE(engine_name, function)                                                        \
    static const struct engine engine_##engine_name = {#engine_name, function};                    \
    static const struct engine *const engine_entry_##engine_name                                   \
        __attribute__((section("batch_engines"), used)) = &engine_##engine_name

/* The engine of that name; NULL with *error, which names those that there are. */
const struct engine *engine_find(const char *name, struct error *error);

#endif
