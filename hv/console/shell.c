/* The hypervisor's own console: edits a line, cuts it into words, runs the command. */
#include "console/shell.h"
#include "console/command.h"
#include "console/console.h"
#include "console/mux.h"
#include "lib/string.h"

#define LINE_BYTES 96
#define WORDS_MAX  8

static char line[LINE_BYTES];
static unsigned length;

static void prompt(void)
{
    print("stagecoach> ");
}

void shell_hide(void)
{
    static const char erase_line[] = "\r\033[K";

    console_raw(erase_line, sizeof(erase_line) - 1);
}

void shell_show(void)
{
    prompt();
    console_raw(line, length);
}

void shell_open(void)
{
    length = 0;
    print("\n[hypervisor: help lists the commands, Ctrl-A 0 goes to the first VM]\n");
    prompt();
}

void shell_input(char byte)
{
    if (byte == '\r' || byte == '\n') {
        console_raw("\n", 1);
        line[length] = '\0';
        length = 0;
        command_run(line);
        if (mux_holds())
            prompt();
    } else if ((byte == '\b' || byte == 127) && length > 0) {
        length--;
        console_raw("\b \b", 3);
    } else if (byte >= ' ' && byte < 127 && length < LINE_BYTES - 1) {
        line[length++] = byte;
        console_raw(&byte, 1);
    }
}

static unsigned cut_words(char *text, char **words)
{
    unsigned count = 0;

    while (*text && count < WORDS_MAX) {
        while (*text == ' ')
            *text++ = '\0';
        if (!*text)
            break;
        words[count++] = text;
        while (*text && *text != ' ')
            text++;
    }
    return count;
}

void command_run(char *text)
{
    char *words[WORDS_MAX];
    unsigned count = cut_words(text, words);

    if (count == 0)
        return;
    REGISTRY_EACH (hv_command, struct command_entry, entry)
        if (strcmp(entry->name, words[0]) == 0) {
            entry->run(count, words);
            return;
        }
    print("%s: no such command; help lists them\n", words[0]);
}

static void help(unsigned count, char **words)
{
    (void)count;
    (void)words;
    REGISTRY_EACH (hv_command, struct command_entry, entry)
        print("  %-8s %-6s %s\n", entry->name, entry->arguments, entry->help);
}

HV_COMMAND("help", "", "these lines", help);
