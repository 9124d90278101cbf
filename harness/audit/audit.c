/*
 * The isolation audit. First pass: which pages are tables, and whose. Second pass: every leaf of
 * every tree against that, against what is reserved, and against what other leaves map.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/owner.h"

#define PAGE 4096u

struct audit {
    const struct audit_input *input;
    struct audit_report *report;
    uint8_t *owner; /* one a page of RAM: OWNER_… */
    uint8_t *fault; /* 1: a finding is about this page */
    uint64_t pages;
    unsigned tree;   /* that is being walked */
    uint64_t budget; /* pages and entries of it that are still looked at */
};

/* A tree in order maps each page of RAM once. */
static uint64_t budget_of(const struct audit *audit)
{
    return 2 * audit->pages + 65536;
}

static uint64_t page_of(const struct audit *audit, uint64_t physical)
{
    return (physical - audit->input->ram->base) / PAGE;
}

static bool extends(const struct audit_finding *last, const struct audit_finding *now)
{
    return last->diagnosis == now->diagnosis && last->tree == now->tree &&
           last->other == now->other && last->what == now->what && last->leaf.bytes == PAGE &&
           now->leaf.bytes == PAGE && last->leaf.virtual + last->pages * PAGE == now->leaf.virtual;
}

/* Counts a finding, and keeps it or lengthens the run of the last one. */
static void find(struct audit *audit, enum audit_diagnosis diagnosis, const struct walk_leaf *leaf,
                 uint64_t pages, int other, const char *what)
{
    struct audit_report *report = audit->report;
    struct audit_finding finding = {
        .diagnosis = diagnosis, .tree = audit->tree, .other = other, .what = what, .pages = pages};

    if (leaf)
        finding.leaf = *leaf;
    report->count[diagnosis] += pages;
    if (leaf && report->findings && extends(&report->finding[report->findings - 1], &finding)) {
        report->finding[report->findings - 1].pages += pages;
        return;
    }
    if (report->findings < AUDIT_FINDINGS)
        report->finding[report->findings++] = finding;
}

static bool on_table(const struct walk_table *table, void *argument)
{
    struct audit *audit = argument;
    struct walk_leaf where = {
        .physical = table->physical, .bytes = table->bytes, .level = table->level};

    for (uint64_t at = 0; at < table->bytes; at += PAGE) {
        uint8_t *owner = &audit->owner[page_of(audit, table->physical + at)];
        int other = *owner >= OWNER_TABLE ? *owner - OWNER_TABLE : -1;

        if (*owner >= OWNER_TABLE && *owner < OWNER_RESERVED && other != (int)audit->tree)
            find(audit, AUDIT_TABLE_SHARED, &where, 1, other, NULL);
        if (*owner == OWNER_NOBODY)
            *owner = (uint8_t)(OWNER_TABLE + audit->tree);
    }
    return true;
}

static bool on_bad(const struct walk_leaf *entry, void *argument)
{
    struct audit *audit = argument;

    find(audit, AUDIT_MALFORMED, entry, 1, -1, NULL);
    return audit->budget-- > 0;
}

/* Whatever the table maps, it maps twice. */
static bool on_again(const struct walk_leaf *entry, void *argument)
{
    struct audit *audit = argument;

    find(audit, AUDIT_TWICE, entry, 1, -1, NULL);
    return audit->budget-- > 0;
}

/* Takes the pages that a leaf is worth; false once there were more than any tree in order has. */
static bool afford(struct audit *audit, const struct walk_leaf *leaf)
{
    uint64_t pages = leaf->bytes / PAGE < audit->pages ? leaf->bytes / PAGE : audit->pages;

    if (pages < audit->budget) {
        audit->budget -= pages;
        return true;
    }
    find(audit, AUDIT_MALFORMED, leaf, 1, -1, NULL);
    return false;
}

static void check_bits(struct audit *audit, const struct walk_leaf *leaf)
{
    uint64_t pages = leaf->bytes / PAGE;

    if (leaf->wrong & WALK_RESERVED)
        find(audit, AUDIT_RESERVED_BITS, leaf, pages, -1, NULL);
    if (leaf->wrong & WALK_W_WITHOUT_R)
        find(audit, AUDIT_PERMISSIONS, leaf, pages, -1, NULL);
    if (leaf->wrong & WALK_MISALIGNED)
        find(audit, AUDIT_MISALIGNED, leaf, pages, -1, NULL);
    if (!(leaf->pte & PTE_U))
        find(audit, AUDIT_NO_U, leaf, pages, -1, NULL);
    if (leaf->pte & PTE_G)
        find(audit, AUDIT_GLOBAL, leaf, pages, -1, NULL);
}

/* Is the leaf within the RAM that the VM was promised? */
static void check_promise(struct audit *audit, const struct walk_leaf *leaf)
{
    uint64_t memory = audit->input->tree[audit->tree].memory;
    uint64_t offset = leaf->virtual - BUNDLE_GUEST_RAM_BASE;

    if (memory && (leaf->virtual < BUNDLE_GUEST_RAM_BASE || offset >= memory ||
                   leaf->bytes > memory - offset))
        find(audit, AUDIT_NOT_PROMISED, leaf, leaf->bytes / PAGE, -1, NULL);
}

/* One 4 KiB page that a leaf maps. */
static void check_page(struct audit *audit, const struct walk_leaf *page)
{
    uint64_t number = page_of(audit, page->physical);
    uint8_t owner = audit->owner[number];

    if (owner == OWNER_NOBODY) {
        audit->owner[number] = (uint8_t)(OWNER_VM + audit->tree);
        return;
    }
    audit->fault[number] = 1;
    if (owner >= OWNER_RESERVED) {
        const char *what = audit->input->reserved[owner - OWNER_RESERVED].what;
        bool firmware = strcmp(what, "firmware") == 0;

        find(audit, firmware ? AUDIT_FIRMWARE_REACHABLE : AUDIT_HYPERVISOR_REACHABLE, page, 1, -1,
             what);
    } else if (owner >= OWNER_TABLE) {
        find(audit, AUDIT_TABLE_REACHABLE, page, 1, owner - OWNER_TABLE, NULL);
    } else if (owner - OWNER_VM != (int)audit->tree) {
        find(audit, AUDIT_SHARED, page, 1, owner - OWNER_VM, NULL);
    } else {
        find(audit, AUDIT_TWICE, page, 1, -1, NULL);
    }
}

static bool on_leaf(const struct walk_leaf *leaf, void *argument)
{
    struct audit *audit = argument;
    const struct ram *ram = audit->input->ram;

    if (!afford(audit, leaf))
        return false;
    audit->report->tree_bytes[audit->tree] += leaf->bytes;
    check_bits(audit, leaf);
    check_promise(audit, leaf);
    for (uint64_t at = 0; at < leaf->bytes; at += PAGE) {
        struct walk_leaf page = *leaf;

        page.virtual += at;
        page.physical += at;
        page.bytes = PAGE;
        if (ram_at(ram, page.physical, PAGE)) {
            check_page(audit, &page);
            continue;
        }
        /* The rest of this leaf is outside too, or as good as: one finding will do. */
        page.bytes = leaf->bytes - at;
        find(audit, page.physical < ram->base ? AUDIT_DEVICE : AUDIT_OUTSIDE, &page,
             page.bytes / PAGE, -1, NULL);
        break;
    }
    return true;
}

static void mark_reserved(struct audit *audit)
{
    const struct audit_input *input = audit->input;

    for (size_t i = 0; i < input->reserved_count; i++) {
        uint64_t end = input->ram->base + input->ram->bytes;
        uint64_t to = input->reserved[i].to < end ? input->reserved[i].to : end;

        for (uint64_t at = input->reserved[i].from & ~(uint64_t)(PAGE - 1); at < to; at += PAGE) {
            if (at >= input->ram->base)
                audit->owner[page_of(audit, at)] = (uint8_t)(OWNER_RESERVED + i);
        }
    }
}

/* What the walk itself says of a tree. */
static void find_result(struct audit *audit, enum walk_result result)
{
    static const int diagnosis[] = {
        [WALK_DONE] = -1,
        [WALK_ENDED] = -1,
        [WALK_BARE] = AUDIT_BARE,
        [WALK_MODE] = AUDIT_MODE,
        [WALK_ROOT_ALIGN] = AUDIT_ROOT_NOT_ALIGNED,
        [WALK_ROOT_OUTSIDE] = AUDIT_ROOT_OUTSIDE,
        [WALK_LOOP] = AUDIT_MALFORMED,
    };

    if (diagnosis[result] >= 0)
        find(audit, (enum audit_diagnosis)diagnosis[result], NULL, 1, -1, NULL);
}

static void walk_all(struct audit *audit)
{
    const struct walk_visitor tables = {.table = on_table, .bad = on_bad, .argument = audit};
    const struct walk_visitor leaves = {.leaf = on_leaf, .again = on_again, .argument = audit};
    const struct audit_input *input = audit->input;
    struct audit_report *report = audit->report;
    struct walk_count count;

    for (audit->tree = 0; audit->tree < input->trees; audit->tree++) {
        audit->budget = budget_of(audit);
        find_result(audit,
                    walk_second_stage(input->ram, input->tree[audit->tree].hgatp, &tables, &count));
    }
    for (audit->tree = 0; audit->tree < input->trees; audit->tree++) {
        audit->budget = budget_of(audit);
        walk_second_stage(input->ram, input->tree[audit->tree].hgatp, &leaves, &count);
        report->tree_leaves[audit->tree] = count.leaves;
        report->leaves += count.leaves;
        report->entries += count.entries;
        report->tables += count.tables;
    }
}

static int by_weight(const void *left, const void *right)
{
    const struct audit_finding *a = left, *b = right;

    if (a->diagnosis != b->diagnosis)
        return a->diagnosis < b->diagnosis ? -1 : 1;
    if (a->tree != b->tree)
        return a->tree < b->tree ? -1 : 1;
    return (a->leaf.virtual > b->leaf.virtual) - (a->leaf.virtual < b->leaf.virtual);
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int audit_run(const struct audit_input *input, struct audit_report *report)
{
    uint64_t begin = now_ns();
    struct audit audit = {.input = input, .report = report, .pages = input->ram->bytes / PAGE};

    *report = (struct audit_report){0};
    audit.owner = calloc(audit.pages + 1, 1);
    audit.fault = calloc(audit.pages + 1, 1);
    int status = audit.owner && audit.fault ? 0 : -1;

    if (status == 0) {
        mark_reserved(&audit);
        walk_all(&audit);
        qsort(report->finding, report->findings, sizeof(report->finding[0]), by_weight);
        report->holds = report->findings == 0;
        status = audit_regions(input, report, audit.owner, audit.fault, audit.pages);
    }
    free(audit.owner);
    free(audit.fault);
    report->nanoseconds = now_ns() - begin;
    return status;
}

void audit_free(struct audit_report *report)
{
    free(report->region);
    report->region = NULL;
    report->regions = 0;
}
