/*
 * TODO("…") stands where a learner's code belongs: it stops the machine with that sentence. In
 * assembly it is TODO "…". The reference has none.
 */
#ifndef BOOT_TODO_H
#define BOOT_TODO_H

#ifdef __ASSEMBLER__

/* Nothing is taken for granted: there may be no stack yet, and no gp. */
/* clang-format off */
    .macro  TODO sentence
    .section .rodata.todo, "a"
.Ltodo_\@:
    .asciz  "\sentence"
    .previous
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    la      sp, __boot_stack_top
    la      a0, .Ltodo_\@
    tail    todo_stop
    .endm
/* clang-format on */

#else

#define TODO(sentence) todo_stop(sentence)

/* What only the missing code would use may stand unused until it is there. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-const-variable"
#pragma GCC diagnostic ignored "-Wunused-function"

/*
 * Writes the sentence to the console, as far as there is one, and stops the machine. The
 * sentence is also left in todo_sentence, where a debugger finds it. Does not return.
 */
_Noreturn void todo_stop(const char *sentence);

#endif
#endif
