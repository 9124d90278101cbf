/*
 * Makes an audit's input from a machine: its RAM, the hypervisor's ELF file, and the hgatp values
 * that were seen. The trees' names and sizes come from the bundle in RAM, which `coach` packed,
 * matched by size and by the guest's entry, never from what the hypervisor says of itself.
 */
#ifndef AUDIT_MACHINE_H
#define AUDIT_MACHINE_H

#include "audit/audit.h"
#include "machine/observer.h"
#include "symbols/symbols.h"

/*
 * Fills *input. hgatps: the values seen, in order; of several with one root the last counts. Roots
 * of VMs that are gone, whose memory belongs to others by now, are left out: those that lie in
 * another tree's pages, but only while the hypervisor tells of fewer VMs than there are roots.
 * A tree that no VM's device tree lies in is named "vmid N", and its promised size is not known.
 */
void audit_from_machine(struct audit_input *input, const struct ram *ram,
                        const struct symbols *hypervisor, const uint64_t *hgatps, size_t count);

/*
 * Adds to hgatps (count of them are known, room for most) the second stage of each VM of the bundle
 * that has none among them: the first root in RAM, of the known ones' mode (else Sv39x4), whose
 * tree holds the VM's device tree and image. Its VMID is not known, and 0. Returns their number.
 */
size_t audit_find_trees(const struct ram *ram, const struct symbols *hypervisor, uint64_t *hgatps,
                        size_t count, size_t most);

/*
 * Gives trees that could not be named now, since the guest has used its device tree's memory for
 * something else, the name and size that they had in an audit before (by their root).
 */
void audit_keep_names(struct audit_input *input, const struct audit_input *before);

#endif
