/* Two runs, one difference; see secrets.h. */
#include "check/secrets.h"
#include "check/registers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SSTATUS_FS    (3ull << 13)
#define FETCH_FAULT   20
#define STORE_FAULT   23
#define VIRTUAL_FAULT 22
#define COURSE        "what it does"

/* A CSR of the state that the guest itself can read, or that acts on it. */
#define SEEN(name)                                                                                 \
    {                                                                                              \
#name, offsetof(struct model_csrs, name)                                                   \
    }
static const struct {
    const char *name;
    size_t offset;
} csrs[] = {
    SEEN(vsstatus), SEEN(vsie),       SEEN(vstvec),  SEEN(vsscratch), SEEN(vsepc),
    SEEN(vscause),  SEEN(vstval),     SEEN(vsatp),   SEEN(vstimecmp), SEEN(scounteren),
    SEEN(senvcfg),  SEEN(hcounteren), SEEN(henvcfg), SEEN(hvip),
};

static uint64_t csr_of(const struct model_state *state, unsigned which)
{
    uint64_t value;
    memcpy(&value, (const char *)&state->csr + csrs[which].offset, sizeof value);
    return value;
}

/* The next event of the VM at or behind *at. NULL: none. */
static const struct model_record *next(const struct secrets_view *view, size_t *at)
{
    while (*at < view->records && view->record[*at].vm != view->vm)
        ++*at;
    return *at < view->records ? &view->record[(*at)++] : NULL;
}

static void tell(struct secrets_difference *difference, const char *kind, const char *what,
                 const char *where, uint64_t one, uint64_t other)
{
    difference->found = true;
    difference->kind = kind;
    snprintf(difference->what, sizeof difference->what, "%s", what);
    snprintf(difference->text, sizeof difference->text,
             "%s is 0x%" PRIx64 " in one run and 0x%" PRIx64 " in the other, %s", what, one, other,
             where);
}

static void describe(const struct model_record *record, size_t number, char *to, size_t bytes)
{
    if (record->entry)
        snprintf(to, bytes, "at event %zu of the VM: vCPU %d is entered at 0x%" PRIx64, number,
                 record->vcpu, record->state.pc);
    else
        snprintf(to, bytes,
                 "at event %zu of the VM: vCPU %d exits at 0x%" PRIx64 " with scause 0x%" PRIx64,
                 number, record->vcpu, record->state.pc, record->state.csr.scause);
}

/* The FP registers can be seen: else they may hold what another VM left, for a lazy hypervisor. */
static bool shows_fp(const struct model_record *record)
{
    return record->state.has_fp && (record->state.csr.sstatus & SSTATUS_FS) != 0;
}

/* Is stval the guest's: an address that it used? */
static bool has_address(const struct model_record *record)
{
    uint64_t cause = record->state.csr.scause;
    return !record->entry && cause >= FETCH_FAULT && cause <= STORE_FAULT && cause != VIRTUAL_FAULT;
}

static void compare_registers(const struct model_record *a, const struct model_record *b,
                              const char *where, struct secrets_difference *difference)
{
    const struct model_state *one = &a->state, *other = &b->state;
    for (unsigned i = 1; i < 32 && !difference->found; i++)
        if (one->x[i] != other->x[i])
            tell(difference, "a register", register_name(i), where, one->x[i], other->x[i]);
    for (unsigned i = 0; i < sizeof csrs / sizeof csrs[0] && !difference->found; i++)
        if (csr_of(one, i) != csr_of(other, i))
            tell(difference, "a CSR", csrs[i].name, where, csr_of(one, i), csr_of(other, i));
    if (!shows_fp(a) || !shows_fp(b))
        return;
    for (unsigned i = 0; i < 32 && !difference->found; i++) {
        char name[8];
        snprintf(name, sizeof name, "f%u", i);
        if (one->f[i] != other->f[i])
            tell(difference, "an FP register", name, where, one->f[i], other->f[i]);
    }
    if (!difference->found && one->fcsr != other->fcsr)
        tell(difference, "an FP register", "fcsr", where, one->fcsr, other->fcsr);
}

static void compare_event(const struct model_record *one, const struct model_record *other,
                          size_t number, struct secrets_difference *difference)
{
    char where[160];
    describe(one, number, where, sizeof where);
    if (one->entry != other->entry)
        tell(difference, COURSE, "entry (or exit)", where, one->entry, other->entry);
    else if (one->vcpu != other->vcpu)
        tell(difference, COURSE, "vCPU", where, (uint64_t)one->vcpu, (uint64_t)other->vcpu);
    else if (one->state.pc != other->state.pc)
        tell(difference, COURSE, "pc", where, one->state.pc, other->state.pc);
    else if (!one->entry && one->state.csr.scause != other->state.csr.scause)
        tell(difference, COURSE, "scause", where, one->state.csr.scause, other->state.csr.scause);
    else if (has_address(one) && one->state.csr.stval != other->state.csr.stval)
        tell(difference, COURSE, "stval", where, one->state.csr.stval, other->state.csr.stval);
    else
        compare_registers(one, other, where, difference);
    difference->has_pc = difference->found;
    difference->pc = one->state.pc;
}

/* Returns the events compared. */
static size_t compare_events(const struct secrets_view *one, const struct secrets_view *other,
                             struct secrets_difference *difference)
{
    size_t a = 0, b = 0, count = 0;
    while (!difference->found) {
        const struct model_record *left = next(one, &a), *right = next(other, &b);
        if (!left && !right)
            break;
        count++;
        if (!left || !right)
            tell(difference, COURSE, "number of events", "the one that is less has ended",
                 count - (left ? 0 : 1), count - (right ? 0 : 1));
        else
            compare_event(left, right, count, difference);
    }
    return count;
}

static void compare_page(const struct secrets_view *one, const struct secrets_view *other,
                         size_t page, struct secrets_difference *difference)
{
    const uint8_t *left = one->page[page], *right = other->page[page];
    uint64_t address = one->base + page * SECRETS_PAGE;
    char where[80];
    if (!left || !right) {
        snprintf(where, sizeof where, "the page at 0x%" PRIx64 " (0: not there)", address);
        if (left || right)
            tell(difference, "memory", "memory at the end", where, left != NULL, right != NULL);
        return;
    }
    for (size_t at = 0; at < SECRETS_PAGE && !difference->found; at += 8) {
        uint64_t values[2];
        memcpy(&values[0], left + at, 8);
        memcpy(&values[1], right + at, 8);
        snprintf(where, sizeof where, "at 0x%" PRIx64, address + at);
        if (values[0] != values[1])
            tell(difference, "memory", "memory at the end", where, values[0], values[1]);
    }
}

static void compare_memory(const struct secrets_view *one, const struct secrets_view *other,
                           struct secrets_difference *difference)
{
    for (size_t page = 0; page < one->pages && page < other->pages && !difference->found; page++)
        compare_page(one, other, page, difference);
}

static void compare_console(const struct secrets_view *one, const struct secrets_view *other,
                            struct secrets_difference *difference)
{
    size_t least =
        one->console_bytes < other->console_bytes ? one->console_bytes : other->console_bytes;
    size_t at = 0;
    char where[40];
    while (at < least && one->console[at] == other->console[at])
        at++;
    if (at == one->console_bytes && at == other->console_bytes)
        return;
    snprintf(where, sizeof where, "byte %zu (0: none)", at);
    tell(difference, "the console", "console", where,
         at < one->console_bytes ? (uint8_t)one->console[at] : 0,
         at < other->console_bytes ? (uint8_t)other->console[at] : 0);
}

/* Between its events, and not since power-on: a VM sees differences of time. */
static void compare_clock(const struct secrets_view *one, const struct secrets_view *other,
                          struct secrets_difference *difference)
{
    size_t a = 0, b = 0, count = 0;
    const struct model_record *left, *right, *first[2] = {NULL, NULL};
    while (!difference->found && (left = next(one, &a)) && (right = next(other, &b))) {
        char where[160];
        if (!first[0])
            first[0] = left, first[1] = right;
        describe(left, ++count, where, sizeof where);
        if (left->instructions - first[0]->instructions !=
            right->instructions - first[1]->instructions) {
            tell(difference, "the clock", "clock (instructions)", where,
                 left->instructions - first[0]->instructions,
                 right->instructions - first[1]->instructions);
            difference->has_pc = true;
            difference->pc = left->state.pc;
        }
    }
}

size_t secrets_compare(const struct secrets_view *one, const struct secrets_view *other,
                       struct secrets_difference *difference)
{
    memset(difference, 0, sizeof *difference);
    size_t count = compare_events(one, other, difference);
    if (!difference->found)
        compare_memory(one, other, difference);
    if (!difference->found)
        compare_console(one, other, difference);
    if (!difference->found)
        compare_clock(one, other, difference);
    return count;
}
