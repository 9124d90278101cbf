/*
 * Proves that every CSR that this guest can write is its own: each of the 4096 numbers is given a
 * pattern, other VMs run, and each must hold what it held, seen from supervisor mode. Two VMs of
 * this probe with different seed= would find each other's values. Left out are those that the
 * runtime needs or that change of themselves; csr_writer has these. Options ms=. Reports facts;
 * counters: CSRs that were held against their pattern.
 */
#include "probe.h"

const char probe_name[] = "csr_all";

#define CSRRS_A0(csr) ((uint32_t)(csr) << 20 | 2 << 12 | 10 << 7 | 0x73)  /* csrr a0, csr */
#define CSRRW_A0(csr) ((uint32_t)(csr) << 20 | 10 << 15 | 1 << 12 | 0x73) /* csrw csr, a0 */
#define RET           0x00008067u

/* sstatus, sie, stvec, sscratch, sepc, scause, stval (each trap changes them), sip, stimecmp, satp
 */
static const uint16_t left_out[] = {0x100, 0x104, 0x105, 0x140, 0x141,
                                    0x142, 0x143, 0x144, 0x14d, 0x180};

static struct held {
    uint16_t csr;
    uint64_t value;
} held[512];
static unsigned count;

/* csrr and csrw of each number, once and for all: no code changes while it runs. */
static uint32_t read_code[4096][2], write_code[4096][2];

__asm__(".text\n.balign 4\n.globl call_with\ncall_with: jr a2\n");
extern uint64_t call_with(uint64_t value, uint64_t unused, uint64_t code);

static struct trap read(unsigned csr)
{
    return trap_catch(call_with, 0, 0, (uintptr_t)read_code[csr]);
}

static struct trap write(unsigned csr, uint64_t value)
{
    return trap_catch(call_with, value, 0, (uintptr_t)write_code[csr]);
}

static bool is_left_out(unsigned csr)
{
    for (unsigned i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (left_out[i] == csr)
            return true;
    return csr >> 10 == 3; /* read-only */
}

/* Gives a CSR a pattern, of which it keeps what it can. */
static void give(unsigned csr)
{
    if (is_left_out(csr) || write(csr, random_next()).cause != NO_TRAP)
        return;
    struct trap first = read(csr);

    if (first.cause != NO_TRAP || read(csr).value != first.value)
        return;
    if (count < sizeof held / sizeof held[0])
        held[count++] = (struct held){(uint16_t)csr, first.value};
}

void probe_main(void)
{
    uint64_t end = time_now() + ticks_of_microseconds(option_number("ms", 200) * 1000);

    for (unsigned csr = 0; csr < 4096; csr++) {
        read_code[csr][0] = CSRRS_A0(csr);
        write_code[csr][0] = CSRRW_A0(csr);
        read_code[csr][1] = write_code[csr][1] = RET;
    }
    fence_i();
    while (time_now() < end) {
        count = 0;
        for (unsigned csr = 0; csr < 4096; csr++)
            give(csr);
        for (unsigned i = 0; i < count; i++) /* some are parts of others: fcsr */
            held[i].value = read(held[i].csr).value;
        counter_set(0, "held", count);
        for (unsigned turn = 0; turn < 20; turn++) {
            vcpu_yield();
            for (unsigned i = 0; i < count; i++)
                if (!expect_equal(held[i].value, read(held[i].csr).value,
                                  "a CSR holds this VM's value"))
                    explain("csr_all: CSR 0x%x\n", (uint64_t)held[i].csr);
        }
        probe_report.rounds++;
        probe_report.progress[0]++;
    }
}
