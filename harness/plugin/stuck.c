/*
 * Notices that a machine gets nowhere, and says so once, in a mark Z: the hypervisor traps at one
 * place for ever, or executes for ever without a trap or an entry, its trap vector perhaps, to
 * which something branches; or a guest is entered for ever at the instruction at which it has just
 * trapped. It also marks, once, a trap of the hypervisor while sscratch is not zero, which the
 * vector takes for a guest's: that need not be the end. For people who wait: `coach try`.
 */
#include "watch.h"

#define HSTATUS_SPV (1ull << 7)
#define SSCRATCH    0x140
#define INTERRUPT   (1ull << 63)

#define TRAPS      1000       /* in a row, at one place */
#define INTERRUPTS 100000     /* likewise: a guest that spins is interrupted where it spins */
#define BLOCKS     400000000u /* of the hypervisor's code, without a trap: zeroing 1 GiB takes less */

#define REENTERED                                                                                  \
    3 /* blocks from its begin to its next one, at most, if something branches to it */
#define VECTOR 0x400 /* bytes, at most: what lies in them may trap there again and again */

enum { STUCK_HYPERVISOR, STUCK_GUEST, STUCK_NO_TRAP, STUCK_VECTOR, STUCK_TAKEN };

static struct {
    uint64_t entry; /* pc at the last entry into a guest */
    uint64_t cause, pc, value;
    bool guest;
    uint64_t traps;    /* in a row that were like the last one */
    bool left;         /* by an sret since the vector began */
    uint64_t branches; /* to the vector, in a row */
    uint64_t blocks;
} harts[WATCH_HARTS];
static bool told, taken_told;

static void tell(unsigned hart, uint64_t kind, uint64_t pc, uint64_t count)
{
    if (told)
        return;
    told = true;
    mark('Z', hart, (uint64_t[]){kind, harts[hart].cause, pc, harts[hart].value, count}, 5);
}

/* A trap of the hypervisor's own code, but for the vector's, finds sscratch zero. */
static void look_for_taken(unsigned hart, const struct model_csrs *csr)
{
    uint64_t scratch;

    if (taken_told || csr->hstatus & HSTATUS_SPV || csr->sepc - watch.vector < VECTOR ||
        !read_csr(hart, SSCRATCH, &scratch) || scratch == 0)
        return;
    taken_told = true;
    mark('Z', hart, (uint64_t[]){STUCK_TAKEN, csr->scause, csr->sepc, scratch, 1}, 5);
}

/* The trap vector's first instruction. */
void stuck_trap(unsigned hart)
{
    struct model_csrs csr;

    if (!watch.stuck || !read_csrs(hart, &csr))
        return;
    bool guest = csr.hstatus & HSTATUS_SPV;
    bool branched = !harts[hart].left && harts[hart].blocks <= REENTERED &&
                    harts[hart].pc == csr.sepc && csr.sepc - watch.vector >= VECTOR;
    if (!branched)
        look_for_taken(hart, &csr);
    harts[hart].left = false;
    harts[hart].blocks = 0;
    harts[hart].branches = branched ? harts[hart].branches + 1 : 0;
    if (harts[hart].branches >= TRAPS)
        tell(hart, STUCK_VECTOR, csr.sepc, harts[hart].branches);
    if (branched)
        return;
    bool same = harts[hart].guest == guest && harts[hart].cause == csr.scause &&
                harts[hart].pc == csr.sepc && (!guest || harts[hart].entry == csr.sepc);

    harts[hart].traps = same ? harts[hart].traps + 1 : 1;
    harts[hart].guest = guest;
    harts[hart].cause = csr.scause;
    harts[hart].pc = csr.sepc;
    harts[hart].value = csr.stval;
    if (harts[hart].traps >= (csr.scause & INTERRUPT ? INTERRUPTS : TRAPS))
        tell(hart, guest ? STUCK_GUEST : STUCK_HYPERVISOR, csr.sepc, harts[hart].traps);
}

/* An sret of the hypervisor. */
void stuck_sret(unsigned hart)
{
    struct model_csrs csr;

    harts[hart].blocks = 0;
    harts[hart].left = true;
    if (watch.stuck && read_csrs(hart, &csr))
        harts[hart].entry = csr.sepc;
}

/* Any block of the hypervisor. */
void stuck_block(unsigned hart, uint64_t address)
{
    if (watch.stuck && ++harts[hart].blocks == BLOCKS)
        tell(hart, STUCK_NO_TRAP, address, BLOCKS);
}
