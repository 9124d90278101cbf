/*
 * Parser of patterns: an event's name (or any, told, seen) and conditions on its fields, as in
 * `kvm_exit vm=a scause=EXC_SUPERVISOR_SYSCALL sepc=[[PC:]]`.
 */
#include <ctype.h>
#include <string.h>

#include "check/cursor.h"
#include "result/result.h"

/* Fields that every event has, beside those of its type. */
static const char *const common_fields[] = {"vm", "vcpu", "hart", "time", "instructions"};

static bool has_field(const struct event_type *type, const char *field)
{
    for (size_t i = 0; i < sizeof common_fields / sizeof *common_fields; i++)
        if (strcmp(field, common_fields[i]) == 0)
            return true;
    return type && event_field_index(type, field) >= 0;
}

static bool no_such_field(struct cursor *cursor, const struct pattern *pattern)
{
    char list[160] = "";
    size_t used = 0;
    for (int i = 0; pattern->type && i < pattern->type->fields; i++)
        used +=
            (size_t)snprintf(list + used, sizeof list - used, "%s, ", pattern->type->field[i].name);
    return cursor_expected(cursor, "a field of %s: %svm, vcpu, hart, time or instructions",
                           pattern->type ? pattern->type->name : "any event", list);
}

static bool condition_relation(struct cursor *cursor, enum relation *relation)
{
    static const struct {
        const char *symbol;
        enum relation relation;
    } table[] = {{"!=", NOT_EQUAL}, {"<=", LESS_EQUAL}, {">=", GREATER_EQUAL},
                 {"<", LESS},       {">", GREATER},     {"=", EQUAL}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (cursor_symbol(cursor, table[i].symbol)) {
            *relation = table[i].relation;
            return true;
        }
    return false;
}

bool parse_relation(struct cursor *cursor, enum relation *relation)
{
    cursor_skip_space(cursor);
    if (cursor_symbol(cursor, "==")) {
        *relation = EQUAL;
        return true;
    }
    if (cursor->at < cursor->end && *cursor->at == '=')
        return cursor_expected(cursor, "==");
    return condition_relation(cursor, relation) ||
           cursor_expected(cursor, "==, !=, <, <=, > or >=");
}

/* A value of field `vm` may be the name of one of the scenario's VMs. */
static struct expression *value(struct cursor *cursor, const char *field)
{
    const struct scenario *scenario = &cursor->check->scenario;
    if (strcmp(field, "vm") == 0) {
        const char *from = cursor->at;
        const char *name = cursor_identifier(cursor, false);
        for (unsigned i = 0; name && i < scenario->vms; i++) {
            if (strcmp(name, scenario->vm[i].name) != 0)
                continue;
            struct expression *number = arena_take(cursor->arena, sizeof *number);
            number->number = i;
            number->place = cursor_place(cursor);
            return number;
        }
        cursor->at = from;
    }
    return parse_expression(cursor);
}

static struct range *ranges(struct cursor *cursor, const char *field)
{
    struct range *first = NULL, **tail = &first;
    do {
        struct range *range = arena_take(cursor->arena, sizeof *range);
        range->low = value(cursor, field);
        if (cursor_symbol(cursor, ".."))
            range->high = value(cursor, field);
        *tail = range;
        tail = &range->next;
    } while (cursor_symbol(cursor, "|"));
    return cursor->failed ? NULL : first;
}

/* [[NAME:]] or [[NAME:ranges]]; false without failure: it is something else. */
static bool binding(struct cursor *cursor, struct condition *condition)
{
    const char *from = cursor->at;
    if (!cursor_symbol(cursor, "[["))
        return false;
    const char *name = cursor_identifier(cursor, false);
    if (!name || !cursor_symbol(cursor, ":")) {
        cursor->at = from;
        return false;
    }
    condition->bind = name;
    if (cursor->end - cursor->at < 2 || memcmp(cursor->at, "]]", 2) != 0)
        condition->ranges = ranges(cursor, condition->field);
    return cursor_need_symbol(cursor, "]]") && cursor_learn(cursor, name);
}

static struct condition *parse_condition(struct cursor *cursor, const struct pattern *pattern)
{
    struct condition *condition = arena_take(cursor->arena, sizeof *condition);
    condition->place = cursor_place(cursor);
    const char *from = cursor->at;
    condition->field = cursor_identifier(cursor, false);
    if (!condition->field || !has_field(pattern->type, condition->field)) {
        cursor->at = from;
        no_such_field(cursor, pattern);
        return NULL;
    }
    condition_relation(cursor, &condition->relation);
    bool bound = condition->relation == EQUAL && binding(cursor, condition);
    if (!bound && !cursor->failed) {
        condition->ranges = ranges(cursor, condition->field);
        if (condition->ranges && condition->relation != EQUAL && condition->relation != NOT_EQUAL &&
            (condition->ranges->next || condition->ranges->high))
            cursor_fail(cursor, condition->place, "a range or alternatives go with = and != only");
    }
    condition->text = arena_text(cursor->arena, from, (size_t)(cursor->at - from));
    return cursor->failed ? NULL : condition;
}

/* Whether "identifier RELATION" without space stands here: a condition, not the next keyword. */
static bool condition_here(const struct cursor *cursor)
{
    const char *at = cursor->at;
    while (at < cursor->end && (isalnum((unsigned char)*at) || *at == '_'))
        at++;
    return at > cursor->at && at < cursor->end && strchr("=!<>", *at);
}

static bool event_name(struct cursor *cursor, struct pattern *pattern)
{
    const char *from = cursor->at;
    const char *name = cursor_identifier(cursor, false);
    if (name && strcmp(name, "any") == 0)
        return true;
    if (name && (strcmp(name, "told") == 0 || strcmp(name, "seen") == 0)) {
        pattern->source = *name == 't' ? SOURCE_TOLD : SOURCE_SEEN;
        return true;
    }
    pattern->type = name ? event_type_named(name) : NULL;
    if (!pattern->type) {
        cursor->at = from;
        return cursor_expected(cursor, "the name of an event (kvm_exit, kvm_entry, "
                                       "seen_guest_exit …; any, told or seen)");
    }
    pattern->source = pattern->type->seen ? SOURCE_SEEN : SOURCE_TOLD;
    return true;
}

struct pattern *parse_pattern(struct cursor *cursor)
{
    if (cursor->failed)
        return NULL;
    cursor_skip_space(cursor);
    struct pattern *pattern = arena_take(cursor->arena, sizeof *pattern);
    pattern->place = cursor_place(cursor);
    const char *from = cursor->at;
    if (!event_name(cursor, pattern))
        return NULL;
    struct condition **tail = &pattern->conditions;
    const char *behind = cursor->at;
    for (cursor_skip_space(cursor); condition_here(cursor); cursor_skip_space(cursor)) {
        *tail = parse_condition(cursor, pattern);
        if (!*tail)
            return NULL;
        tail = &(*tail)->next;
        behind = cursor->at;
    }
    cursor->at = behind;
    pattern->text = arena_text(cursor->arena, from, (size_t)(behind - from));
    if (pattern->source != SOURCE_TOLD)
        cursor->check->wants_seen = true;
    if (pattern->type &&
        (pattern->type->kind == SEEN_SYSCALL || pattern->type->kind == SEEN_USER_RETURN))
        cursor->check->wants_syscalls = true;
    if (pattern->type && pattern->type->kind == SEEN_CALL)
        cursor->check->wants_calls = true;
    return pattern;
}

unsigned pattern_evidence(const struct pattern *pattern)
{
    if (!pattern)
        return 0;
    return pattern->source == SOURCE_TOLD   ? EVIDENCE_TOLD
           : pattern->source == SOURCE_SEEN ? EVIDENCE_SEEN
                                            : EVIDENCE_TOLD | EVIDENCE_SEEN;
}
