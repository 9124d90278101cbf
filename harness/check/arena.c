/* Memory that is given back all at once: a list of separately allocated pieces. */
#include "check/arena.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"

struct piece {
    struct piece *next;
    max_align_t data[];
};

struct arena {
    struct piece *pieces;
};

struct arena *arena_new(void)
{
    return allocate(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->pieces) {
        struct piece *piece = arena->pieces;
        arena->pieces = piece->next;
        free(piece);
    }
    free(arena);
}

void *arena_take(struct arena *arena, size_t bytes)
{
    struct piece *piece = allocate(1, sizeof *piece + bytes);
    piece->next = arena->pieces;
    arena->pieces = piece;
    return piece->data;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_take(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}
