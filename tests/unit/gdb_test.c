/* The GDB client against a stub played here, and against nonsense. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine/gdb.h"
#include "test.h"

#define TARGET                                                                                     \
    "l<?xml version=\"1.0\"?><target><architecture>riscv:rv64</architecture>"                      \
    "<xi:include href=\"csr.xml\"/></target>"
#define CSRS                                                                                       \
    "l<feature name=\"csr\"><reg name=\"pc\" bitsize=\"64\" regnum=\"32\"/>"                       \
    "<reg name=\"hgatp\" bitsize=\"64\" regnum=\"1730\"/><reg name=\"next\" bitsize=\"64\"/>"      \
    "</feature>"

struct answer {
    const char *request; /* begins with this */
    const char *reply;
};

static const struct answer answers[] = {
    {"qSupported", "PacketSize=1000;qXfer:features:read+;vContSupported+"},
    {"qXfer:features:read:target.xml", TARGET},
    {"qXfer:features:read:csr.xml", CSRS},
    {"?", "T05thread:p01.01;"},
    {"Hgp1.", "OK"},
    {"p6c2", "000108000000 0080"},
    {"p20", "4400208000000000"},
    {"p6c3", "E14"},
    {"m80200000,4", "73001000"},
    {"m0,4", "E14"},
    {"Qqemu.PhyMemMode", "OK"},
    {"Z0,80200000", "OK"},
    {"vCont;c", "T05thread:p01.02;"},
    {"vCont;s", "T05thread:p01.02;"},
};

struct stub {
    int socket;
    pthread_t thread;
};

static void reply(int socket, const char *payload)
{
    char frame[4096];
    unsigned char sum = 0;

    for (const char *c = payload; *c; c++)
        sum = (unsigned char)(sum + (unsigned char)*c);
    int length = snprintf(frame, sizeof(frame), "+$%s#%02x", payload, sum);
    /* In two pieces, as a socket may give it. */
    send(socket, frame, (size_t)length / 2, MSG_NOSIGNAL);
    send(socket, frame + length / 2, (size_t)(length - length / 2), MSG_NOSIGNAL);
}

static const char *answer_to(const char *request)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (strncmp(request, answers[i].request, strlen(answers[i].request)) == 0)
            return answers[i].reply;
    }
    return "";
}

static void *serve(void *argument)
{
    struct stub *stub = argument;
    char request[600];
    size_t used = 0;
    char byte;

    while (read(stub->socket, &byte, 1) == 1) {
        if (byte == '$')
            used = 0;
        else if (used < sizeof(request) - 1)
            request[used++] = byte;
        if (used < 3 || request[used - 3] != '#')
            continue;
        request[used - 3] = '\0';
        reply(stub->socket, answer_to(request));
        used = 0;
    }
    return NULL;
}

static int start(struct stub *stub)
{
    int pair[2];

    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    stub->socket = pair[1];
    pthread_create(&stub->thread, NULL, serve, stub);
    return pair[0];
}

static void stop(struct stub *stub, struct gdb *gdb, int socket)
{
    gdb_close(gdb);
    shutdown(socket, SHUT_RDWR);
    pthread_join(stub->thread, NULL);
    close(socket);
    close(stub->socket);
    free(gdb);
}

static void talks_to_a_stub(void)
{
    struct gdb *gdb = calloc(1, sizeof(*gdb));
    struct stub stub;
    int socket = start(&stub);
    uint64_t value;
    uint32_t word;

    CU_ASSERT_TRUE_FATAL(gdb_open(gdb, socket, 5000));
    CU_ASSERT_EQUAL(gdb_register_number(gdb, "hgatp"), 1730);
    CU_ASSERT_EQUAL(gdb_register_number(gdb, "next"), 1731); /* follows the one before */
    CU_ASSERT_EQUAL(gdb_register_number(gdb, "vstimecmp"), -1);
    CU_ASSERT_TRUE(gdb_read(gdb, "pc", &value));
    CU_ASSERT_EQUAL(value, 0x80200044);
    CU_ASSERT_FALSE(gdb_read(gdb, "hgatp", &value)); /* a reply with a hole in it */
    CU_ASSERT_FALSE(gdb_read(gdb, "next", &value));
    CU_ASSERT_PTR_NOT_NULL(strstr(gdb->error, "cannot be read"));
    CU_ASSERT_FALSE(gdb_read(gdb, "nothing", &value));
    CU_ASSERT_TRUE(gdb_memory(gdb, true, 0x80200000, &word, 4));
    CU_ASSERT_EQUAL(word, 0x00100073);
    CU_ASSERT_FALSE(gdb_memory(gdb, true, 0, &word, 4));
    CU_ASSERT_TRUE(gdb_breakpoint(gdb, 0x80200000));
    CU_ASSERT_FALSE(gdb_breakpoint(gdb, 0x1234)); /* refused: an empty reply */
    stop(&stub, gdb, socket);
}

static void a_machine_that_ran_tells_of_its_stop_first(void)
{
    struct gdb *gdb = calloc(1, sizeof(*gdb));
    struct stub stub;
    int socket = start(&stub);
    uint64_t value;

    reply(stub.socket, "T05thread:p01.01;");
    CU_ASSERT_TRUE_FATAL(gdb_open(gdb, socket, 5000));
    CU_ASSERT_TRUE(gdb_read(gdb, "pc", &value));
    CU_ASSERT_EQUAL(value, 0x80200044);
    stop(&stub, gdb, socket);
}

static void a_stop_says_which_hart(void)
{
    struct gdb *gdb = calloc(1, sizeof(*gdb));
    struct stub stub;
    int socket = start(&stub);
    uint64_t value;

    CU_ASSERT_TRUE_FATAL(gdb_open(gdb, socket, 5000));
    CU_ASSERT_TRUE(gdb_continue(gdb));
    CU_ASSERT_FALSE(gdb_read(gdb, "pc", &value)); /* not while it runs */
    CU_ASSERT_EQUAL(gdb_wait(gdb, 5000), GDB_STOPPED);
    CU_ASSERT_EQUAL(gdb->hart, 1);
    CU_ASSERT_EQUAL(gdb->signal, 5);
    CU_ASSERT_TRUE(gdb_read(gdb, "pc", &value));
    CU_ASSERT_EQUAL(gdb_step(gdb), GDB_STOPPED);
    stop(&stub, gdb, socket);
}

static void a_closed_connection_is_the_end(void)
{
    struct gdb *gdb = calloc(1, sizeof(*gdb));
    struct stub stub;
    int socket = start(&stub);

    CU_ASSERT_TRUE_FATAL(gdb_open(gdb, socket, 5000));
    gdb->running = true;
    shutdown(stub.socket, SHUT_RDWR);
    CU_ASSERT_EQUAL(gdb_wait(gdb, 5000), GDB_EXITED);
    stop(&stub, gdb, socket);
}

static long parse(struct gdb *gdb, const char *text)
{
    return gdb_parse(gdb, text, strlen(text));
}

static void packets_are_checked_and_expanded(void)
{
    struct gdb *gdb = calloc(1, sizeof(*gdb));

    CU_ASSERT_EQUAL(parse(gdb, "+$OK#9a"), 7);
    CU_ASSERT_STRING_EQUAL(gdb->packet, "OK");
    CU_ASSERT_EQUAL(parse(gdb, "$0* #7a"), 7); /* a run of three more */
    CU_ASSERT_STRING_EQUAL(gdb->packet, "0000");
    CU_ASSERT_EQUAL(parse(gdb, "$}\x03#80"), 6); /* an escaped # */
    CU_ASSERT_STRING_EQUAL(gdb->packet, "#");
    CU_ASSERT_EQUAL(parse(gdb, "$OK#9"), 0);
    CU_ASSERT_EQUAL(parse(gdb, "+++"), 0);
    CU_ASSERT_EQUAL(parse(gdb, "$OK#00"), -1);
    CU_ASSERT_EQUAL(parse(gdb, "HTTP/1.1"), -1);
    CU_ASSERT_EQUAL(parse(gdb, "$*\x7f#a9"), 6); /* a run of nothing is taken as it is */
    free(gdb);
}

static void descriptions_that_are_nonsense_are_refused(void)
{
    static const char *const bad[] = {"", "hello", "<target",
                                      "<target><reg bitsize=\"64\"/></target>",
                                      "<target><reg name=\"x\" regnum=\"99999\"/></target>"};
    struct gdb *gdb = calloc(1, sizeof(*gdb));

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char include[4][64];
        size_t count = 0;
        unsigned next = 0;

        CU_ASSERT_FALSE(gdb_parse_description(gdb, bad[i], include, 4, &count, &next));
    }
    gdb_close(gdb);
    free(gdb);
}

TEST_SUITE(gdb, {"registers, memory and breakpoints of a stub", talks_to_a_stub},
           {"a machine that ran tells of its stop first",
            a_machine_that_ran_tells_of_its_stop_first},
           {"a stop says which hart", a_stop_says_which_hart},
           {"a closed connection is the end", a_closed_connection_is_the_end},
           {"packets are checked and expanded", packets_are_checked_and_expanded},
           {"target descriptions that are nonsense are refused",
            descriptions_that_are_nonsense_are_refused});
