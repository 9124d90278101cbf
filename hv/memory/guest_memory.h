/*
 * A VM's memory: RAM from BUNDLE_GUEST_RAM_BASE, backed by frames when it is first touched.
 * All of it is promised when the VM is made (promises never exceed what there is), so a touch
 * cannot fail for want of memory.
 */
#ifndef HV_MEMORY_GUEST_MEMORY_H
#define HV_MEMORY_GUEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;
struct vcpu;

/* Promises `bytes` to vm and makes its second stage. False: there is not so much left. */
bool guest_memory_init(struct vm *vm, uint64_t bytes);
/* Bytes that could be promised to another VM. */
uint64_t guest_memory_available(void);
/* Unmaps all, scrubs and returns the frames. Returns how many pages the VM had. */
uint64_t guest_memory_release(struct vm *vm);

/* Is [gpa, gpa + bytes) the VM's own RAM? Overflow-safe. */
bool guest_memory_holds(const struct vm *vm, uint64_t gpa, uint64_t bytes);

/* Backs the page at gpa with a zeroed frame and maps it, in the largest leaf that lies in the VM's
 * RAM and disturbs nothing. False: gpa is not the VM's RAM, and nothing was done. */
bool guest_memory_fill(struct vm *vm, uint64_t gpa);

/* The one way to guest memory: copies between a buffer and [gpa, gpa + bytes), across pages,
 * filling what was never touched. False: not all of it is the VM's RAM; nothing was copied. */
bool guest_memory_read(struct vm *vm, uint64_t gpa, void *to, size_t bytes);
bool guest_memory_write(struct vm *vm, uint64_t gpa, const void *from, size_t bytes);

/* What a fetch of the guest's would meet. */
enum guest_fetch {
    FETCH_DONE,
    FETCH_PAGE_FAULT,   /* the guest's tables do not let it execute there */
    FETCH_ACCESS_FAULT, /* there is no memory at the address, or at a table on the way to it */
};

/* Reads at a guest-virtual address through the guest's own tables (Sv39, Sv48, Sv57, or
 * satp = 0), as the guest in its present mode may execute there. */
enum guest_fetch guest_virtual_fetch(struct vcpu *vcpu, uint64_t gva, void *to, size_t bytes);

#endif
