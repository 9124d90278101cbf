/*
 * Names the mutants of the hypervisor: small changes of its sources that its syntax tree offers.
 *
 *     generate [--draw SEED COUNT] SOURCE… -- FLAG…
 *
 * One line each, fields between tabs: name, key, function, first and last line, the function's
 * first and last line, offset, length, and what comes there instead (for printf %b). Without --draw
 * all of them by place; with it so many as the seed draws, by lot.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutants.h"

static void print_escaped(const char *text)
{
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\\\", stdout);
        else if (*text == '\n')
            fputs("\\n", stdout);
        else if (*text == '\t')
            fputs("\\t", stdout);
        else
            putchar(*text);
    }
}

static void print(const struct mutant *mutant)
{
    printf("%s\t%016lx\t%s\t%u\t%u\t%u\t%u\t%zu\t%zu\t", mutant->name, (unsigned long)mutant->key,
           mutant->function, mutant->first_line, mutant->last_line, mutant->function_first,
           mutant->function_last, mutant->span.from, mutant->span.to - mutant->span.from);
    print_escaped(mutant->text);
    putchar('\n');
}

static bool is_assembly(const char *path)
{
    size_t length = strlen(path);

    return length > 2 && strcmp(path + length - 2, ".S") == 0;
}

int main(int argc, char **argv)
{
    int first = 1, end;
    bool draw = argc > 3 && strcmp(argv[1], "--draw") == 0;
    uint64_t seed = draw ? strtoull(argv[2], NULL, 0) : 0;
    size_t count = draw ? strtoull(argv[3], NULL, 0) : SIZE_MAX;

    if (draw)
        first = 4;
    for (end = first; end < argc && strcmp(argv[end], "--") != 0; end++)
        ;
    if (end == argc || end == first) {
        fprintf(stderr, "Usage: generate [--draw SEED COUNT] SOURCE… -- FLAG…\n");
        return 2;
    }
    for (int i = first; i < end; i++)
        if (!(is_assembly(argv[i])
                  ? assembly_add(argv[i])
                  : syntax_add(argv[i], (const char *const *)argv + end + 1, argc - end - 1)))
            return 3;
    struct mutant *list;
    size_t total = mutants_sort(&list);
    if (draw)
        mutants_draw(list, total, seed);
    for (size_t i = 0; i < total && i < count; i++)
        print(&list[i]);
    return 0;
}
