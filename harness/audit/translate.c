/* One address through the tables, as the machine would take it: second stage, or both. */
#include <string.h>

#include "audit/walk.h"

#define INDEX_BITS 9

/* A stage of translation: where its tables' addresses are to be looked up. */
struct stage {
    const struct ram *ram;
    uint64_t atp;
    bool second;
    uint64_t behind; /* first stage: the hgatp that its tables lie behind; 0: none */
};

static struct walk_translation failed(const char *why)
{
    return (struct walk_translation){.why = why};
}

/* Reads an entry whose address is physical, or guest-physical behind hgatp. */
static bool read_entry(const struct stage *stage, uint64_t at, uint64_t *pte)
{
    if (stage->behind) {
        struct walk_translation table =
            walk_translate_second(stage->ram, stage->behind, at, WALK_READ);

        if (!table.ok)
            return false;
        at = table.physical;
    }
    return ram_copy(stage->ram, at, pte, sizeof(*pte));
}

static const char *objection(uint64_t pte, unsigned level, bool second, enum walk_access access)
{
    if ((pte & PTE_RESERVED) || (pte & (PTE_R | PTE_W)) == PTE_W)
        return "reserved bits or W without R in the entry";
    if (PTE_PPN(pte) & ((1ull << (INDEX_BITS * level)) - 1))
        return "superpage not aligned";
    if (second && !(pte & PTE_U))
        return "U bit missing";
    return pte & (uint64_t)access ? NULL : "access not allowed";
}

/* An address must be a sign-extended (first stage) or zero-extended (second) one. */
static bool canonical(uint64_t address, unsigned bits, bool second)
{
    if (second)
        return address >> bits == 0;
    int64_t top = (int64_t)address >> (bits - 1);

    return top == 0 || top == -1;
}

static struct walk_translation translate(const struct stage *stage, uint64_t address,
                                         enum walk_access access)
{
    unsigned mode = HGATP_MODE(stage->atp);
    uint64_t table = HGATP_PPN(stage->atp) << 12;

    if (mode == MODE_BARE)
        return (struct walk_translation){
            .ok = true, .physical = address, .guest_physical = address};
    if (mode < MODE_SV39 || mode > MODE_SV57)
        return failed("no such mode");
    unsigned levels = mode - MODE_SV39 + 3;
    if (!canonical(address, 12 + INDEX_BITS * levels + (stage->second ? 2 : 0), stage->second))
        return failed("address beyond the mode's range");
    if (stage->second)
        table &= ~0x3fffull;
    for (unsigned level = levels; level-- > 0;) {
        unsigned shift = 12 + INDEX_BITS * level;
        uint64_t mask = stage->second && level == levels - 1 ? 0x7ff : 0x1ff;
        uint64_t at = table + (address >> shift & mask) * sizeof(uint64_t), pte;

        if (!read_entry(stage, at, &pte))
            return failed("page table not readable");
        if (!(pte & PTE_V))
            return failed("not mapped");
        table = PTE_PPN(pte) << 12;
        if (!(pte & (PTE_R | PTE_W | PTE_X)))
            continue;
        const char *why = objection(pte, level, stage->second, access);
        uint64_t offset = address & ((1ull << shift) - 1);
        struct walk_leaf leaf = {.virtual = address - offset,
                                 .physical = table,
                                 .bytes = 1ull << shift,
                                 .pte = pte,
                                 .pte_at = at,
                                 .level = level};
        struct walk_translation done = {
            .ok = !why, .physical = table + offset, .guest_physical = address, .why = why};

        *(stage->second ? &done.second : &done.first) = leaf;
        return done;
    }
    return failed("a pointer at the last level");
}

struct walk_translation walk_translate_second(const struct ram *ram, uint64_t hgatp,
                                              uint64_t guest_physical, enum walk_access access)
{
    struct stage stage = {.ram = ram, .atp = hgatp, .second = true};

    return translate(&stage, guest_physical, access);
}

struct walk_translation walk_translate(const struct ram *ram, uint64_t vsatp, uint64_t hgatp,
                                       uint64_t virtual, enum walk_access access)
{
    struct stage stage = {.ram = ram, .atp = vsatp, .behind = hgatp};
    struct walk_translation first = translate(&stage, virtual, access);

    if (!first.ok)
        return first;
    struct walk_translation second = walk_translate_second(ram, hgatp, first.physical, access);
    second.first = first.first;
    second.guest_physical = first.physical;
    return second;
}

bool walk_copy(const struct ram *ram, uint64_t hgatp, uint64_t guest_physical, void *to,
               size_t bytes)
{
    uint8_t *next = to;

    while (bytes > 0) {
        struct walk_translation page = walk_translate_second(ram, hgatp, guest_physical, WALK_READ);
        size_t part = 4096 - (guest_physical & 4095);

        part = part < bytes ? part : bytes;
        if (!page.ok || !ram_copy(ram, page.physical, next, part))
            return false;
        next += part;
        guest_physical += part;
        bytes -= part;
    }
    return true;
}
