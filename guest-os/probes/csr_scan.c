/*
 * Proves by enumeration that no CSR number harms anyone: each of the 4096 is read, and written with
 * what it holds. Supervisor CSRs answer; machine, hypervisor and unknown ones are an illegal
 * instruction in this guest, as are writes to read-only ones; none ends the VM. User mode reaches
 * no supervisor CSR. Reports facts; counters: answered and refused, by privilege field.
 */
#include "probe.h"

const char probe_name[] = "csr_scan";

#define CSRRS_A0(csr) ((uint32_t)(csr) << 20 | 2 << 12 | 10 << 7 | 0x73)  /* csrr a0, csr */
#define CSRRW_A0(csr) ((uint32_t)(csr) << 20 | 10 << 15 | 1 << 12 | 0x73) /* csrw csr, a0 */
#define RET           0x00008067u

#define READ_ONLY(csr) ((csr) >> 10 == 3)
#define PRIVILEGE(csr) ((csr) >> 8 & 3)
#define SUPERVISOR     1
#define CSR_SATP       0x180
#define CSR_STVEC      0x105
#define CSR_TIME       0xc01

static const uint16_t always_there[] = {0x001, 0x002, 0x003, 0x100, 0x104, 0x105, 0x106,
                                        0x140, 0x141, 0x142, 0x143, 0x144, 0x180, CSR_TIME};

/* A piece of code that is written anew for each CSR: instruction, ret (or ecall). */
static uint32_t piece[2] __attribute__((aligned(8)));

static struct trap run(uint32_t instruction, uint64_t value)
{
    piece[0] = instruction;
    piece[1] = RET;
    fence_i();
    __asm__ volatile("" ::: "memory");

    /* a0 is the piece's address at the jump: the piece runs with the value put in its place. */
    extern uint64_t call_with(uint64_t value, uint64_t unused, uint64_t code);

    return trap_catch(call_with, value, 0, (uintptr_t)piece);
}

__asm__(".text\n.balign 4\n.globl call_with\ncall_with: jr a2\n");

static bool is_always_there(unsigned csr)
{
    for (unsigned i = 0; i < sizeof always_there / sizeof always_there[0]; i++)
        if (always_there[i] == csr)
            return true;
    return false;
}

static bool expect_refused(unsigned csr, uint32_t instruction, struct trap trap, const char *fact)
{
    if (!expect_equal(CAUSE_ILLEGAL, trap.cause, fact)) {
        explain("csr_scan: CSR 0x%x\n", (uint64_t)csr);
        return false;
    }
    return expect_true(trap.tval == 0 || trap.tval == instruction, trap.tval,
                       "stval of an illegal instruction is the instruction or 0");
}

static void scan_one(unsigned csr)
{
    struct trap read = run(CSRRS_A0(csr), 0);
    bool answered = read.cause == NO_TRAP;

    counter_add(2 * PRIVILEGE(csr) + !answered,
                (const char *const[]){"user_answered", "user_refused", "supervisor_answered",
                                      "supervisor_refused", "hypervisor_answered",
                                      "hypervisor_refused", "machine_answered",
                                      "machine_refused"}[2 * PRIVILEGE(csr) + !answered],
                1);
    if (is_always_there(csr) &&
        !expect_equal(NO_TRAP, read.cause, "a supervisor's or FP CSR can be read"))
        explain("csr_scan: CSR 0x%x\n", (uint64_t)csr);
    if (PRIVILEGE(csr) > SUPERVISOR)
        expect_refused(csr, CSRRS_A0(csr), read, "a CSR above supervisor mode is refused");
    else if (!answered)
        expect_refused(csr, CSRRS_A0(csr), read, "a CSR that is not there is refused");

    if (READ_ONLY(csr) || PRIVILEGE(csr) > SUPERVISOR || !answered)
        expect_refused(csr, CSRRW_A0(csr), run(CSRRW_A0(csr), read.value),
                       "a write to a read-only CSR, or to none, is refused");
    else if (!expect_equal(NO_TRAP, run(CSRRW_A0(csr), read.value).cause,
                           "a CSR that can be read and is not read-only can be written"))
        explain("csr_scan: CSR 0x%x\n", (uint64_t)csr);
}

/* The same read from user mode; a piece that is not refused ends in an ecall. */
static void scan_one_from_user(unsigned csr)
{
    piece[0] = CSRRS_A0(csr);
    piece[1] = 0x73;
    fence_i();

    struct trap trap = trap_catch(touch_user, (uintptr_t)piece, 0, 0);

    counter_add(8, "from_user", 1);
    if (PRIVILEGE(csr) >= SUPERVISOR)
        expect_refused(csr, piece[0], trap, "user mode reaches no CSR above it");
    else
        expect_true(trap.cause == CAUSE_ILLEGAL || trap.cause == CAUSE_USER_ECALL, trap.cause,
                    "user mode's read of a CSR answers or is an illegal instruction");
}

void probe_main(void)
{
    /* Writing stimecmp what it held may let the timer fire: interrupts stay off throughout. */
    for (uint64_t round = 0; round < option_number("rounds", 1); round++) {
        for (unsigned csr = 0; csr < 4096; csr++)
            scan_one(csr);
        for (unsigned csr = 0; csr < 4096; csr++)
            scan_one_from_user(csr);
        probe_report.rounds++;
    }
}
