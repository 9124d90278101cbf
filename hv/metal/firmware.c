/* What the hypervisor asks of the firmware: a timer where there is no Sstc, the first words
 * before the UART is known, other harts, and the end of the machine. SBI specification 2.0. */
#include "metal/firmware.h"
#include "abi/sbi.h"
#include "boot/board.h"
#include "metal/metal.h"

struct firmware_result firmware_call(uint64_t extension, uint64_t function, uint64_t arg0,
                                     uint64_t arg1, uint64_t arg2)
{
    register uint64_t a0 __asm__("a0") = arg0;
    register uint64_t a1 __asm__("a1") = arg1;
    register uint64_t a2 __asm__("a2") = arg2;
    register uint64_t a6 __asm__("a6") = function;
    register uint64_t a7 __asm__("a7") = extension;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return (struct firmware_result){(int64_t)a0, a1};
}

void firmware_set_timer(uint64_t deadline)
{
    firmware_call(SBI_EXT_TIME, SBI_TIME_SET_TIMER, deadline, 0, 0);
}

void firmware_putchar(char byte)
{
    firmware_call(SBI_LEGACY_CONSOLE_PUTCHAR, 0, (uint8_t)byte, 0, 0);
}

int64_t firmware_hart_start(uint64_t hart, uint64_t entry, uint64_t opaque)
{
    return firmware_call(SBI_EXT_HSM, SBI_HSM_HART_START, hart, entry, opaque).error;
}

void firmware_send_ipi(uint64_t hart)
{
    firmware_call(SBI_EXT_IPI, SBI_IPI_SEND_IPI, 1, hart, 0); /* a mask of one, from there on */
}

/* The finisher's word: what it shall report, and the exit status above it. */
#define FINISHER_FAIL 0x3333u
#define EXIT_STATUS   1u

/* Firmware does not tell a failure from an orderly end to the world outside; the board's
 * finisher does. */
_Noreturn void machine_stop(bool failure)
{
    if (failure && board.finisher)
        *(volatile uint32_t *)board.finisher = EXIT_STATUS << 16 | FINISHER_FAIL;
    firmware_call(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_SHUTDOWN,
                  failure ? SBI_SRST_REASON_FAILURE : SBI_SRST_REASON_NONE, 0);
    for (;;)
        hart_wait();
}
