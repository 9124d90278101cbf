/* Memory that is given back all at once: a check's tree lives in one of these. */
#ifndef CHECK_ARENA_H
#define CHECK_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed memory that lives as long as the arena; never NULL. */
void *arena_take(struct arena *arena, size_t bytes);

/* A copy of `length` bytes of text, with a NUL behind. */
char *arena_text(struct arena *arena, const char *text, size_t length);

#endif
