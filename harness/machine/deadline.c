/* The watchdog's registers, written by qtest commands (docs/devel/testing.rst of QEMU). */
#include "machine/deadline.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

#define ANSWER_TIMEOUT_MS 120000 /* a backstop, for a host that is busy with other things */

/* Configuration space of device 1 on the virt board's PCIe root, and where its BAR is put. */
#define CONFIG         (0x30000000ull + (1 << 15))
#define CONFIG_COMMAND (CONFIG + 0x04)
#define CONFIG_BAR0    (CONFIG + 0x10)
#define CONFIG_TIMER   (CONFIG + 0x60) /* bits 1:0 interrupt kind, bit 2 clock scale */
#define CONFIG_LOCK    (CONFIG + 0x68) /* bit 1: enable */
#define REGISTERS      0x40000000ull
#define PRELOAD_1      (REGISTERS + 0x0) /* the watchdog acts when both stages have run out */
#define PRELOAD_2      (REGISTERS + 0x4)
#define RELOAD         (REGISTERS + 0xc) /* 0x80, 0x86 unlock the next write to a preload */

#define TIMER_NO_INTERRUPT 3
#define TIMER_FAST         4
#define MOST_PRELOAD       0xfffffull

/* PCI clocks of 30 ns: a count is 2^5 of them (fast) or 2^15. */
#define FAST_NS (30ull << 5)
#define SLOW_NS (30ull << 15)

/* The channel, and the process at its other end: others may hold that open when it is gone. */
struct test_channel {
    int qtest, process;
};

/* Whether there is something to read, and not only a process that has ended. */
static bool wait_for(const struct test_channel *channel)
{
    struct pollfd pollers[] = {{.fd = channel->qtest, .events = POLLIN},
                               {.fd = channel->process, .events = POLLIN}};
    int ready;
    do
        ready = poll(pollers, 2, ANSWER_TIMEOUT_MS);
    while (ready < 0 && errno == EINTR);
    return ready > 0 && pollers[0].revents & POLLIN;
}

static int answer(const struct test_channel *channel, const char *command, struct error *error)
{
    char line[128];
    size_t used = 0;
    while (used < sizeof(line) - 1) {
        if (!wait_for(channel) || read(channel->qtest, line + used, 1) != 1)
            return error_fault(error, "QEMU's test channel does not answer \"%s\"", command);
        if (line[used] == '\n')
            break;
        used++;
    }
    line[used] = '\0';
    if (strcmp(line, "OK") != 0)
        return error_fault(error, "QEMU's test channel answers \"%s\" with \"%s\"", command, line);
    return 0;
}

static int put(const struct test_channel *qtest, const char *width, uint64_t address,
               uint64_t value, struct error *error)
{
    char command[64];
    int length = snprintf(command, sizeof(command), "write%s %#" PRIx64 " %#" PRIx64 "\n", width,
                          address, value);
    if (write_all(qtest->qtest, command, (size_t)length) != 0)
        return error_fault(error, "QEMU's test channel: %s", strerror(errno));
    command[length - 1] = '\0';
    return answer(qtest, command, error);
}

static int preload(const struct test_channel *qtest, uint64_t address, uint64_t count,
                   struct error *error)
{
    if (put(qtest, "w", RELOAD, 0x80, error) != 0 || put(qtest, "w", RELOAD, 0x86, error) != 0)
        return -1;
    return put(qtest, "l", address, count, error);
}

static bool is_fast(uint64_t ns)
{
    return ns / FAST_NS / 2 < MOST_PRELOAD;
}

static uint64_t counts_of(uint64_t ns)
{
    uint64_t counts = ns / (is_fast(ns) ? FAST_NS : SLOW_NS);
    return counts < 2 ? 2 : counts;
}

uint64_t deadline_exact(uint64_t ns)
{
    return counts_of(ns) * (is_fast(ns) ? FAST_NS : SLOW_NS);
}

int deadline_arm(int channel, int process, uint64_t ns, struct error *error)
{
    const struct test_channel test = {channel, process}, *qtest = &test;
    if (ns > DEADLINE_MOST_NS)
        return error_set(error, "a deadline of %llu s of virtual time: at most %llu",
                         (unsigned long long)(ns / 1000000000), DEADLINE_MOST_NS / 1000000000);
    bool fast = is_fast(ns);
    uint64_t counts = counts_of(ns);
    if (put(qtest, "l", CONFIG_BAR0, REGISTERS, error) != 0 ||
        put(qtest, "l", CONFIG_COMMAND, 2, error) != 0 ||
        put(qtest, "w", CONFIG_TIMER, TIMER_NO_INTERRUPT | (fast ? TIMER_FAST : 0), error) != 0 ||
        preload(qtest, PRELOAD_1, counts / 2, error) != 0 ||
        preload(qtest, PRELOAD_2, counts - counts / 2, error) != 0)
        return -1;
    return put(qtest, "b", CONFIG_LOCK, 2, error);
}
