/*
 * What a guest's programs ask of its kernel, seen at the machine: an ecall in VU-mode that leads to
 * the guest's own vector (mark U), and an sret of the guest's into VU-mode (mark Q). The registers
 * are read at the begin of the next block, where QEMU holds them in memory, and nothing has changed
 * them: the vector's first block has the program's, the program's first block its own.
 */
#include "watch.h"

#define SSTATUS_SPP     (1ull << 8)
#define CAUSE_USER_CALL 8
#define CSR_SSTATUS     0x100 /* with V=1 these numbers are the guest's own */
#define CSR_STVEC       0x105
#define CSR_SEPC        0x141
#define CSR_SCAUSE      0x142
#define CSR_SATP        0x180

enum { A0 = 10, A1 = 11, A2 = 12, A7 = 17 };

static struct {
    bool called, returns; /* the last block ended with an ecall, with an sret into VU-mode */
    uint64_t target;      /* returns: where that leads, unless it traps there */
} harts[WATCH_HARTS];

void on_guest_ecall(unsigned hart, void *data)
{
    (void)data;
    harts[hart].called = true;
}

void on_guest_sret(unsigned hart, void *data)
{
    uint64_t status;

    (void)data;
    harts[hart].returns = read_csr(hart, CSR_SSTATUS, &status) && !(status & SSTATUS_SPP) &&
                          read_csr(hart, CSR_SEPC, &harts[hart].target);
}

/* In the guest's vector: was it a program's call, and not the kernel's own? */
static void mark_call(unsigned hart, uint64_t vector, uint64_t hgatp)
{
    uint64_t x[32], cause, base, pc, space;

    if (read_csr(hart, CSR_STVEC, &base) && vector == (base & ~3ull) &&
        read_csr(hart, CSR_SCAUSE, &cause) && cause == CAUSE_USER_CALL &&
        read_csr(hart, CSR_SEPC, &pc) && read_csr(hart, CSR_SATP, &space) && read_generals(hart, x))
        mark('U', hart, (uint64_t[]){x[A7], x[A0], x[A1], pc, space, hgatp}, 6);
}

static void mark_return(unsigned hart, uint64_t pc, uint64_t hgatp)
{
    uint64_t x[32], space;

    if (read_csr(hart, CSR_SATP, &space) && read_generals(hart, x))
        mark('Q', hart, (uint64_t[]){x[A0], x[2], pc, space, hgatp}, 5);
}

/* A block of a guest begins at this pc. */
void syscalls_block(unsigned hart, uint64_t pc, uint64_t hgatp)
{
    if (harts[hart].called)
        mark_call(hart, pc, hgatp);
    else if (harts[hart].returns && pc == harts[hart].target)
        mark_return(hart, pc, hgatp);
    harts[hart].called = harts[hart].returns = false;
}
