/* The QMP client against a server played here: answers, events between them, nonsense. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine/qmp.h"
#include "test.h"

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define NOTHING  "{\"return\": {}}\r\n"
#define STOP     "{\"event\": \"STOP\", \"timestamp\": {}}\r\n"
#define SHUTDOWN                                                                                   \
    "{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, \"reason\": \"guest-shutdown\"}}\r\n"

/* A connection on which `text` has already arrived; what is sent is never read. */
static struct qmp *connected(const char *text, int pair[2])
{
    struct qmp *qmp = calloc(1, sizeof(*qmp));

    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CU_ASSERT_EQUAL(send(pair[1], text, strlen(text), 0), (ssize_t)strlen(text));
    shutdown(pair[1], SHUT_WR);
    return qmp;
}

static void finish(struct qmp *qmp, int pair[2])
{
    close(pair[0]);
    close(pair[1]);
    free(qmp);
}

static void answers_come_through_events(void)
{
    int pair[2];
    struct qmp *qmp = connected(GREETING NOTHING STOP NOTHING SHUTDOWN, pair);

    CU_ASSERT_TRUE(qmp_open(qmp, pair[0], 5000));
    CU_ASSERT_TRUE(qmp_command(qmp, "stop"));
    CU_ASSERT_TRUE(qmp->stopped);
    CU_ASSERT_FALSE(qmp->shut_down);
    CU_ASSERT_FALSE(qmp_poll(qmp)); /* the connection has ended … */
    CU_ASSERT_TRUE(qmp->shut_down); /* … after this */
    CU_ASSERT_STRING_EQUAL(qmp->shutdown_reason, "guest-shutdown");
    finish(qmp, pair);
}

static void the_boards_clock_is_read_off_the_monitor(void)
{
    int pair[2];
    uint64_t ticks = 0;
    struct qmp *qmp =
        connected(GREETING NOTHING "{\"return\": \"000000000200bff8: 0x0000000000012345\\r\\n\"}\n"
                                   "{\"return\": \"Cannot access memory\\r\\n\"}\n",
                  pair);

    CU_ASSERT_TRUE(qmp_open(qmp, pair[0], 5000));
    CU_ASSERT_TRUE(qmp_board_time(qmp, &ticks));
    CU_ASSERT_EQUAL(ticks, 0x12345);
    CU_ASSERT_FALSE(qmp_board_time(qmp, &ticks));
    CU_ASSERT_PTR_NOT_NULL(strstr(qmp->error, "cannot be read"));
    finish(qmp, pair);
}

static void a_refusal_gives_its_reason(void)
{
    int pair[2];
    struct qmp *qmp = connected(
        GREETING NOTHING "{\"error\": {\"class\": \"X\", \"desc\": \"not now\"}}\n", pair);

    CU_ASSERT_TRUE(qmp_open(qmp, pair[0], 5000));
    CU_ASSERT_FALSE(qmp_command(qmp, "cont"));
    CU_ASSERT_PTR_NOT_NULL(strstr(qmp->error, "\"cont\" refused: not now"));
    finish(qmp, pair);
}

static void nonsense_is_one_clear_line(void)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "closed"},
        {"hello\n", "not a JSON object"},
        {"[1, 2]\n", "not a JSON object"},
        {"{\"hello\": 1}\n", "no greeting"},
        {GREETING "{\"ret", "closed"},
        {GREETING "{\"return\": \n", "not a JSON object"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int pair[2];
        struct qmp *qmp = connected(cases[i].text, pair);

        CU_ASSERT_FALSE(qmp_open(qmp, pair[0], 5000));
        CU_ASSERT_PTR_NOT_NULL(strstr(qmp->error, cases[i].error));
        CU_ASSERT_PTR_NULL(strchr(qmp->error, '\n'));
        finish(qmp, pair);
    }
}

static void an_endless_message_is_refused(void)
{
    struct qmp *qmp = calloc(1, sizeof(*qmp));
    char *text = malloc(QMP_LINE_BYTES);
    json_t *message;

    memset(text, ' ', QMP_LINE_BYTES);
    CU_ASSERT_EQUAL(qmp_parse(qmp, text, QMP_LINE_BYTES - 1, &message), 0);
    CU_ASSERT_EQUAL(qmp_parse(qmp, text, QMP_LINE_BYTES, &message), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(qmp->error, "more than"));
    free(text);
    free(qmp);
}

TEST_SUITE(qmp, {"answers come through events", answers_come_through_events},
           {"the board's clock is read off the monitor", the_boards_clock_is_read_off_the_monitor},
           {"a refusal gives its reason", a_refusal_gives_its_reason},
           {"nonsense is one clear line", nonsense_is_one_clear_line},
           {"an endless message is refused", an_endless_message_is_refused});
