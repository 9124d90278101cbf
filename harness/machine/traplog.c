/* Follows each hart through firmware, hypervisor and guest; see traplog.h for the rules. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "machine/traplog_follow.h"

void traplog_init(struct traplog *log)
{
    memset(log, 0, sizeof(*log));
    for (unsigned hart = 0; hart < TRAPLOG_HARTS; hart++) {
        log->hart[hart].where = WHERE_FIRMWARE;
        log->hart[hart].from = WHERE_HYPERVISOR;
    }
}

bool traplog_fail(struct traplog *log, const char *format, ...)
{
    va_list arguments;
    int length =
        snprintf(log->error, sizeof(log->error), "trap log, line %" PRIu64 ": ", log->lines);

    va_start(arguments, format);
    vsnprintf(log->error + length, sizeof(log->error) - (size_t)length, format, arguments);
    va_end(arguments);
    return false;
}

static bool emit(struct traplog *log, struct event_list *list, unsigned kind, unsigned hart,
                 const struct traplog_trap *trap)
{
    struct event event = {.type = event_type(kind),
                          .time = EVENT_NO_TIME,
                          .instructions = log->instructions,
                          .index = log->lines,
                          .hart = (uint8_t)hart,
                          .vm = TRACE_NO_VM,
                          .vcpu = TRACE_NO_VM};

    if (trap) {
        event.value[EXIT_SCAUSE] = trap->scause;
        event.value[EXIT_SEPC] = trap->epc;
        event.value[EXIT_STVAL] = trap->tval;
        event.value[SEEN_HGATP] = log->hart[hart].hgatp;
    }
    return event_list_add(list, &event) || traplog_fail(log, "out of memory");
}

/* A trap that led neither to the firmware nor to the vector stayed where it was taken. */
bool traplog_settle(struct traplog *log, struct event_list *list, unsigned hart)
{
    struct traplog_hart *here = &log->hart[hart];

    if (!here->open)
        return true;
    here->open = false;
    return emit(log, list, here->where == WHERE_GUEST ? SEEN_GUEST_TRAP : SEEN_HOST_TRAP, hart,
                &here->last);
}

/* M-mode's own software, timer and external interrupt: the firmware never passes one on as such. */
static bool is_firmware_interrupt(uint32_t scause)
{
    switch (scause) {
    case TRACE_CAUSE_INTERRUPT | 3:
    case TRACE_CAUSE_INTERRUPT | 7:
    case TRACE_CAUSE_INTERRUPT | 11:
        return true;
    default:
        return false;
    }
}

bool traplog_trap(struct traplog *log, struct event_list *list, const struct traplog_line *line)
{
    struct traplog_hart *here = &log->hart[line->hart];
    struct traplog_trap trap = {line->scause, line->epc, line->tval};

    log->traps++;
    if (is_firmware_interrupt(line->scause)) {
        here->aside |= here->where != WHERE_FIRMWARE;
        return true;
    }
    if (here->where == WHERE_FIRMWARE && here->aside)
        return true; /* met while the firmware serves its own interrupt */
    if (here->where == WHERE_FIRMWARE) {
        here->nested = trap;
        here->has_nested = true;
        return true;
    }
    if (!traplog_settle(log, list, line->hart))
        return false;
    here->last = trap;
    here->open = true;
    here->returned = false;
    return true;
}

static void on_firmware(struct traplog_hart *here)
{
    if (here->where != WHERE_FIRMWARE)
        here->from = here->where;
    here->where = WHERE_FIRMWARE;
    if (here->aside)
        return;
    here->has_taken = here->open;
    here->open = false;
    here->has_nested = false;
    here->returned = false;
}

static void on_mret(struct traplog_hart *here)
{
    here->where = here->from;
    if (!here->aside)
        here->returned = here->has_taken;
    here->aside = false;
}

/*
 * The vector runs: for the trap just logged, or for the one that the firmware took and passed on.
 * The firmware may also pass on a fault of its own, met when it read the guest's instruction:
 * with the guest's pc, and the fault's cause and address. That one is kept as the alternative.
 */
static bool on_vector(struct traplog *log, struct event_list *list, unsigned hart)
{
    struct traplog_hart *here = &log->hart[hart];
    bool guest = here->where == WHERE_GUEST;
    bool forwarded = !here->open && here->returned;

    log->stray = !here->open && !forwarded && guest;
    if (log->stray)
        return traplog_fail(log, "hart %u reached the trap vector from a guest without a trap",
                            hart);
    here->where = WHERE_HYPERVISOR;
    here->returned = false;
    if (!here->open && !forwarded)
        return true; /* the hypervisor jumped there by itself */
    here->open = false;
    log->guest_exits += guest;
    here->exited = guest;
    if (guest)
        here->exit = here->last;
    if (!emit(log, list, guest ? SEEN_GUEST_EXIT : SEEN_HOST_TRAP, hart, &here->last))
        return false;
    if (forwarded && here->has_nested) {
        struct event *event = &list->event[list->count - 1];

        event->complete = 1;
        event->value[SEEN_OTHER_SCAUSE] = here->nested.scause;
        event->value[SEEN_OTHER_STVAL] = here->nested.tval;
    }
    return true;
}

/* The sret led back into the hypervisor: there was no entry. */
static void on_back(struct traplog *log, struct event_list *list, unsigned hart)
{
    struct traplog_hart *here = &log->hart[hart];

    here->where = WHERE_HYPERVISOR;
    for (size_t i = list->count; i-- > 0;) {
        const struct event *event = &list->event[i];

        if (event->hart != hart || event->type->kind != SEEN_GUEST_ENTRY)
            continue;
        memmove(&list->event[i], &list->event[i + 1],
                (list->count - i - 1) * sizeof(list->event[0]));
        list->count--;
        return;
    }
}

/* A mark that says just that an instruction ran. */
static bool on_instruction(struct traplog *log, struct event_list *list, unsigned kind,
                           const struct traplog_line *line)
{
    struct traplog_trap none = {0};

    if (!emit(log, list, kind, line->hart, &none))
        return false;
    list->event[list->count - 1].value[0] = line->address;
    list->event[list->count - 1].value[1] = line->value;
    return true;
}

/* A guest's kernel and its programs: the event's values are those of the mark. */
static bool on_program(struct traplog *log, struct event_list *list, unsigned kind,
                       const struct traplog_line *line)
{
    /* The trap into the guest's vector comes before what the vector's first block shows. */
    if (!traplog_settle(log, list, line->hart) || !on_instruction(log, list, kind, line))
        return false;
    memcpy(list->event[list->count - 1].value, line->values, sizeof(line->values));
    return true;
}

static void on_hold(struct traplog *log, const struct traplog_line *line)
{
    bool new = line->mark == MARK_NEW;

    log->holds++;
    log->hold_hart = line->hart;
    log->hold_hgatp = new ? line->address : 0;
    if (new && log->hgatp_count < TRAPLOG_HGATPS)
        log->hgatps[log->hgatp_count++] = line->address;
}

bool traplog_mark(struct traplog *log, struct event_list *list, const struct traplog_line *line)
{
    struct traplog_hart *here = &log->hart[line->hart];

    log->marks = true;
    log->instructions = line->instructions;
    switch (line->mark) {
    case MARK_FIRMWARE:
        on_firmware(here);
        return true;
    case MARK_MRET:
        on_mret(here);
        return true;
    case MARK_VECTOR:
        return on_vector(log, list, line->hart);
    case MARK_SRET:
        if (!traplog_settle(log, list, line->hart))
            return false;
        here->where = WHERE_GUEST;
        here->returned = false;
        here->hgatp = line->value;
        return on_instruction(log, list, SEEN_GUEST_ENTRY, line);
    case MARK_BACK:
        on_back(log, list, line->hart);
        return true;
    case MARK_GVMA:
        return on_instruction(log, list, SEEN_HFENCE_GVMA, line);
    case MARK_VVMA:
        return on_instruction(log, list, SEEN_HFENCE_VVMA, line);
    case MARK_HGATP:
        return on_instruction(log, list, SEEN_HGATP_WRITE, line);
    case MARK_STORE:
        return on_instruction(log, list, SEEN_STORE, line);
    case MARK_CALL:
        return on_program(log, list, SEEN_SYSCALL, line);
    case MARK_SBI:
        return on_program(log, list, SEEN_CALL, line);
    case MARK_RETURN:
        return on_program(log, list, SEEN_USER_RETURN, line);
    case MARK_IDLE:
        return emit(log, list, SEEN_IDLE, line->hart, NULL);
    case MARK_RESUME:
        return emit(log, list, SEEN_RESUME, line->hart, NULL);
    case MARK_HOLD:
    case MARK_NEW:
        on_hold(log, line);
        return true;
    case MARK_LIMIT:
        log->limit = true;
        return true;
    case MARK_ARMED:
        log->armed = true;
        return true;
    case MARK_DEADLINE:
        log->deadline = true;
        return true;
    case MARK_SPENT:
        log->spent = true;
        return true;
    case MARK_EXIT:
        log->exits = true;
        return true;
    default:
        return true;
    }
}
