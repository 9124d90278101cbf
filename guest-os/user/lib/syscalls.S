/* The system calls as C functions: the number into a7, and ECALL. */
#include "include/rider.h"

.macro system_call name, number
    .globl \name
\name:
    li a7, \number
    ecall
    ret
.endm

    .text
    system_call exit, SYS_EXIT
    system_call fork, SYS_FORK
    system_call exec, SYS_EXEC
    system_call wait, SYS_WAIT
    system_call getpid, SYS_GETPID
    system_call kill, SYS_KILL
    system_call sbrk, SYS_SBRK
    system_call group, SYS_GROUP
    system_call foreground, SYS_FOREGROUND
    system_call shutdown, SYS_SHUTDOWN
    system_call open, SYS_OPEN
    system_call close, SYS_CLOSE
    system_call read, SYS_READ
    system_call write, SYS_WRITE
    system_call dup, SYS_DUP
    system_call pipe, SYS_PIPE
    system_call remove, SYS_REMOVE
    system_call uptime, SYS_UPTIME
    system_call sleep, SYS_SLEEP
    system_call yield, SYS_YIELD
    system_call system_stat, SYS_STAT
    system_call process_stat, SYS_PROCESS
