/*
 * The isolation audit: holds every leaf of every VM's second stage against what that VM may
 * reach. Who owns what is found from outside: the hypervisor's image from its ELF file, page
 * tables by walking, trace rings from the header, VMs' pages from the trees themselves: a page
 * is whose tree maps it, and no page may be in two.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdio.h>

#include "abi/bundle.h"
#include "audit/walk.h"
#include "lib/buffer.h"

#define AUDIT_VMS      16
#define AUDIT_FINDINGS 64 /* kept with their data; all are counted */

/* One second stage to audit. */
struct audit_tree {
    uint64_t hgatp;
    char name[24];   /* for people: the VM's name, or "vmid N" */
    uint64_t memory; /* RAM promised, from BUNDLE_GUEST_RAM_BASE; 0: unknown, not checked */
};

/* A range of RAM that no guest may reach; also shown in the map. */
struct audit_reserved {
    uint64_t from, to;
    const char *what; /* "hypervisor", "firmware", "trace ring of hart 0" … */
};

struct audit_input {
    const struct ram *ram;
    struct audit_tree tree[AUDIT_VMS];
    size_t trees;
    struct audit_reserved reserved[48];
    size_t reserved_count;
};

/* Named diagnoses, in the order of weight. */
enum audit_diagnosis {
    AUDIT_ROOT_NOT_ALIGNED,     /* "hgatp root not aligned" */
    AUDIT_MODE,                 /* "hgatp mode not Sv39x4" */
    AUDIT_BARE,                 /* "second stage is bare" */
    AUDIT_ROOT_OUTSIDE,         /* "hgatp root outside RAM" */
    AUDIT_HYPERVISOR_REACHABLE, /* "hypervisor page reachable" */
    AUDIT_FIRMWARE_REACHABLE,   /* "firmware page reachable" */
    AUDIT_TABLE_REACHABLE,      /* "page-table page reachable" */
    AUDIT_SHARED,               /* "page in two VMs" */
    AUDIT_TWICE,                /* "page mapped twice" in one VM */
    AUDIT_TABLE_SHARED,         /* "table page in two trees" */
    AUDIT_DEVICE,               /* "device page reachable" */
    AUDIT_OUTSIDE,              /* "physical hole mapped" */
    AUDIT_NOT_PROMISED,         /* "mapped outside the VM's memory" */
    AUDIT_NO_U,                 /* "U bit missing" */
    AUDIT_PERMISSIONS,          /* "permissions wrong" (W without R, none of R, X) */
    AUDIT_GLOBAL,               /* "G bit set" in a second stage */
    AUDIT_RESERVED_BITS,        /* "reserved PTE bits set" */
    AUDIT_MISALIGNED,           /* "superpage misaligned" */
    AUDIT_MALFORMED,            /* "malformed page table" */
    AUDIT_DIAGNOSES
};

struct audit_finding {
    enum audit_diagnosis diagnosis;
    unsigned tree; /* in which tree */
    int other;     /* second tree, or -1 */
    struct walk_leaf leaf;
    const char *what; /* what was reached ("trace ring of hart 0"), or NULL */
    uint64_t pages;   /* run of 4 KiB pages with the same finding */
};

/* A run of physical pages with one owner, for the map. */
struct audit_region {
    uint64_t from, to;
    int owner;        /* tree, or -1 reserved, -2 table of `tree`, -3 nobody */
    unsigned tree;    /* owner -2: whose table */
    const char *what; /* owner -1 */
    bool fault;
};

struct audit_report {
    bool holds;
    uint64_t leaves, entries, tables; /* visited, all trees */
    uint64_t tree_leaves[AUDIT_VMS];
    uint64_t tree_bytes[AUDIT_VMS];  /* mapped */
    uint64_t count[AUDIT_DIAGNOSES]; /* pages, or trees */
    struct audit_finding finding[AUDIT_FINDINGS];
    size_t findings;             /* kept */
    struct audit_region *region; /* ascending, gapless over RAM */
    size_t regions;
    uint64_t nanoseconds; /* that the audit took */
};

/* Name as in verdicts: "hgatp root not aligned". */
const char *audit_diagnosis_name(enum audit_diagnosis diagnosis);

/* Runs the audit. Result: 0, or -1 when there was no memory. Release with audit_free. */
int audit_run(const struct audit_input *input, struct audit_report *report);
void audit_free(struct audit_report *report);

/* One line for a finding, with the numbers. Adds to *out. */
void audit_describe(const struct audit_input *input, const struct audit_finding *finding,
                    struct buffer *out);

/* "isolation holds: 32769 leaf entries in 3 trees, …" or the first finding. Adds to *out. */
void audit_sentence(const struct audit_input *input, const struct audit_report *report,
                    struct buffer *out);

/* The map as text, one line a region; and as an SVG element that stands alone. */
void audit_map_text(const struct audit_input *input, const struct audit_report *report,
                    struct buffer *out);
void audit_map_svg(const struct audit_input *input, const struct audit_report *report,
                   struct buffer *out);

#endif
