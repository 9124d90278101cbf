/* Parser of what stands behind HOLDS: — properties of the whole run, in words. */
#include <string.h>

#include "abi/monitor.h"
#include "check/cursor.h"
#include "result/result.h"

static struct expression *distance(struct cursor *cursor)
{
    struct expression *expression = parse_expression(cursor);
    if (!expression || expression->unit)
        return expression;
    cursor_fail(cursor, expression->place,
                "expected a distance with its unit: 10ms, 500us, 200ticks or 5000insns");
    return NULL;
}

/* always A imply eventually B [within D] | previously B [within D] | next B | B before C */
static bool always(struct cursor *cursor, struct property *property)
{
    property->a = parse_pattern(cursor);
    cursor_need_word(cursor, "imply");
    if (cursor_word(cursor, "next")) {
        property->kind = PROPERTY_NEXT;
        property->b = parse_pattern(cursor);
        return !cursor->failed;
    }
    bool eventually = cursor_word(cursor, "eventually");
    if (eventually || cursor_word(cursor, "previously")) {
        property->kind = eventually ? PROPERTY_EVENTUALLY : PROPERTY_PREVIOUSLY;
        property->b = parse_pattern(cursor);
        if (cursor_word(cursor, "within"))
            property->right = distance(cursor);
        return !cursor->failed;
    }
    property->kind = PROPERTY_BEFORE;
    property->b = parse_pattern(cursor);
    cursor_need_word(cursor, "before");
    property->c = parse_pattern(cursor);
    return !cursor->failed;
}

/* never A [between B and C] */
static bool never(struct cursor *cursor, struct property *property)
{
    property->kind = PROPERTY_NEVER;
    property->a = parse_pattern(cursor);
    if (!cursor_word(cursor, "between"))
        return !cursor->failed;
    property->b = parse_pattern(cursor);
    cursor_need_word(cursor, "and");
    property->c = parse_pattern(cursor);
    return !cursor->failed;
}

/* [by FIELD] or [by instructions] behind a share or a gap. */
static bool measure(struct cursor *cursor, struct property *property)
{
    if (!cursor_word(cursor, "by"))
        return !cursor->failed;
    cursor_skip_space(cursor);
    property->by = cursor_identifier(cursor, true);
    property->by_instructions = property->by && strcmp(property->by, "instructions") == 0;
    if (property->by_instructions)
        cursor->check->wants_seen = true;
    return property->by ||
           cursor_expected(cursor, "instructions, or a field of the probe's report");
}

/* share vm=a of 3/4 within 2% [by progress | by instructions] */
static bool share(struct cursor *cursor, struct property *property)
{
    property->kind = PROPERTY_SHARE;
    property->vm = cursor_vm_argument(cursor);
    cursor_need_word(cursor, "of");
    cursor_number(cursor, "the part of the share", 0, 1000000, &property->part);
    cursor_need_symbol(cursor, "/");
    cursor_number(cursor, "the whole of the share", 1, 1000000, &property->whole);
    cursor_need_word(cursor, "within");
    cursor_number(cursor, "the tolerance in percent", 0, 100, &property->percent);
    cursor_need_symbol(cursor, "%");
    return measure(cursor, property);
}

/* gap vm=a below 30ms [by instructions] */
static bool gap(struct cursor *cursor, struct property *property)
{
    property->kind = PROPERTY_GAP;
    property->vm = cursor_vm_argument(cursor);
    cursor_need_word(cursor, "below");
    property->right = distance(cursor);
    if (!measure(cursor, property))
        return false;
    return !property->by || property->by_instructions ||
           cursor_expected(cursor, "a gap measured by instructions, or by nothing (told)");
}

/* vm a says "TEXT" */
static bool says(struct cursor *cursor, struct property *property)
{
    property->kind = PROPERTY_SAYS;
    cursor_skip_space(cursor);
    if (cursor->at == cursor->end || *cursor->at != '"')
        return cursor_expected(cursor, "the text, in quotation marks");
    property->says = cursor_value(cursor);
    return property->says != NULL;
}

/* vm a ends exit(0) | shutdown | guest_fault | killed | no_memory | stopped | never */
static bool ends(struct cursor *cursor, struct property *property)
{
    static const struct {
        const char *word;
        int end;
    } table[] = {{"exit", VM_END_EXIT},
                 {"shutdown", VM_END_SHUTDOWN},
                 {"guest_fault", VM_END_GUEST_FAULT},
                 {"killed", VM_END_KILLED},
                 {"no_memory", VM_END_NO_MEMORY},
                 {"stopped", VM_END_STOPPED},
                 {"never", -1}};
    property->kind = PROPERTY_ENDS;
    cursor_skip_space(cursor);
    property->vm = cursor_vm(cursor);
    if (cursor_word(cursor, "says"))
        return says(cursor, property);
    cursor_need_word(cursor, "ends");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!cursor_word(cursor, table[i].word))
            continue;
        property->end = table[i].end;
        property->has_code = cursor_symbol(cursor, "(");
        if (property->has_code) {
            cursor_number(cursor, "the code", 0, UINT64_MAX, &property->code);
            cursor_need_symbol(cursor, ")");
        }
        return !cursor->failed;
    }
    return cursor_expected(
        cursor, "exit(CODE), shutdown, guest_fault, killed, no_memory, stopped or never");
}

/* noninterference vm=a */
static bool noninterference(struct cursor *cursor, struct property *property)
{
    property->kind = PROPERTY_SECRETS;
    property->vm = cursor_vm_argument(cursor);
    if (property->vm < 0)
        return false;
    const struct scenario_vm *vm = &cursor->check->scenario.vm[property->vm];
    if (vm->args && strstr(vm->args, SCENARIO_SECRET))
        return cursor_fail(cursor, property->place,
                           "expected a VM whose own arguments hold no " SCENARIO_SECRET),
               false;
    cursor->check->watchers |= 1ull << property->vm;
    return true;
}

static bool compare(struct cursor *cursor, struct property *property)
{
    property->kind = PROPERTY_COMPARE;
    property->left = parse_expression(cursor);
    if (!property->left || !parse_relation(cursor, &property->relation))
        return false;
    property->right = parse_expression(cursor);
    return property->right != NULL;
}

/* The properties that are whole sentences, and what of the run they need to be
 * watched beside what the model always sees. */
static bool sentence(struct cursor *cursor, struct property *property)
{
    struct check *check = cursor->check;
    const struct {
        const char *word[3];
        enum property_kind kind;
        bool *wanted;
    } table[] = {
        {{"told", "equals", "seen"}, PROPERTY_TRUTH, &check->wants_truth},
        {{"isolation", "holds", NULL}, PROPERTY_ISOLATION, &check->wants_isolation},
        {{"registers", "preserved", NULL}, PROPERTY_REGISTERS, NULL},
        {{"fences", "complete", NULL}, PROPERTY_FENCES, NULL},
        {{"panic", "report", "true"}, PROPERTY_PANIC, &check->wants_registers},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!cursor_word(cursor, table[i].word[0]))
            continue;
        for (int word = 1; word < 3 && table[i].word[word]; word++)
            cursor_need_word(cursor, table[i].word[word]);
        property->kind = table[i].kind;
        if (table[i].wanted)
            *table[i].wanted = true;
        return true;
    }
    return false;
}

struct property *parse_property(struct cursor *cursor)
{
    struct property *property = arena_take(cursor->arena, sizeof *property);
    cursor_skip_space(cursor);
    property->place = cursor_place(cursor);
    property->vm = -1;
    const char *from = cursor->at;
    bool good;
    if (cursor_word(cursor, "always"))
        good = always(cursor, property);
    else if (cursor_word(cursor, "never"))
        good = never(cursor, property);
    else if (cursor_word(cursor, "share"))
        good = share(cursor, property);
    else if (cursor_word(cursor, "gap"))
        good = gap(cursor, property);
    else if (cursor_word(cursor, "noninterference"))
        good = noninterference(cursor, property);
    else if (cursor_word(cursor, "vm"))
        good = ends(cursor, property);
    else
        good = sentence(cursor, property) || compare(cursor, property);
    property->text = arena_text(cursor->arena, from, (size_t)(cursor->at - from));
    return good && !cursor->failed ? property : NULL;
}

/* "count X == 0", "count X <= 5": true of a run in which nothing happened at all. */
static bool holds_of_nothing(const struct property *property)
{
    if (property->left->kind != EXPRESSION_COUNT || property->right->kind != EXPRESSION_NUMBER)
        return false;
    switch (property->relation) {
    case EQUAL:
    case GREATER_EQUAL:
        return property->right->number == 0;
    case NOT_EQUAL:
        return property->right->number != 0;
    case GREATER:
        return false;
    default:
        return true;
    }
}

/* What a property rests on; none if an empty run would have it too. */
unsigned property_evidence(const struct property *property)
{
    switch (property->kind) {
    case PROPERTY_NEVER:
        return 0;
    case PROPERTY_COMPARE:
        if (holds_of_nothing(property))
            return 0;
        return expression_evidence(property->left) | expression_evidence(property->right);
    case PROPERTY_TRUTH:
        return EVIDENCE_TOLD | EVIDENCE_SEEN;
    case PROPERTY_ISOLATION:
    case PROPERTY_REGISTERS:
    case PROPERTY_SECRETS:
    case PROPERTY_SAYS:
        return EVIDENCE_SEEN;
    case PROPERTY_FENCES:
    case PROPERTY_PANIC:
        return EVIDENCE_TOLD | EVIDENCE_SEEN;
    case PROPERTY_SHARE:
        return property->by ? EVIDENCE_SEEN : EVIDENCE_TOLD;
    case PROPERTY_GAP:
        return property->by ? EVIDENCE_SEEN : EVIDENCE_TOLD;
    case PROPERTY_ENDS:
        return EVIDENCE_TOLD;
    default:
        return pattern_evidence(property->a) | pattern_evidence(property->b) |
               pattern_evidence(property->c);
    }
}
