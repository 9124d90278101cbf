/* QMP client: one command at a time, events noted as they pass. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/channel.h"
#include "machine/qmp.h"

#define CLINT_MTIME 0x0200bff8ull /* of the virt board */

__attribute__((format(printf, 2, 3))) static bool fail(struct qmp *qmp, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(qmp->error, sizeof(qmp->error), format, arguments);
    va_end(arguments);
    return false;
}

long qmp_parse(struct qmp *qmp, const char *data, size_t bytes, json_t **message)
{
    const char *end = memchr(data, '\n', bytes);
    json_error_t problem;

    *message = NULL;
    if (!end && bytes < QMP_LINE_BYTES)
        return 0;
    if (!end) {
        fail(qmp, "QMP: a message of more than %d bytes", QMP_LINE_BYTES);
        return -1;
    }
    *message = json_loadb(data, (size_t)(end - data), 0, &problem);
    if (!json_is_object(*message)) {
        json_decref(*message);
        *message = NULL;
        fail(qmp, "QMP: not a JSON object at byte %d: %.60s", problem.position, problem.text);
        return -1;
    }
    return end - data + 1;
}

static void note_event(struct qmp *qmp, const json_t *message)
{
    const char *event = json_string_value(json_object_get(message, "event"));
    const json_t *data = json_object_get(message, "data");
    const char *reason = json_string_value(json_object_get(data, "reason"));

    if (!event)
        return;
    if (strcmp(event, "STOP") == 0)
        qmp->stopped = true;
    if (strcmp(event, "RESUME") == 0)
        qmp->stopped = false;
    if (strcmp(event, "WATCHDOG") == 0)
        qmp->watchdog = true;
    if (strcmp(event, "SHUTDOWN") != 0)
        return;
    qmp->shut_down = true;
    snprintf(qmp->shutdown_reason, sizeof(qmp->shutdown_reason), "%s", reason ? reason : "");
}

/*
 * Takes the next message out of the buffer, reading until the deadline. 1: *message; 0: the
 * deadline has passed; -1: closed or nonsense.
 */
static int next_message(struct qmp *qmp, json_t **message, uint64_t deadline)
{
    for (;;) {
        long used = qmp_parse(qmp, qmp->buffer, qmp->used, message);

        if (used < 0)
            return -1;
        if (used > 0) {
            qmp->used -= (size_t)used;
            memmove(qmp->buffer, qmp->buffer + used, qmp->used);
            return 1;
        }
        long got = channel_read(qmp->socket, qmp->buffer + qmp->used,
                                sizeof(qmp->buffer) - qmp->used, deadline);
        if (got == 0)
            return 0;
        if (got < 0) {
            fail(qmp, "QMP: QEMU closed the connection");
            return -1;
        }
        qmp->used += (size_t)got;
    }
}

/* Reads on until a message that is no event; NULL and error otherwise. */
static json_t *answer(struct qmp *qmp, const char *command)
{
    uint64_t deadline = channel_now() + qmp->timeout_ms;
    json_t *message = NULL;

    for (;;) {
        int got = next_message(qmp, &message, deadline);

        if (got == 0)
            fail(qmp, "QMP: no answer to \"%s\" within %u ms", command, qmp->timeout_ms);
        if (got <= 0)
            return NULL;
        if (!json_object_get(message, "event"))
            return message;
        note_event(qmp, message);
        json_decref(message);
    }
}

json_t *qmp_execute(struct qmp *qmp, const char *command, json_t *arguments)
{
    json_t *request = json_pack("{s:s}", "execute", command);

    if (arguments)
        json_object_set_new(request, "arguments", arguments);
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    if (!text) {
        fail(qmp, "QMP: \"%s\" is not valid UTF-8", command);
        return NULL;
    }
    int sent = channel_write(qmp->socket, text, strlen(text), channel_now() + qmp->timeout_ms);
    free(text);
    if (sent != 0) {
        fail(qmp, "QMP: QEMU closed the connection");
        return NULL;
    }
    json_t *message = answer(qmp, command);
    if (!message)
        return NULL;
    json_t *result = json_incref(json_object_get(message, "return"));
    if (!result) {
        const json_t *problem = json_object_get(message, "error");
        const char *text = json_string_value(json_object_get(problem, "desc"));

        fail(qmp, "QMP: \"%s\" refused: %.100s", command, text ? text : "no reason given");
    }
    json_decref(message);
    return result;
}

bool qmp_command(struct qmp *qmp, const char *command)
{
    json_t *result = qmp_execute(qmp, command, NULL);

    json_decref(result);
    return result != NULL;
}

bool qmp_open(struct qmp *qmp, int socket, unsigned timeout_ms)
{
    json_t *greeting = NULL;

    memset(qmp, 0, sizeof(*qmp));
    qmp->socket = socket;
    qmp->timeout_ms = timeout_ms;
    int got = next_message(qmp, &greeting, channel_now() + timeout_ms);
    bool greeted = got > 0 && json_object_get(greeting, "QMP");

    json_decref(greeting);
    if (got == 0)
        return fail(qmp, "QMP: no greeting within %u ms", timeout_ms);
    if (got > 0 && !greeted)
        return fail(qmp, "QMP: the first message is no greeting");
    return greeted && qmp_command(qmp, "qmp_capabilities");
}

bool qmp_monitor(struct qmp *qmp, const char *line, char *text, size_t bytes)
{
    json_t *result =
        qmp_execute(qmp, "human-monitor-command", json_pack("{s:s}", "command-line", line));

    if (!result)
        return false;
    const char *printed = json_string_value(result);
    if (printed)
        snprintf(text, bytes, "%s", printed);
    json_decref(result);
    return printed || fail(qmp, "QMP: the monitor answered \"%.40s\" with no text", line);
}

bool qmp_board_time(struct qmp *qmp, uint64_t *ticks)
{
    char line[40], text[160];
    uint64_t address;

    snprintf(line, sizeof(line), "xp/1gx 0x%llx", CLINT_MTIME);
    if (!qmp_monitor(qmp, line, text, sizeof(text)))
        return false;
    if (sscanf(text, "%" SCNx64 ": %" SCNx64, &address, ticks) != 2 || address != CLINT_MTIME)
        return fail(qmp, "QMP: the board's clock cannot be read: \"%.80s\"", text);
    return true;
}

bool qmp_poll(struct qmp *qmp)
{
    json_t *message = NULL;
    int got;

    while ((got = next_message(qmp, &message, 0)) > 0) {
        note_event(qmp, message);
        json_decref(message);
    }
    return got == 0;
}
