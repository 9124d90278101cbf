/*
 * What is changed: statements and calls left out, conditions turned round, comparisons and
 * constants off by one, operators exchanged, arguments swapped, other values returned.
 * Assertions (an if that does nothing but panic) are left alone: no run makes one true, so that a
 * mutant of one could not be told from the reference.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax.h"

struct exchange {
    const char *from, *kind, *to;
};

static const struct exchange operators[] = {
    {"<", "compare-edge", "<="},     {"<=", "compare-edge", "<"},
    {">", "compare-edge", ">="},     {">=", "compare-edge", ">"},
    {"==", "compare-equal", "!="},   {"!=", "compare-equal", "=="},
    {"&&", "swap-logic", "||"},      {"||", "swap-logic", "&&"},
    {"+", "swap-arithmetic", "-"},   {"-", "swap-arithmetic", "+"},
    {"*", "swap-arithmetic", "/"},   {"/", "swap-arithmetic", "*"},
    {"%", "swap-arithmetic", "/"},   {"<<", "swap-arithmetic", ">>"},
    {">>", "swap-arithmetic", "<<"}, {"&", "swap-bits", "|"},
    {"|", "swap-bits", "&"},         {"^", "swap-bits", "|"},
    {"+=", "swap-arithmetic", "-="}, {"-=", "swap-arithmetic", "+="},
    {"|=", "swap-bits", "&="},       {"&=", "swap-bits", "|="},
};

static void add(const struct scope *scope, const char *kind, struct span span, const char *text)
{
    mutant_add(scope->source, kind, span, text, scope->function, scope->around);
}

/* The piece's own text between `before` and `after`. */
static void add_wrapped(const struct scope *scope, const char *kind, struct span span,
                        const char *before, const char *after)
{
    size_t length = span.to - span.from, room = length + strlen(before) + strlen(after) + 1;
    char *text = malloc(room);

    if (!text)
        return;
    snprintf(text, room, "%s%.*s%s", before, (int)length, scope->source->text + span.from, after);
    add(scope, kind, span, text);
    free(text);
}

static const char *text_of(const struct scope *scope, const struct piece *piece)
{
    return scope->source->text + piece->span.from;
}

static bool same_text(const struct scope *scope, const struct piece *a, const struct piece *b)
{
    size_t length = a->span.to - a->span.from;

    return length == b->span.to - b->span.from &&
           memcmp(text_of(scope, a), text_of(scope, b), length) == 0;
}

static bool reads(const struct scope *scope, const struct piece *piece, const char *text)
{
    size_t length = piece->span.to - piece->span.from;

    return length == strlen(text) && memcmp(text_of(scope, piece), text, length) == 0;
}

static bool is_call_of(const struct piece *piece, const char *name)
{
    CXString spelling = clang_getCursorSpelling(piece->cursor);
    bool is = piece->kind == CXCursor_CallExpr && strcmp(clang_getCString(spelling), name) == 0;

    clang_disposeString(spelling);
    return is;
}

static bool only_panics(const struct piece *piece)
{
    struct children *children = malloc(sizeof(*children));
    bool does = is_call_of(piece, "panic");

    if (children && piece->kind == CXCursor_CompoundStmt) {
        children_of(piece, children);
        does = children->count == 1 && only_panics(&children->list[0]);
    }
    free(children);
    return does;
}

/* Statements */

static bool is_loop(enum CXCursorKind kind)
{
    return kind == CXCursor_ForStmt || kind == CXCursor_WhileStmt || kind == CXCursor_DoStmt;
}

static void drop(const struct scope *scope, const struct piece *statement)
{
    struct span span = statement->span;

    if (statement->origin == INSIDE_MACRO)
        return;
    if (statement->kind == CXCursor_IfStmt)
        add(scope, "drop-if", span, ";");
    else if (is_loop(statement->kind))
        add(scope, "drop-loop", span, ";");
    else if (statement->kind == CXCursor_BreakStmt || statement->kind == CXCursor_ContinueStmt ||
             statement->kind == CXCursor_GotoStmt)
        add(scope, "drop-jump", span, "");
    else if (statement->kind == CXCursor_CallExpr)
        add(scope, "drop-call", span, "");
    else if (clang_isExpression(statement->kind) || statement->kind == CXCursor_GCCAsmStmt)
        add(scope, "drop-statement", span, "");
}

static void change_return(const struct scope *scope, const struct piece *statement,
                          const struct children *parts)
{
    if (statement->origin != PLAIN)
        return;
    if (parts->count == 0) {
        add(scope, "drop-jump", statement->span, "");
        return;
    }
    const struct piece *value = &parts->list[0];
    if (value->origin == INSIDE_MACRO)
        return;
    if (scope->result == CXType_Bool) {
        add_wrapped(scope, "return-other", value->span, "!(", ")");
    } else if (scope->result == CXType_Pointer) {
        add(scope, "return-zero", value->span, "0");
    } else if (scope->result != CXType_Record) {
        if (!reads(scope, value, "0"))
            add(scope, "return-zero", value->span, "0");
        add_wrapped(scope, "return-other", value->span, "(", ") + 1");
    }
}

/* Conditions */

static void negate(const struct scope *scope, const struct piece *condition)
{
    if (condition->origin != INSIDE_MACRO)
        add_wrapped(scope, "negate-condition", condition->span, "!(", ")");
}

/* The condition of a for: what stands between its two semicolons. */
static void negate_for(const struct scope *scope, const struct piece *loop,
                       const struct children *parts)
{
    const char *text = scope->source->text;
    size_t semicolon[2], found = 0;
    int depth = 0;

    if (loop->origin != PLAIN)
        return;
    for (size_t i = loop->span.from; i < loop->span.to && found < 2; i++) {
        depth += (text[i] == '(') - (text[i] == ')');
        if (text[i] == ';' && depth == 1)
            semicolon[found++] = i;
    }
    for (size_t i = 0; found == 2 && i < parts->count; i++)
        if (parts->list[i].span.from > semicolon[0] && parts->list[i].span.to <= semicolon[1])
            negate(scope, &parts->list[i]);
}

/* Expressions */

/* The operator between two operands, or what stands between with its blanks cut off. */
static struct span between(const struct scope *scope, size_t from, size_t to)
{
    const char *text = scope->source->text;

    while (from < to && isspace((unsigned char)text[from]))
        from++;
    while (to > from && isspace((unsigned char)text[to - 1]))
        to--;
    return (struct span){from, to};
}

static void exchange_operator(const struct scope *scope, const struct children *operands)
{
    const struct piece *left = &operands->list[0], *right = &operands->list[1];

    if (operands->count != 2 || left->span.to >= right->span.from)
        return;
    struct span span = between(scope, left->span.to, right->span.from);
    for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
        const struct exchange *exchange = &operators[i];
        if (span.to - span.from == strlen(exchange->from) &&
            memcmp(scope->source->text + span.from, exchange->from, span.to - span.from) == 0)
            add(scope, exchange->kind, span, exchange->to);
    }
}

static void change_unary(const struct scope *scope, const struct piece *piece)
{
    const char *text = text_of(scope, piece);
    size_t end = piece->span.to;
    struct span sign = {piece->span.from, piece->span.from + 1};

    if (piece->origin != PLAIN)
        return;
    if (*text == '~')
        add(scope, "drop-complement", sign, "");
    else if (*text == '!')
        add(scope, "drop-not", sign, "");
    else if (memcmp(text, "++", 2) == 0)
        add(scope, "swap-arithmetic", (struct span){sign.from, sign.from + 2}, "--");
    else if (memcmp(text, "--", 2) == 0)
        add(scope, "swap-arithmetic", (struct span){sign.from, sign.from + 2}, "++");
    else if (memcmp(scope->source->text + end - 2, "++", 2) == 0)
        add(scope, "swap-arithmetic", (struct span){end - 2, end}, "--");
    else if (memcmp(scope->source->text + end - 2, "--", 2) == 0)
        add(scope, "swap-arithmetic", (struct span){end - 2, end}, "++");
}

static void shift_constant(const struct scope *scope, const struct piece *piece)
{
    if (piece->origin == INSIDE_MACRO)
        return;
    if (!reads(scope, piece, "true"))
        add_wrapped(scope, "constant-up", piece->span, "(", " + 1)");
    if (!reads(scope, piece, "0") && !reads(scope, piece, "false"))
        add_wrapped(scope, "constant-down", piece->span, "(", " - 1)");
}

static bool is_enumerator(const struct piece *piece)
{
    return piece->kind == CXCursor_DeclRefExpr &&
           clang_getCursorKind(clang_getCursorReferenced(piece->cursor)) ==
               CXCursor_EnumConstantDecl;
}

static void swap_arguments(const struct scope *scope, const struct piece *call,
                           const struct children *parts)
{
    int count = clang_Cursor_getNumArguments(call->cursor);

    if (call->origin != PLAIN || count < 2 || parts->count < (size_t)count)
        return;
    for (size_t i = parts->count - (size_t)count; i + 1 < parts->count; i++) {
        const struct piece *a = &parts->list[i], *b = &parts->list[i + 1];
        CXType type_a = clang_getCanonicalType(clang_getCursorType(a->cursor));
        CXType type_b = clang_getCanonicalType(clang_getCursorType(b->cursor));
        bool fit = (type_a.kind == CXType_Pointer) == (type_b.kind == CXType_Pointer) &&
                   type_a.kind != CXType_Record && type_b.kind != CXType_Record;
        if (!fit || a->origin == INSIDE_MACRO || b->origin == INSIDE_MACRO ||
            same_text(scope, a, b) || a->span.to >= b->span.from)
            continue;
        char text[600];
        const char *all = scope->source->text;
        snprintf(text, sizeof(text), "%.*s%.*s%.*s", (int)(b->span.to - b->span.from),
                 all + b->span.from, (int)(b->span.from - a->span.to), all + a->span.to,
                 (int)(a->span.to - a->span.from), all + a->span.from);
        add(scope, "swap-arguments", (struct span){a->span.from, b->span.to}, text);
    }
}

/* The walk */

/* What is a statement beneath this piece, not a part of an expression. */
static bool holds_statement(const struct piece *piece, size_t index, size_t count)
{
    switch (piece->kind) {
    case CXCursor_CompoundStmt:
        return true;
    case CXCursor_IfStmt:
        return index > 0;
    case CXCursor_ForStmt:
    case CXCursor_WhileStmt:
    case CXCursor_CaseStmt:
    case CXCursor_DefaultStmt:
    case CXCursor_LabelStmt:
        return index + 1 == count;
    case CXCursor_DoStmt:
        return index == 0;
    default:
        return false;
    }
}

static void change(const struct scope *scope, const struct piece *piece,
                   const struct children *parts)
{
    if (piece->kind == CXCursor_ReturnStmt)
        change_return(scope, piece, parts);
    else if ((piece->kind == CXCursor_IfStmt || piece->kind == CXCursor_WhileStmt ||
              piece->kind == CXCursor_ConditionalOperator) &&
             parts->count > 1 && piece->origin == PLAIN)
        negate(scope, &parts->list[0]);
    else if (piece->kind == CXCursor_DoStmt && parts->count == 2)
        negate(scope, &parts->list[1]);
    else if (piece->kind == CXCursor_ForStmt)
        negate_for(scope, piece, parts);
    else if (piece->kind == CXCursor_BinaryOperator ||
             piece->kind == CXCursor_CompoundAssignOperator)
        exchange_operator(scope, parts);
    else if (piece->kind == CXCursor_UnaryOperator)
        change_unary(scope, piece);
    else if (piece->kind == CXCursor_IntegerLiteral || is_enumerator(piece))
        shift_constant(scope, piece);
    else if (piece->kind == CXCursor_CallExpr)
        swap_arguments(scope, piece, parts);
}

/* Pieces whose change means nothing, or nothing of its own: types and sizes, hints to the compiler,
 * assertions. */
static bool left_alone(const struct piece *piece, const struct children *parts)
{
    if (is_call_of(piece, "panic"))
        return true;
    if (piece->kind == CXCursor_IfStmt && parts->count == 2)
        return only_panics(&parts->list[1]);
    return piece->kind == CXCursor_UnaryExpr || piece->kind == CXCursor_StaticAssert ||
           piece->kind == CXCursor_TypeRef || clang_isAttribute(piece->kind) ||
           piece->kind == CXCursor_ParmDecl || clang_isDeclaration(piece->kind);
}

/* `return true;`: turned round already. */
static bool is_returned_truth(const struct scope *scope, const struct piece *piece,
                              const struct piece *part)
{
    return piece->kind == CXCursor_ReturnStmt &&
           (reads(scope, part, "true") || reads(scope, part, "false"));
}

/* Of a variable only its first value, which comes last, behind the sizes of arrays. */
static size_t first_part(const struct scope *scope, const struct piece *piece,
                         const struct children *parts)
{
    if (piece->kind != CXCursor_VarDecl || parts->count == 0)
        return 0;
    const char *sign = memchr(text_of(scope, piece), '=', piece->span.to - piece->span.from);
    size_t last = parts->count - 1;
    return sign && parts->list[last].span.from > (size_t)(sign - scope->source->text) ? last
                                                                                      : last + 1;
}

void walk(const struct scope *scope, const struct piece *piece)
{
    struct children *parts = malloc(sizeof(*parts));

    if (!parts)
        return;
    children_of(piece, parts);
    bool is_scope = piece->kind == CXCursor_FunctionDecl || piece->kind == CXCursor_VarDecl;
    if (is_scope || !left_alone(piece, parts)) {
        change(scope, piece, parts);
        bool hint = is_call_of(piece, "__builtin_expect");
        for (size_t i = first_part(scope, piece, parts); i < parts->count; i++) {
            struct children *below = malloc(sizeof(*below));
            if (below)
                children_of(&parts->list[i], below);
            if (below && holds_statement(piece, i, parts->count) &&
                !left_alone(&parts->list[i], below))
                drop(scope, &parts->list[i]);
            free(below);
            if ((!hint || i + 1 < parts->count) &&
                !is_returned_truth(scope, piece, &parts->list[i]))
                walk(scope, &parts->list[i]);
        }
    }
    free(parts);
}
