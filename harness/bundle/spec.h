/*
 * What a person says of a VM: "image=FILE,memory=64M,vcpus=1,initrd=FILE,args=TEXT,weight=1,
 * cap=0,name=NAME,manual=yes". Keys come in any order; only image is required. A comma in a value
 * is doubled, as QEMU has it, or the whole value stands in quotes: args=run=stress,,4 or
 * args="run=stress,4".
 */
#ifndef HARNESS_BUNDLE_SPEC_H
#define HARNESS_BUNDLE_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/bundle.h"
#include "lib/error.h"

#define VM_DEFAULT_MEMORY (64ull << 20)

struct vm_spec {
    char name[BUNDLE_NAME_BYTES]; /* NUL-terminated; "" until vm_specs_name has given one */
    char *image;                  /* path */
    char *initrd;                 /* path, or NULL */
    char *args;                   /* boot arguments, or NULL */
    uint64_t memory;              /* bytes, a multiple of 4096 */
    uint32_t vcpus;               /* 1 … BUNDLE_MAX_VCPUS */
    uint32_t weight;              /* 1 … 10000 */
    uint32_t cap;                 /* percent of one hart, 0: none */
    bool manual;                  /* not created at boot */
    bool bss_filled; /* a check's: the image's .bss is packed too, and holds anything */
};

/* Parses one VM. 0; or -1 with *error, and nothing to free. */
int vm_spec_parse(const char *text, struct vm_spec *spec, struct error *error);

/* Checks what a spec made in another way holds: bounds, name. 0, or -1 with *error. */
int vm_spec_check(const struct vm_spec *spec, struct error *error);

/*
 * Gives VMs without a name that of their image's file ("rider", then "rider-2"), and checks that
 * no name comes twice. 0, or -1 with *error.
 */
int vm_specs_name(struct vm_spec *specs, unsigned count, struct error *error);

void vm_spec_free(struct vm_spec *spec);

/* The VMs of one command line. */
struct vm_list {
    struct vm_spec vm[BUNDLE_MAX_VMS];
    unsigned count;
};

/* Adds what one --vm option says. 0, or -1 with *error. */
int vm_list_add(struct vm_list *list, const char *text, struct error *error);

/* A list is {0} before the first and after this. */
void vm_list_free(struct vm_list *list);

#endif
