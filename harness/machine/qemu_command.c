/* QEMU found, its version checked, and its command line put together word by word. */
#include "machine/qemu_command.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/deadline.h"
#include "machine/qemu.h"

#define PROGRAM            "qemu-system-riscv64"
#define VERSION_TIMEOUT_MS 10000

static int check_version(const char *path, const struct qemu_version *version, struct error *error)
{
    unsigned number = version->major * 100 + version->minor;
    if (number < QEMU_OLDEST)
        return error_fault(error,
                           "%s is version %u.%u.%u, too old: %u.%u or later is needed (`coach "
                           "doctor` says more)",
                           path, version->major, version->minor, version->micro, QEMU_OLDEST / 100,
                           QEMU_OLDEST % 100);
    if (number > QEMU_NEWEST)
        return error_fault(error, "%s is version %u.%u.%u; %u.%u to %u.x were tried", path,
                           version->major, version->minor, version->micro, QEMU_OLDEST / 100,
                           QEMU_OLDEST % 100, QEMU_NEWEST / 100);
    return 0;
}

static int ask_version(const char *path, struct qemu_version *version, struct error *error)
{
    const char *const argv[] = {path, "--version", NULL};
    struct buffer output = {0};
    struct process_end end;
    int result = process_run(argv, VERSION_TIMEOUT_MS, &output, &end, error);
    if (result == 0 && sscanf(buffer_string(&output), "QEMU emulator version %u.%u.%u",
                              &version->major, &version->minor, &version->micro) != 3)
        result = error_fault(error, "%s --version says \"%.*s\", not QEMU's version", path,
                             (int)strcspn(buffer_string(&output), "\n"), buffer_string(&output));
    buffer_free(&output);
    return result;
}

/* The version of the program asked last, since a start should not cost another process. */
static int version_of(const char *path, struct qemu_version *version, struct error *error)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char known_path[512];
    static struct qemu_version known;
    int result = 0;
    pthread_mutex_lock(&lock);
    if (strcmp(known_path, path) != 0) {
        known_path[0] = '\0';
        result = ask_version(path, &known, error);
        if (result == 0)
            snprintf(known_path, sizeof(known_path), "%s", path);
    }
    *version = known;
    pthread_mutex_unlock(&lock);
    return result;
}

int qemu_find(const char *binary, char **path, struct qemu_version *version, struct error *error)
{
    const char *chosen = getenv("COACH_QEMU");
    if (binary != NULL)
        chosen = binary;
    else if (chosen == NULL || *chosen == '\0')
        chosen = PROGRAM;
    char *found = process_find(chosen);
    if (found == NULL)
        return error_fault(error,
                           "%s: not found; `make deps` installs it (package "
                           "qemu-system-misc), or set COACH_QEMU to its path",
                           chosen);
    struct qemu_version seen = {0};
    int result = version_of(found, &seen, error);
    if (result == 0)
        result = check_version(found, &seen, error);
    if (version != NULL)
        *version = seen;
    if (path != NULL && result == 0)
        *path = found;
    else
        free(found);
    return result;
}

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
        word(words, "-gdb");
        word(words, "unix:%s,server=on,wait=off", options->gdb_socket);
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

static void quote(const char *text, struct buffer *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_=+,./:@%";
    if (*text != '\0' && text[strspn(text, plain)] == '\0') {
        buffer_text(out, text);
        return;
    }
    buffer_text(out, "'");
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buffer_text(out, "'\\''");
        else
            buffer_add(out, text, 1);
    }
    buffer_text(out, "'");
}

void qemu_command_line(const struct qemu_options *options, struct buffer *out)
{
    struct words words = {0};
    qemu_words(options->binary ? options->binary : PROGRAM, options, NULL, &words);
    for (size_t i = 0; i < words.count; i++) {
        if (i > 0)
            buffer_text(out, " ");
        quote(words.list[i], out);
    }
    words_free(&words);
}
