/*
 * The terminal. The console has no interrupt: bytes are fetched at ticks and before idling.
 * A line is given to readers as a whole, after Enter; Backspace, Ctrl-U (the line), Ctrl-D (the
 * end) and Ctrl-C (kill the foreground) do what they do elsewhere.
 */
#include "file/terminal.h"

#include <stddef.h>

#include "file/file.h"
#include "lib/string.h"
#include "sbi/console.h"
#include "syscall/syscall.h"

#define LINE_BYTES  256
#define QUEUE_BYTES 1024 /* a power of two */

#define CONTROL(letter) ((letter) - 'A' + 1)
#define DELETE          0x7f

static struct {
    char line[LINE_BYTES]; /* being typed */
    size_t typed;
    char queue[QUEUE_BYTES]; /* whole lines that nobody has read yet */
    uint64_t queued, taken;  /* bytes so far */
    bool ended;              /* Ctrl-D: the next read from an empty queue finds the end */
    int foreground;          /* the group that Ctrl-C kills; 0: none */
    unsigned waiting;        /* processes in terminal_read() */
} terminal;

bool terminal_is_awaited(void)
{
    return terminal.waiting;
}

static void echo(const char *text)
{
    console_write(text, strlen(text));
}

static void erase_typed(size_t count)
{
    while (count-- && terminal.typed) {
        terminal.typed--;
        echo("\b \b");
    }
}

static void finish_line(void)
{
    for (size_t i = 0; i < terminal.typed; i++)
        terminal.queue[terminal.queued++ % QUEUE_BYTES] = terminal.line[i];
    terminal.typed = 0;
    process_wake(&terminal);
}

static void end_line(void)
{
    terminal.line[terminal.typed++] = '\n';
    echo("\n");
    finish_line();
}

/* Without a foreground the line is given up: the shell gets an empty one, and prompts again. */
static void kill_foreground(void)
{
    echo("^C");
    terminal.typed = 0;
    if (!terminal.foreground) {
        end_line();
        return;
    }
    echo("\n");
    for (int i = 0; i < MAX_PROCESSES; i++) {
        struct process *process = &processes[i];
        if (process->group == terminal.foreground && process->pid != 1 &&
            process->state >= STATE_READY && process->state < STATE_ZOMBIE)
            process_kill(process);
    }
}

static void add_character(char character)
{
    if (terminal.typed >= LINE_BYTES - 1)
        return; /* room is left for the line's end */
    terminal.line[terminal.typed++] = character;
    console_write(&character, 1);
}

static void type(char character)
{
    switch (character) {
    case '\r':
    case '\n':
        end_line();
        return;
    case '\b':
    case DELETE:
        erase_typed(1);
        return;
    case CONTROL('U'):
        erase_typed(terminal.typed);
        return;
    case CONTROL('C'):
        kill_foreground();
        return;
    case CONTROL('D'):
        terminal.ended = !terminal.typed;
        finish_line();
        return;
    default:
        if (character >= ' ' || character == '\t')
            add_character(character);
    }
}

/* Fetches what was typed, as long as there is room for one more line. */
static void terminal_poll(void)
{
    char character;
    while (QUEUE_BYTES - (terminal.queued - terminal.taken) >= LINE_BYTES &&
           console_read(&character, 1))
        type(character);
}
RIDER_POLL(terminal_poll);

/* Moves bytes from the queue up to the end of a line. */
static long take_line(struct space *space, uint64_t to, size_t bytes)
{
    size_t moved = 0;
    while (moved < bytes && terminal.taken < terminal.queued) {
        char character = terminal.queue[terminal.taken % QUEUE_BYTES];
        if (!user_copy_out(space, to + moved, &character, 1))
            return moved ? (long)moved : -EFAULT;
        terminal.taken++;
        moved++;
        if (character == '\n')
            break;
    }
    return (long)moved;
}

static long terminal_read(struct file *file, struct space *space, uint64_t to, size_t bytes)
{
    (void)file;
    while (terminal.taken == terminal.queued && !terminal.ended) {
        terminal.waiting++;
        process_block(&terminal);
        terminal.waiting--;
        if (this_hart()->current->killed)
            return -EINTR;
    }
    if (terminal.taken == terminal.queued)
        terminal.ended = false;
    return take_line(space, to, bytes);
}

static long terminal_write(struct file *file, struct space *space, uint64_t from, size_t bytes)
{
    (void)file;
    char part[128];
    for (size_t done = 0; done < bytes;) {
        size_t now = bytes - done < sizeof(part) ? bytes - done : sizeof(part);
        if (!user_copy_in(space, part, from + done, now))
            return done ? (long)done : -EFAULT;
        console_write(part, now);
        done += now;
    }
    return (long)bytes;
}

static const struct file_operations terminal_operations = {
    .read = terminal_read,
    .write = terminal_write,
};

struct file *terminal_open(long *error)
{
    *error = -ENFILE;
    return file_create(&terminal_operations, OPEN_READ | OPEN_WRITE);
}

static long sys_foreground(struct process *process, const uint64_t *arguments)
{
    (void)process;
    if ((int)arguments[0] < 0)
        return -EINVAL;
    terminal.foreground = (int)arguments[0];
    return 0;
}
SYSCALL(SYS_FOREGROUND, sys_foreground);
