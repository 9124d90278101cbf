/*
 * TODO("…") stands where a learner's code belongs: it stops the machine with that sentence.
 */
#ifndef BOOT_TODO_H
#define BOOT_TODO_H

#define TODO(sentence) todo_stop(sentence)

/*
 * Writes the sentence to the console, as far as there is one, and stops the machine. The
 * sentence is also left in todo_sentence, where a debugger finds it. Does not return.
 */
_Noreturn void todo_stop(const char *sentence);

#endif
