/*
 * TODO("…") stands where a learner's code belongs: it stops the machine with that sentence
 * (trap/panic.h). In assembly it is TODO "…". The reference has none; staging puts them in
 * (labs/README.md), and with them the line that includes this file.
 */
#ifndef HV_BOOT_TODO_H
#define HV_BOOT_TODO_H

#ifdef __ASSEMBLER__

/* No register is taken for granted: a guest's may be in the hart. */
/* clang-format off */
    .macro  TODO sentence
    .section .rodata.todo, "a"
.Ltodo_\@:
    .asciz  "\sentence"
    .previous
    la      tp, harts
    la      sp, __emergency_stack_top
    la      a0, .Ltodo_\@
    tail    todo_stop
    .endm
/* clang-format on */

#else

#include "trap/panic.h"

/* What only the missing code would use may stand unused until it is there. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-const-variable"
#pragma GCC diagnostic ignored "-Wunused-function"

/* For the assembly macro: TODO(sentence). */
_Noreturn void todo_stop(const char *sentence);

#endif
#endif
