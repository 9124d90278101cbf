/* The list of mutants: names, keys, the order of files and the order of a draw. */
#include "mutants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FNV_BASIS 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u
#define MAX_FILES 512

static struct source sources[MAX_FILES];
static size_t source_count;
static struct mutant *mutants;
static size_t mutant_count, mutant_room;

static void *must(void *memory)
{
    if (!memory) {
        perror("mutation");
        exit(3);
    }
    return memory;
}

static bool read_all(const char *path, struct source *source)
{
    FILE *file = fopen(path, "re");
    size_t room = 1 << 20;

    if (!file)
        return false;
    source->text = must(calloc(1, room + 1));
    source->bytes = fread(source->text, 1, room, file);
    bool whole = !ferror(file) && source->bytes < room;
    fclose(file);
    return whole;
}

const struct source *source_read(const char *path)
{
    for (size_t i = 0; i < source_count; i++)
        if (strcmp(sources[i].path, path) == 0)
            return &sources[i];
    if (source_count == MAX_FILES || !read_all(path, &sources[source_count])) {
        fprintf(stderr, "mutation: %s: cannot be read, or is larger than a source file is\n", path);
        return NULL;
    }
    sources[source_count].path = must(strdup(path));
    return &sources[source_count++];
}

unsigned source_line(const struct source *source, size_t offset)
{
    unsigned line = 1;

    for (size_t i = 0; i < offset && i < source->bytes; i++)
        line += source->text[i] == '\n';
    return line;
}

static unsigned source_column(const struct source *source, size_t offset)
{
    size_t begin = offset;

    while (begin > 0 && source->text[begin - 1] != '\n')
        begin--;
    return (unsigned)(offset - begin) + 1;
}

static uint64_t hash(uint64_t state, const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        state = (state ^ ((const unsigned char *)bytes)[i]) * FNV_PRIME;
    return state;
}

/* FNV's low bits follow the last byte too closely to sort by. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

static uint64_t key_of(const struct source *source, const char *kind, struct span span,
                       struct span around)
{
    uint64_t place = span.from - around.from;
    uint64_t state = hash(FNV_BASIS, source->path, strlen(source->path));

    state = hash(state, source->text + around.from, around.to - around.from);
    state = hash(state, kind, strlen(kind));
    return mix(hash(state, &place, sizeof(place)));
}

/* The text with as many line ends added as the span has more. */
static char *padded(const struct source *source, struct span span, const char *text)
{
    size_t lines = 0, length = strlen(text);

    for (size_t i = span.from; i < span.to; i++)
        lines += source->text[i] == '\n';
    for (size_t i = 0; i < length; i++)
        lines -= text[i] == '\n' && lines > 0;
    char *all = must(calloc(1, length + lines + 1));
    memcpy(all, text, length);
    memset(all + length, '\n', lines);
    return all;
}

void mutant_add(const struct source *source, const char *kind, struct span span, const char *text,
                const char *function, struct span around)
{
    unsigned line = source_line(source, span.from);
    char name[300];

    snprintf(name, sizeof(name), "%s:%u:%u:%s", source->path, line,
             source_column(source, span.from), kind);
    for (size_t i = 0; i < mutant_count; i++)
        if (strcmp(mutants[i].name, name) == 0)
            return;
    if (mutant_count == mutant_room) {
        mutant_room = mutant_room ? 2 * mutant_room : 1024;
        mutants = must(realloc(mutants, mutant_room * sizeof(*mutants)));
    }
    mutants[mutant_count++] = (struct mutant){
        .name = must(strdup(name)),
        .key = key_of(source, kind, span, around),
        .function = must(strdup(function)),
        .path = source->path,
        .first_line = line,
        .last_line = source_line(source, span.to - 1),
        .function_first = source_line(source, around.from),
        .function_last = source_line(source, around.to - 1),
        .span = span,
        .text = padded(source, span, text),
    };
}

static int by_place(const void *a, const void *b)
{
    const struct mutant *left = a, *right = b;
    int order = strcmp(left->path, right->path);

    if (order == 0)
        order = (left->span.from > right->span.from) - (left->span.from < right->span.from);
    return order ? order : strcmp(left->name, right->name);
}

size_t mutants_sort(struct mutant **list)
{
    if (mutant_count)
        qsort(mutants, mutant_count, sizeof(*mutants), by_place);
    *list = mutants;
    return mutant_count;
}

static uint64_t drawing_seed;

static int by_lot(const void *a, const void *b)
{
    uint64_t left = mix(((const struct mutant *)a)->key ^ drawing_seed);
    uint64_t right = mix(((const struct mutant *)b)->key ^ drawing_seed);

    return left != right ? (left > right) - (left < right) : by_place(a, b);
}

void mutants_draw(struct mutant *list, size_t total, uint64_t seed)
{
    drawing_seed = mix(seed + 1);
    qsort(list, total, sizeof(*list), by_lot);
}
