/* The way of a system call: ECALL from user mode to the function that registered its number. */
#include "syscall/syscall.h"

#include "boot/csr.h"
#include "boot/hart.h"
#include "boot/init.h"
#include "sbi/stop.h"

#define SYSCALL_NUMBERS 64

extern const struct syscall_entry __syscall_start[], __syscall_end[];

static system_call *calls[SYSCALL_NUMBERS];

static void syscall_init(void)
{
    for (const struct syscall_entry *entry = __syscall_start; entry < __syscall_end; entry++) {
        if (entry->number >= SYSCALL_NUMBERS || calls[entry->number])
            panic("system call %lu is registered twice, or above %d", entry->number,
                  SYSCALL_NUMBERS - 1);
        calls[entry->number] = entry->call;
    }
}
RIDER_INIT(INIT_PROCESS, syscall_init);

/* sepc points to the ECALL itself; the program goes on after it, 4 bytes further. */
static void syscall(struct trap_frame *frame, uint64_t stval)
{
    (void)stval;
    uint64_t number = frame->x[REG_A7];
    system_call *call = number < SYSCALL_NUMBERS ? calls[number] : NULL;
    frame->sepc += 4;
    long result = call ? call(this_hart()->current, &frame->x[REG_A0]) : -ENOSYS;
    frame->x[REG_A0] = (uint64_t)result;
}
TRAP(EXCEPTION_USER_ECALL, syscall);
