/*
 * Parser of expressions: numbers with units, names, [[VARIABLES]], + - * /, parentheses, and the
 * facts that a run leaves (count, word, probe, machine, monitor).
 */
#include <ctype.h>
#include <string.h>

#include "check/cursor.h"
#include "check/registers.h"
#include "check/names.h"
#include "result/result.h"

#define TICKS_PER_SECOND 10000000ull
#define DEEPEST          32

static struct expression *node(struct cursor *cursor, enum expression_kind kind)
{
    struct expression *expression = arena_take(cursor->arena, sizeof *expression);
    expression->kind = kind;
    expression->vm = -1;
    expression->place = cursor_place(cursor);
    return expression;
}

/* A unit right behind a number: the number becomes ticks or instructions. */
static bool scale(struct cursor *cursor, struct expression *number)
{
    static const struct {
        const char *name;
        enum unit unit;
        uint64_t multiply, divide;
    } units[] = {
        {"ns", UNIT_TICKS, 1, 100},
        {"us", UNIT_TICKS, 10, 1},
        {"ms", UNIT_TICKS, TICKS_PER_SECOND / 1000, 1},
        {"s", UNIT_TICKS, TICKS_PER_SECOND, 1},
        {"ticks", UNIT_TICKS, 1, 1},
        {"insns", UNIT_INSTRUCTIONS, 1, 1},
        {"K", UNIT_NONE, 1024, 1},
        {"M", UNIT_NONE, 1024 * 1024, 1},
    };
    if (cursor->at == cursor->end || !isalpha((unsigned char)*cursor->at))
        return true;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!cursor_word(cursor, units[i].name))
            continue;
        if (number->number > UINT64_MAX / units[i].multiply)
            return cursor_fail(cursor, number->place, "the number does not fit in 64 bits");
        if (number->number % units[i].divide)
            return cursor_fail(cursor, number->place,
                               "a tick is 100ns: expected a multiple of 100ns");
        number->number = number->number * units[i].multiply / units[i].divide;
        number->unit = units[i].unit;
        return true;
    }
    return cursor_expected(cursor, "a unit: ns, us, ms, s, ticks, insns, K or M");
}

static struct expression *number(struct cursor *cursor)
{
    struct expression *expression = node(cursor, EXPRESSION_NUMBER);
    if (!cursor_number(cursor, "a number", 0, UINT64_MAX, &expression->number) ||
        !scale(cursor, expression))
        return NULL;
    return expression;
}

static struct expression *variable(struct cursor *cursor)
{
    struct expression *expression = node(cursor, EXPRESSION_VARIABLE);
    cursor->at += 2;
    expression->name = cursor_identifier(cursor, false);
    if (!expression->name) {
        cursor_expected(cursor, "the name of a binding");
        return NULL;
    }
    if (!cursor_knows(cursor, expression->name)) {
        cursor_fail(cursor, expression->place,
                    "[[%s]] is used before it is bound; bind it with FIELD=[[%s:]]",
                    expression->name, expression->name);
        return NULL;
    }
    return cursor_need_symbol(cursor, "]]") ? expression : NULL;
}

static struct expression *count(struct cursor *cursor)
{
    struct expression *expression = node(cursor, EXPRESSION_COUNT);
    expression->count = parse_pattern(cursor);
    if (cursor_word(cursor, "between")) {
        expression->from = parse_pattern(cursor);
        cursor_need_word(cursor, "and");
        expression->to = parse_pattern(cursor);
    }
    return cursor->failed ? NULL : expression;
}

static struct expression *primary(struct cursor *cursor);

/* word vm=NAME ADDRESS, or SYMBOL of the guest's image, or SYMBOL+DISTANCE. */
static struct expression *word(struct cursor *cursor)
{
    struct expression *expression = node(cursor, EXPRESSION_WORD);
    expression->vm = cursor_vm_argument(cursor);
    cursor_skip_space(cursor);
    expression->name = cursor_identifier(cursor, false);
    if (!expression->name)
        expression->left = primary(cursor);
    else if (cursor_symbol(cursor, "+"))
        expression->left = primary(cursor);
    return cursor->failed ? NULL : expression;
}

/* address vm=NAME SYMBOL, or SYMBOL+DISTANCE */
static struct expression *address(struct cursor *cursor)
{
    struct expression *expression = node(cursor, EXPRESSION_ADDRESS);
    expression->vm = cursor_vm_argument(cursor);
    cursor_skip_space(cursor);
    const char *from = cursor->at;
    while (cursor->at < cursor->end && (isalnum((unsigned char)*cursor->at) || *cursor->at == '_' ||
                                        *cursor->at == '$' || *cursor->at == '.'))
        cursor->at++;
    expression->name = arena_text(cursor->arena, from, (size_t)(cursor->at - from));
    if (cursor->at == from)
        cursor_expected(cursor, "the name of a symbol");
    else if (cursor_symbol(cursor, "+"))
        expression->left = primary(cursor);
    return cursor->failed ? NULL : expression;
}

/* register vm=NAME gp */
static struct expression *last_register(struct cursor *cursor)
{
    struct expression *expression = node(cursor, EXPRESSION_REGISTER);
    expression->vm = cursor_vm_argument(cursor);
    cursor_skip_space(cursor);
    struct place place = cursor_place(cursor);
    expression->name = cursor_identifier(cursor, false);
    if (!expression->name || register_number(expression->name) < 0)
        cursor_fail(cursor, place, "expected the name of a register: ra, sp, gp, tp, t0 …");
    else
        expression->number = (uint64_t)register_number(expression->name);
    cursor->check->wants_registers = true;
    return cursor->failed ? NULL : expression;
}

static struct expression *field_of(struct cursor *cursor, enum expression_kind kind, bool needs_vm)
{
    struct expression *expression = node(cursor, kind);
    cursor_skip_space(cursor);
    const char *from = cursor->at;
    if (needs_vm || (cursor_word(cursor, "vm") && (cursor->at = from)))
        expression->vm = cursor_vm_argument(cursor);
    cursor_skip_space(cursor);
    expression->name = cursor_identifier(cursor, true);
    if (!expression->name)
        cursor_expected(cursor, "the name of a field");
    return cursor->failed ? NULL : expression;
}

/* machine ticks | instructions | idle */
static struct expression *machine(struct cursor *cursor)
{
    struct expression *expression = node(cursor, EXPRESSION_MACHINE);
    static const char *const fields[] = {"ticks", "instructions", "idle"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (cursor_word(cursor, fields[i])) {
            expression->name = fields[i];
            return expression;
        }
    cursor_expected(cursor, "ticks, instructions or idle");
    return NULL;
}

static struct expression *named(struct cursor *cursor)
{
    struct expression *expression = node(cursor, EXPRESSION_NUMBER);
    const char *from = cursor->at;
    const char *name = cursor_identifier(cursor, false);
    if (name && name_number(name, strlen(name), &expression->number))
        return expression;
    cursor->at = from;
    cursor_expected(cursor, "a number, a known name (EXC_…, IRQ_…, SBI_…), [[NAME]], or "
                            "count, word, register, address, probe, machine, monitor");
    return NULL;
}

static struct expression *parenthesis(struct cursor *cursor)
{
    if (++cursor->depth > DEEPEST) {
        cursor_fail(cursor, cursor_place(cursor), "parentheses nested more than %d deep", DEEPEST);
        return NULL;
    }
    struct expression *inner = parse_expression(cursor);
    cursor->depth--;
    cursor_skip_space(cursor);
    return inner && cursor_need_symbol(cursor, ")") ? inner : NULL;
}

static struct expression *negative(struct cursor *cursor)
{
    struct expression *expression = node(cursor, EXPRESSION_SUBTRACT);
    expression->left = node(cursor, EXPRESSION_NUMBER);
    expression->right = number(cursor);
    return expression->right ? expression : NULL;
}

static struct expression *primary(struct cursor *cursor)
{
    if (cursor->failed)
        return NULL;
    cursor_skip_space(cursor);
    if (cursor->end - cursor->at >= 2 && memcmp(cursor->at, "[[", 2) == 0)
        return variable(cursor);
    if (cursor_symbol(cursor, "("))
        return parenthesis(cursor);
    if (cursor_symbol(cursor, "-"))
        return negative(cursor);
    if (cursor->at < cursor->end && isdigit((unsigned char)*cursor->at))
        return number(cursor);
    if (cursor_word(cursor, "count"))
        return count(cursor);
    if (cursor_word(cursor, "word"))
        return word(cursor);
    if (cursor_word(cursor, "address"))
        return address(cursor);
    if (cursor_word(cursor, "register"))
        return last_register(cursor);
    if (cursor_word(cursor, "probe"))
        return field_of(cursor, EXPRESSION_PROBE, true);
    if (cursor_word(cursor, "machine"))
        return machine(cursor);
    if (cursor_word(cursor, "monitor"))
        return field_of(cursor, EXPRESSION_MONITOR, false);
    return named(cursor);
}

static struct expression *join(struct cursor *cursor, enum expression_kind kind,
                               struct expression *left, struct expression *right)
{
    if (!left || !right)
        return NULL;
    struct expression *expression = node(cursor, kind);
    expression->left = left;
    expression->right = right;
    expression->unit = left->unit ? left->unit : right->unit;
    return expression;
}

/* Space before an operator is fine outside a pattern; in one, it ends the value. */
static bool operator_here(struct cursor *cursor, char symbol)
{
    const char *at = cursor->at;
    while (at < cursor->end && *at == ' ')
        at++;
    bool alone = at == cursor->at || (at + 1 < cursor->end && at[1] == ' ');
    if (at == cursor->end || *at != symbol || !alone)
        return false;
    cursor->at = at + 1;
    return true;
}

static struct expression *product(struct cursor *cursor)
{
    struct expression *left = primary(cursor);
    while (left) {
        if (operator_here(cursor, '*'))
            left = join(cursor, EXPRESSION_MULTIPLY, left, primary(cursor));
        else if (operator_here(cursor, '/'))
            left = join(cursor, EXPRESSION_DIVIDE, left, primary(cursor));
        else
            break;
    }
    return left;
}

struct expression *parse_expression(struct cursor *cursor)
{
    struct expression *left = product(cursor);
    while (left) {
        if (operator_here(cursor, '+'))
            left = join(cursor, EXPRESSION_ADD, left, product(cursor));
        else if (operator_here(cursor, '-'))
            left = join(cursor, EXPRESSION_SUBTRACT, left, product(cursor));
        else
            break;
    }
    return left;
}
