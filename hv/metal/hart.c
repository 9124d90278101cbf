/* This hart: what it has, how it is set up for guests, its clock and its sleep. */
#include "metal/metal.h"
#include "boot/board.h"
#include "boot/init.h"
#include "hart/hart.h"
#include "metal/csr.h"
#include "metal/firmware.h"
#include "trap/cause.h"
#include "trap/panic.h"

#define OWN_INTERRUPTS (1u << IRQ_S_SOFT | 1u << IRQ_S_TIMER | 1u << IRQ_S_EXT)

#define COUNTER_TIME 2u /* hcounteren.TM: rdtime does not trap */

static bool has_hypervisor;
bool machine_has_sstc, machine_has_aia;
static unsigned vmid_bits;

/* Reads a CSR, by its number, that may not exist: 1 if it does, 0 if the read
 * traps. */
#define csr_exists(csr)                                                                            \
    ({                                                                                             \
        uint64_t exists_;                                                                          \
        __asm__ volatile("la %0, 1f\n"                                                             \
                         "sd %0, %1(tp)\n" /* trap_from_hypervisor continues at 1 */               \
                         "csrr %0, %2\n"                                                           \
                         "li %0, 1\n"                                                              \
                         "j 2f\n"                                                                  \
                         ".balign 4\n"                                                             \
                         "1: li %0, 0\n"                                                           \
                         "2: sd zero, %1(tp)\n"                                                    \
                         : "=&r"(exists_)                                                          \
                         : "i"(offsetof(struct hart, trap_resume)), "i"(csr)                       \
                         : "memory");                                                              \
        exists_ != 0;                                                                              \
    })

void hart_probe(void)
{
    has_hypervisor = csr_exists(CSR_HSTATUS);
    if (!has_hypervisor)
        return;
    csr_write(hgatp, 8ull << 60 | 0x3fffull << 44);
    for (uint64_t vmids = csr_read(hgatp) >> 44 & 0x3fff; vmids; vmids >>= 1)
        vmid_bits++;
    csr_write(hgatp, 0);
    csr_set(henvcfg, HENVCFG_STCE);
    machine_has_aia = board_has_extension("ssaia");
    machine_has_sstc = csr_exists(CSR_STIMECMP) && (csr_read(henvcfg) & HENVCFG_STCE);
}

bool hart_has_hypervisor(void)
{
    return has_hypervisor;
}

unsigned hart_vmid_bits(void)
{
    return vmid_bits;
}

/* Of the firmware's choice is whether the register is there (mstateen): what it keeps from the
 * hypervisor it keeps from guests as well. State-enable extension, "State Enable 0 Registers". */
#define allow_state(csr, value)                                                                    \
    do {                                                                                           \
        if (csr_exists(csr))                                                                       \
            csr_write_number(csr, value);                                                          \
    } while (0)

/* A guest is given what the hypervisor switches between guests, by name, and nothing else: what an
 * extension of this machine's adds to its state is not there. Each register is written whole. */
static void allow_what_is_switched(void)
{
    csr_write(henvcfg, machine_has_sstc ? HENVCFG_STCE : 0);
    csr_write(hcounteren, COUNTER_TIME);
    if (board_has_extension("smstateen")) {
        allow_state(CSR_HSTATEEN0, HSTATEEN0_ENVCFG);
        allow_state(CSR_HSTATEEN1, 0);
        allow_state(CSR_HSTATEEN2, 0);
        allow_state(CSR_HSTATEEN3, 0);
    }
    if (machine_has_aia) {
        csr_write_number(CSR_HVIEN, 0);
        csr_write_number(CSR_HVICTL, 0);
        csr_write_number(CSR_HVIPRIO1, 0);
        csr_write_number(CSR_HVIPRIO2, 0);
    }
}

void hart_setup(void)
{
    allow_what_is_switched();
    csr_write(hvip, 0);
    csr_write(hgeie, 0);
    csr_write(sie, OWN_INTERRUPTS); /* they arrive while a guest runs; HS itself has SIE = 0 */
    clock_arm(UINT64_MAX);
}

HV_INIT(INIT_HART, hart_setup);

_Noreturn void hart_park(void)
{
    csr_write(sie, 0);
    for (;;)
        hart_wait();
}

uint64_t hart_counter(unsigned csr)
{
    return csr == 0xC02 ? csr_read(instret) : csr_read(cycle);
}
