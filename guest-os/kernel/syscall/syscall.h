/* System calls by registration: numbers and meanings are in include/rider.h. */
#ifndef SYSCALL_SYSCALL_H
#define SYSCALL_SYSCALL_H

#include "process/process.h"

/* Serves a call of the running process; arguments: a0 … a5. Returns what a0 is to hold. */
typedef long system_call(struct process *process, const uint64_t *arguments);

struct syscall_entry {
    uint64_t number;
    system_call *call;
};

/* Serves the system call `number` by the function `call`. */
#define SYSCALL(number, call)                                                                      \
    static const struct syscall_entry syscall_##call                                               \
        __attribute__((used, section(".rider.syscall"))) = {number, call}

#endif
