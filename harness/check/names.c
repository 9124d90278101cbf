/* Names that stand for numbers in checks; see names.h. */
#include "check/names.h"

#include <string.h>

#include "abi/monitor.h"
#include "abi/probe.h"
#include "abi/sbi.h"
#include "guest-os/include/rider.h"
#include "trace/event.h"

struct name {
    const char *name;
    uint64_t number;
    const char *field; /* in which the name is used when printing; NULL: only read */
};

#define OF(field, constant)                                                                        \
    {                                                                                              \
#constant, (uint64_t)(constant), field                                                     \
    }

static const struct name names[] = {
    OF("eid", SBI_EXT_BASE),
    OF("eid", SBI_EXT_TIME),
    OF("eid", SBI_EXT_IPI),
    OF("eid", SBI_EXT_RFENCE),
    OF("eid", SBI_EXT_HSM),
    OF("eid", SBI_EXT_SRST),
    OF("eid", SBI_EXT_DBCN),
    OF("eid", SBI_EXT_STA),
    OF("eid", SBI_EXT_PV),
    OF("error", SBI_SUCCESS),
    OF("error", SBI_ERR_FAILED),
    OF("error", SBI_ERR_NOT_SUPPORTED),
    OF("error", SBI_ERR_INVALID_PARAM),
    OF("error", SBI_ERR_DENIED),
    OF("error", SBI_ERR_INVALID_ADDRESS),
    OF("error", SBI_ERR_ALREADY_AVAILABLE),
    OF("error", SBI_ERR_ALREADY_STARTED),
    OF("error", SBI_ERR_ALREADY_STOPPED),
    OF("error", SBI_ERR_NO_SHMEM),
    OF("number", SYS_EXIT),
    OF("number", SYS_FORK),
    OF("number", SYS_EXEC),
    OF("number", SYS_WAIT),
    OF("number", SYS_GETPID),
    OF("number", SYS_KILL),
    OF("number", SYS_SBRK),
    OF("number", SYS_SHUTDOWN),
    OF("number", SYS_OPEN),
    OF("number", SYS_CLOSE),
    OF("number", SYS_READ),
    OF("number", SYS_WRITE),
    OF("number", SYS_DUP),
    OF("number", SYS_PIPE),
    OF("number", SYS_UPTIME),
    OF("number", SYS_SLEEP),
    OF("number", SYS_YIELD),
    OF(NULL, PV_VERSION),
    {"exit", VM_END_EXIT, "end"},
    {"shutdown", VM_END_SHUTDOWN, "end"},
    {"guest_fault", VM_END_GUEST_FAULT, "end"},
    {"killed", VM_END_KILLED, "end"},
    {"no_memory", VM_END_NO_MEMORY, "end"},
    {"stopped", VM_END_STOPPED, "end"},
    {"timer", TRACE_WAKEUP_TIMER, "reason"},
    {"ipi", TRACE_WAKEUP_IPI, "reason"},
    {"start", TRACE_WAKEUP_START, "reason"},
    {"resume", TRACE_WAKEUP_RESUME, "reason"},
    {"PASSED", PROBE_PASSED, NULL},
    {"FAILED", PROBE_FAILED, NULL},
    {"UNABLE", PROBE_UNABLE, NULL},
    {"TRAPPED", PROBE_TRAPPED, NULL},
    {"BUSY", PROBE_BUSY, NULL},
    {"IDLE", PROBE_IDLE, NULL},
    {"NO_VM", TRACE_NO_VM, NULL},
};

bool name_number(const char *name, size_t length, uint64_t *number)
{
    char text[64];
    if (length >= sizeof text)
        return false;
    memcpy(text, name, length);
    text[length] = '\0';

    uint32_t cause;
    if (cause_number(text, &cause)) {
        *number = cause;
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i].name) == 0) {
            *number = names[i].number;
            return true;
        }
    return false;
}

const char *number_name(const char *field, uint64_t number)
{
    if (strcmp(field, "scause") == 0 || strcmp(field, "cause") == 0)
        return number >> 32 ? NULL : cause_name((uint32_t)number);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].field && strcmp(field, names[i].field) == 0 && names[i].number == number)
            return names[i].name;
    return NULL;
}
