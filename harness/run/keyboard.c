/* The terminal's raw mode and its restoration. */
#include "run/keyboard.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <termios.h>

static struct termios before;
static volatile sig_atomic_t taken = -1; /* the descriptor */

void keyboard_give_back(void)
{
    int fd = taken;
    taken = -1;
    if (fd >= 0)
        tcsetattr(fd, TCSADRAIN, &before);
}

/* For coach's own crashes: the default action follows, by SA_RESETHAND. */
static void crash(int number)
{
    keyboard_give_back();
    raise(number);
}

void keyboard_take(int fd)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGQUIT};
    struct termios raw;
    if (tcgetattr(fd, &before) != 0)
        return;
    raw = before;
    cfmakeraw(&raw);
    raw.c_oflag |= OPOST | ONLCR; /* guests end lines with a bare newline */
    atexit(keyboard_give_back);
    for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
        struct sigaction action = {.sa_handler = crash, .sa_flags = SA_RESETHAND | SA_NODEFER};
        sigaction(crashes[i], &action, NULL);
    }
    taken = fd;
    tcsetattr(fd, TCSADRAIN, &raw);
}
