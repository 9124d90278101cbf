/* QEMU's command line, put together word by word. */
#include "machine/qemu_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/deadline.h"
#include "machine/qemu.h"

static void word(struct words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void word(struct words *words, const char *format, ...)
{
    struct buffer text = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(&text, format, arguments);
    va_end(arguments);
    words->list = reallocate(words->list, (words->count + 2) * sizeof(*words->list));
    words->list[words->count++] = text.data;
    words->list[words->count] = NULL;
}

static void words_add(struct words *words, const char *const *more)
{
    for (; more != NULL && *more != NULL; more++)
        word(words, "%s", *more);
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
    *words = (struct words){0};
}

static void machine_words(const struct qemu_options *options, const struct channels *channels,
                          struct words *words)
{
    word(words, "-nodefaults");
    word(words, "-no-user-config");
    word(words, "-no-reboot");
    word(words, "-display");
    word(words, "none");
    word(words, "-sandbox");
    word(words, "on,obsolete=deny,elevateprivileges=deny,spawn=deny");
    word(words, "-machine");
    word(words, channels ? "virt,memory-backend=ram0" : "virt");
    word(words, "-cpu");
    word(words, "%s", options->cpu);
    word(words, "-smp");
    word(words, "%u", options->harts);
    word(words, "-m");
    word(words, "%" PRIu64 "k", options->memory >> 10);
    if (channels == NULL)
        return;
    if (channels->firmware >= 0) {
        word(words, "-bios");
        word(words, "/proc/self/fd/%d", channels->firmware);
    }
    word(words, "-object");
    word(words, "memory-backend-file,id=ram0,size=%" PRIu64 "k,mem-path=/proc/self/fd/%d,share=on",
         options->memory >> 10, channels->ram);
}

static void time_words(const struct qemu_options *options, struct words *words)
{
    if (!options->deterministic)
        return;
    word(words, "-icount");
    word(words, "shift=0,sleep=off");
    word(words, "-seed");
    word(words, "%" PRIu64, options->seed);
    word(words, "-rtc");
    word(words, "base=2024-01-01,clock=vm");
}

/* Adds a value to an option in which commas part keys: QEMU takes a doubled comma for one. */
static void add_value(struct buffer *option, const char *key, const char *value)
{
    buffer_printf(option, ",%s=", key);
    for (; *value != '\0'; value++) {
        buffer_add(option, value, 1);
        if (*value == ',')
            buffer_add(option, value, 1);
    }
}

static void file_console_words(const struct qemu_options *options, int console_fd,
                               struct words *words)
{
    struct buffer text = {0};
    buffer_text(&text, "file,id=con");
    if (options->console_file != NULL)
        add_value(&text, "path", options->console_file);
    else
        buffer_printf(&text, ",path=/proc/self/fd/%d", console_fd);
    if (options->console_input != NULL)
        add_value(&text, "input-path", options->console_input);
    word(words, "-chardev");
    word(words, "%s", text.data);
    buffer_free(&text);
}

static void console_words(const struct qemu_options *options, const struct channels *channels,
                          struct words *words)
{
    bool none = channels != NULL && options->console == QEMU_CONSOLE_NONE;
    if (!none && channels != NULL && options->console == QEMU_CONSOLE_FILE) {
        file_console_words(options, channels->console, words);
    } else if (!none) {
        word(words, "-chardev");
        word(words, "stdio,id=con%s", channels ? ",signal=off" : "");
    }
    word(words, "-serial");
    word(words, none ? "null" : "chardev:con");
}

static void deadline_words(int qtest, bool ends, struct words *words)
{
    word(words, "-chardev");
    word(words, "socket,id=qtest,fd=%d", qtest);
    word(words, "-object");
    word(words, "qtest,id=qtest0,chardev=qtest,log=/dev/null");
    word(words, "-device");
    word(words, DEADLINE_DEVICE);
    word(words, "-action");
    word(words, ends ? DEADLINE_ENDS : DEADLINE_PAUSES);
}

static void observer_words(const struct qemu_options *options, const struct channels *channels,
                           struct words *words)
{
    if (channels->qmp >= 0) {
        word(words, "-chardev");
        word(words, "socket,id=qmp,fd=%d", channels->qmp);
        word(words, "-mon");
        word(words, "chardev=qmp,mode=control");
    }
    if (channels->gdb >= 0) {
        word(words, "-chardev");
        word(words, "socket,id=gdb,fd=%d", channels->gdb);
        word(words, "-gdb");
        word(words, "chardev:gdb");
    } else if (options->gdb_socket != NULL) {
        struct buffer text = {0};
        buffer_text(&text, "socket,id=gdb,server=on,wait=off");
        add_value(&text, "path", options->gdb_socket);
        word(words, "-chardev");
        word(words, "%s", text.data);
        word(words, "-gdb");
        word(words, "chardev:gdb");
        buffer_free(&text);
    }
    if (channels->qtest >= 0)
        deadline_words(channels->qtest, options->deadline_ends, words);
    if (options->trap_log != NULL) {
        word(words, "-d");
        word(words, "int");
        word(words, "-D");
        word(words, "%s", options->trap_log);
    }
    if (options->stopped)
        word(words, "-S");
}

static void payload_words(const struct qemu_options *options, struct words *words)
{
    word(words, "-kernel");
    word(words, "%s", options->hypervisor);
    if (options->bundle != NULL || options->bundle_fd >= 0)
        word(words, "-initrd");
    if (options->bundle != NULL)
        word(words, "%s", options->bundle);
    else if (options->bundle_fd >= 0)
        word(words, "/proc/self/fd/%d", options->bundle_fd);
    if (options->append != NULL && *options->append != '\0') {
        word(words, "-append");
        word(words, "%s", options->append);
    }
    if (options->plugin != NULL) {
        word(words, "-plugin");
        word(words, "%s", options->plugin);
    }
}

void qemu_words(const char *binary, const struct qemu_options *options,
                const struct channels *channels, struct words *words)
{
    words_add(words, options->prefix);
    word(words, "%s", binary);
    machine_words(options, channels, words);
    time_words(options, words);
    console_words(options, channels, words);
    if (channels != NULL)
        observer_words(options, channels, words);
    payload_words(options, words);
    words_add(words, options->extra);
}

void qemu_command_line(const struct qemu_options *options, struct buffer *out)
{
    struct words words = {0};
    qemu_words(options->binary ? options->binary : QEMU_PROGRAM, options, NULL, &words);
    for (size_t i = 0; i < words.count; i++) {
        if (i > 0)
            buffer_text(out, " ");
        buffer_quoted(out, words.list[i]);
    }
    words_free(&words);
}
