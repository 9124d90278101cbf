/*
 * The board and the options, from the flattened device tree (Devicetree Specification 0.4,
 * chapter 5). Only what probes ask about; a tree that is none leaves the board empty.
 */
#include "probe.h"

#define FDT_MAGIC      0xd00dfeed
#define FDT_BEGIN_NODE 1
#define FDT_END_NODE   2
#define FDT_PROP       3
#define FDT_NOP        4
#define FDT_DEPTH      8

struct board board;

/* Where the walk is: the names of the nodes from the root down. */
struct walk {
    const char *node[FDT_DEPTH];
    unsigned depth;
    const char *strings;
};

static uint32_t big32(const void *at)
{
    const uint8_t *byte = at;

    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

static uint64_t big64(const void *at)
{
    return (uint64_t)big32(at) << 32 | big32((const uint8_t *)at + 4);
}

static bool text_equal(const char *a, const char *b)
{
    return text_begins(a, b) && text_length(a) == text_length(b);
}

static bool text_contains(const char *text, uint32_t bytes, const char *word)
{
    for (uint32_t i = 0; i < bytes && text[i]; i++)
        if (text_begins(text + i, word))
            return true;
    return false;
}

static void read_reg(const char *node, const uint8_t *value, uint32_t bytes)
{
    if (text_begins(node, "memory@") && bytes >= 16) {
        board.memory = (struct range){big64(value), big64(value + 8)};
        return;
    }
    for (; bytes >= 16 && board.device_count < BOARD_MAX_DEVICES; value += 16, bytes -= 16)
        board.devices[board.device_count++] = (struct range){big64(value), big64(value + 8)};
}

static void read_property(const struct walk *walk, const char *name, const uint8_t *value,
                          uint32_t bytes)
{
    const char *node = walk->node[walk->depth - 1];
    const char *parent = walk->depth > 1 ? walk->node[walk->depth - 2] : "";

    if (text_equal(node, "chosen") && text_equal(name, "bootargs"))
        text_copy(board.options, (const char *)value, sizeof board.options);
    if (text_equal(node, "cpus") && text_equal(name, "timebase-frequency"))
        board.timebase_hz = big32(value);
    if (text_equal(parent, "cpus") && text_begins(node, "cpu@") && text_equal(name, "reg"))
        board.cpu_count++;
    else if (text_equal(name, "reg"))
        read_reg(node, value, bytes);
    if (text_equal(name, "riscv,isa") && text_contains((const char *)value, bytes, "sstc"))
        board.has_sstc = true;
}

/* One token of the structure block; returns the next, or NULL at the end. */
static const uint8_t *read_token(struct walk *walk, const uint8_t *at)
{
    uint32_t token = big32(at);

    at += 4;
    if (token == FDT_NOP)
        return at;
    if (token == FDT_BEGIN_NODE && walk->depth < FDT_DEPTH) {
        walk->node[walk->depth++] = (const char *)at;
        return at + ((text_length((const char *)at) + 4) & ~3ull);
    }
    if (token == FDT_END_NODE && walk->depth) {
        walk->depth--;
        return walk->depth ? at : NULL;
    }
    if (token == FDT_PROP && walk->depth) {
        uint32_t bytes = big32(at);

        read_property(walk, walk->strings + big32(at + 4), at + 8, bytes);
        return at + 8 + ((bytes + 3) & ~3u);
    }
    return NULL;
}

void board_read(uint64_t address)
{
    const uint8_t *tree = (const uint8_t *)(uintptr_t)address;

    if (!tree || address % 8 || big32(tree) != FDT_MAGIC)
        return;

    struct walk walk = {.strings = (const char *)tree + big32(tree + 12)};

    board.device_tree = (struct range){address, big32(tree + 4)};
    for (const uint8_t *at = tree + big32(tree + 8); at;)
        at = read_token(&walk, at);
}

const char *option_text(const char *name)
{
    const char *at = board.options;
    size_t length = text_length(name);

    while (*at) {
        if (text_begins(at, name) && at[length] == '=')
            return at + length + 1;
        while (*at && *at != ' ')
            at++;
        while (*at == ' ')
            at++;
    }
    return NULL;
}

static unsigned digit_of(char character)
{
    if (character >= '0' && character <= '9')
        return (unsigned)(character - '0');
    if (character >= 'a' && character <= 'f')
        return (unsigned)(character - 'a') + 10;
    return 16;
}

uint64_t option_number(const char *name, uint64_t otherwise)
{
    const char *text = option_text(name);
    uint64_t base = 10;
    uint64_t value = 0;

    if (!text)
        return otherwise;
    if (text_begins(text, "0x")) {
        base = 16;
        text += 2;
    }
    for (; digit_of(*text) < base; text++)
        value = value * base + digit_of(*text);
    return value;
}

bool option_given(const char *name)
{
    return option_text(name) != NULL;
}

bool option_is(const char *name, const char *value)
{
    const char *text = option_text(name);
    size_t length = text_length(value);

    return text && text_begins(text, value) && (!text[length] || text[length] == ' ');
}
