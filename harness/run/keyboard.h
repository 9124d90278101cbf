/*
 * A terminal given over to the machine: bytes go through as they are typed, and the terminal is
 * put back as it was however coach ends, but by SIGKILL.
 */
#ifndef HARNESS_RUN_KEYBOARD_H
#define HARNESS_RUN_KEYBOARD_H

/* Takes the terminal of descriptor `fd`. Once in a process. */
void keyboard_take(int fd);

/* Puts it back; nothing when it was not taken. */
void keyboard_give_back(void);

#endif
