/*
 * TODO("…") stands where a learner's code belongs: it stops the machine with that sentence. In
 * assembly it is TODO "…". The reference has none; staging puts them in (labs/README.md).
 */
#ifndef HV_BOOT_TODO_H
#define HV_BOOT_TODO_H

#ifdef __ASSEMBLER__

/* No stack and no register is taken for granted. */
/* clang-format off */
    .macro  TODO sentence
    .section .rodata.todo, "a"
.Ltodo_\@:
    .asciz  "\sentence"
    .previous
    la      sp, todo_stack_top
    la      a0, .Ltodo_\@
    tail    todo_stop
    .endm
/* clang-format on */

#else

/* What only the missing code would use may stand unused until it is there. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-const-variable"
#pragma GCC diagnostic ignored "-Wunused-function"

#define TODO(sentence) todo_stop(sentence)

/*
 * Writes "TODO: SENTENCE" to the firmware's console and stops the machine (QEMU's exit status
 * is 1). The sentence stays in todo_sentence, where coach and a debugger find it.
 */
_Noreturn void todo_stop(const char *sentence);

extern const char *volatile todo_sentence; /* NULL: no unwritten function was reached */

#endif
#endif
