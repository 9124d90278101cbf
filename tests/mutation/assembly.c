/* Mutants of assembly: an instruction left out, a register left out of a list, a branch turned
 * round, a neighbour's place in a structure. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "mutants.h"

struct exchange {
    const char *from, *to;
};

static const struct exchange branches[] = {
    {"beqz", "bnez"}, {"bnez", "beqz"}, {"bltu", "bgeu"}, {"bgeu", "bltu"},
    {"beq", "bne"},   {"bne", "beq"},   {"blt", "bge"},   {"bge", "blt"},
};
static const struct exchange accesses[] = {
    {"csrrw", "csrrs"}, {"csrw", "csrs"}, {"ld", "lw"},
    {"sd", "sw"},       {"fld", "flw"},   {"fsd", "fsw"},
};

/* A line of the file being read, and the label before it. */
struct place {
    const struct source *source;
    struct span line, around;
    const char *label;
};

static size_t skip_blank(const struct source *source, size_t at, size_t end)
{
    while (at < end && (source->text[at] == ' ' || source->text[at] == '\t'))
        at++;
    return at;
}

static size_t word_end(const struct source *source, size_t at, size_t end)
{
    while (at < end && (isalnum((unsigned char)source->text[at]) || source->text[at] == '.' ||
                        source->text[at] == '_'))
        at++;
    return at;
}

static bool is_word(const struct source *source, struct span word, const char *text)
{
    return word.to - word.from == strlen(text) &&
           memcmp(source->text + word.from, text, strlen(text)) == 0;
}

static void add(const struct place *place, const char *kind, struct span span, const char *text)
{
    mutant_add(place->source, kind, span, text, place->label, place->around);
}

static void add_exchanges(const struct place *place, const char *kind, struct span word,
                          const struct exchange *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_word(place->source, word, table[i].from))
            add(place, kind, word, table[i].to);
}

/* `.irp n, 1,2,3`: each number left out. */
static void add_list(const struct place *place, size_t at)
{
    const struct source *source = place->source;
    size_t end = place->line.to;

    while (at < end && source->text[at] != ',')
        at++;
    while (at < end) {
        struct span item = {at, at + 1};
        while (item.to < end && source->text[item.to] != ',')
            item.to++;
        if (item.to - item.from > 1)
            add(place, "skip-register", item, "");
        at = item.to;
    }
}

/* `FRAME_X(10)(a0)`: the place of the next register. */
static void add_offsets(const struct place *place, struct span rest)
{
    const struct source *source = place->source;

    for (size_t at = rest.from; at + 2 < rest.to; at++) {
        unsigned number;
        char text[16];
        if (source->text[at] != '(' || sscanf(source->text + at + 1, "%u)", &number) != 1)
            continue;
        struct span digits = {at + 1, at + 1 + (number > 9 ? 2 : 1)};
        snprintf(text, sizeof(text), "%u", number + 1);
        add(place, "shift-offset", digits, text);
    }
}

static void add_line(const struct place *place)
{
    const struct source *source = place->source;
    size_t at = skip_blank(source, place->line.from, place->line.to);
    size_t end = word_end(source, at, place->line.to);

    if (end < place->line.to && source->text[end] == ':') { /* 2:  ld … */
        at = skip_blank(source, end + 1, place->line.to);
        end = word_end(source, at, place->line.to);
    }
    struct span word = {at, end}, instruction = {at, place->line.to};
    if (is_word(source, word, ".irp"))
        add_list(place, end);
    if (word.from == word.to || source->text[at] == '.')
        return;
    while (isspace((unsigned char)source->text[instruction.to - 1]))
        instruction.to--;
    add(place, "drop-instruction", instruction, "");
    add_exchanges(place, "flip-branch", word, branches, sizeof(branches) / sizeof(*branches));
    add_exchanges(place, "other-access", word, accesses, sizeof(accesses) / sizeof(*accesses));
    add_offsets(place, (struct span){end, instruction.to});
}

/* Where the code of a line ends: at a comment, or at the line's end. */
static size_t code_end(const struct source *source, size_t from, bool *in_comment)
{
    size_t at = from, end = from;

    for (; at < source->bytes && source->text[at] != '\n'; at++) {
        if (!*in_comment && source->text[at] == '/' && source->text[at + 1] == '*')
            *in_comment = true;
        else if (*in_comment && source->text[at] == '*' && source->text[at + 1] == '/')
            *in_comment = false, at++;
        else if (!*in_comment)
            end = at + 1;
    }
    return end;
}

bool assembly_add(const char *path)
{
    const struct source *source = source_read(path);
    char label[80] = "-";
    bool in_comment = false;

    if (!source)
        return false;
    size_t label_at = 0;
    for (size_t from = 0; from < source->bytes;) {
        bool was_in_comment = in_comment;
        struct span line = {from, code_end(source, from, &in_comment)};
        if (!was_in_comment && line.to > line.from && source->text[from] != '#') {
            if (sscanf(source->text + from, "%79[a-z_]:", label) == 1)
                label_at = from;
            add_line(&(struct place){source, line, {label_at, line.to}, label});
        }
        const char *next = memchr(source->text + from, '\n', source->bytes - from);
        from = next ? (size_t)(next - source->text) + 1 : source->bytes;
    }
    return true;
}
