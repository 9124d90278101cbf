/* The relay's loop: one poll over the console's both ways, the process, signals and QMP. */
#include "run/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "abi/monitor.h"
#include "lib/file.h"
#include "run/banner.h"

#define CHUNK            4096
#define CONTROL_A        1
#define HEED_NS          20000000000ull /* what the hypervisor gets to obey Ctrl-A x */
#define LOOK_AGAIN_MS    5   /* while what was typed waits for the hypervisor to come up */
#define LOOK_AT_CLOCK_MS 500 /* at QEMU's processor time */
#define GOING_ON         (-2)
#define NEVER            UINT64_MAX

enum {
    POLL_INPUT,
    POLL_MACHINE_IN,
    POLL_MACHINE_OUT,
    POLL_PROCESS,
    POLL_SIGNAL,
    POLL_QMP,
    POLL_READER,
    POLL_NOTICE,
    POLLS
};

/* What has been typed and not yet taken by the machine. */
struct typed {
    char bytes[CHUNK];
    size_t count, taken;
    bool control_a;    /* the last byte was Ctrl-A */
    uint64_t leave_at; /* Ctrl-A x was typed: when to stop waiting for it; 0: it was not */
    bool leave_now;
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void watch_keys(struct typed *typed)
{
    for (size_t i = 0; i < typed->count; i++) {
        bool leave = typed->control_a && typed->bytes[i] == 'x';
        typed->control_a = !typed->control_a && typed->bytes[i] == CONTROL_A;
        if (!leave)
            continue;
        typed->leave_now = typed->leave_at != 0;
        typed->leave_at = now_ns() + HEED_NS;
    }
}

static void close_input(struct relay *relay)
{
    relay->input = -1;
    close(relay->qemu->console_in_fd);
    relay->qemu->console_in_fd = -1;
}

static void take_input(struct relay *relay, struct typed *typed)
{
    ssize_t count = read(relay->input, typed->bytes, sizeof(typed->bytes));
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count <= 0) {
        close_input(relay);
        return;
    }
    typed->count = (size_t)count;
    typed->taken = 0;
    if (relay->interactive)
        watch_keys(typed);
}

static void give_input(struct relay *relay, struct typed *typed)
{
    ssize_t count =
        write(relay->qemu->console_in_fd, typed->bytes + typed->taken, typed->count - typed->taken);
    if (count > 0)
        typed->taken += (size_t)count;
    else if (count < 0 && errno != EINTR && errno != EAGAIN)
        close_input(relay);
    if (typed->taken == typed->count || relay->input < 0)
        typed->taken = typed->count = 0;
}

static int show(struct buffer *text)
{
    int result = write_all(STDOUT_FILENO, buffer_string(text), text->length);
    buffer_free(text);
    return result == 0 ? 1 : -1;
}

/* 1: something was printed; 0: the machine's end is closed; -1: our own output is. */
static int pass_output(struct relay *relay, struct banner *banner)
{
    char bytes[CHUNK];
    struct buffer text = {0};
    ssize_t count = read(relay->qemu->console_out_fd, bytes, sizeof(bytes));
    if (count < 0 && errno == EINTR)
        return 1;
    if (count <= 0)
        return 0;
    banner_filter(banner, bytes, (size_t)count, &text);
    return show(&text);
}

/* When it is over at the latest, on the monotonic clock; NEVER. */
struct limits {
    uint64_t time, wall;
    uint64_t processor; /* of QEMU's processor time */
};

/* What QEMU has used; 0 once it has ended. */
static uint64_t processor_time(const struct relay *relay)
{
    clockid_t clock;
    struct timespec used;
    if (relay->qemu->pid <= 0 || clock_getcpuclockid(relay->qemu->pid, &clock) != 0 ||
        clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

static uint64_t limit_from_now(uint64_t ns)
{
    uint64_t now = now_ns();
    return ns == 0 || ns > NEVER - now ? NEVER : now + ns;
}

static int timeout_of(const struct limits *limits, bool held, const struct typed *typed)
{
    uint64_t until = limits->time < limits->wall ? limits->time : limits->wall;
    if (held)
        return LOOK_AGAIN_MS;
    if (typed->leave_at != 0 && typed->leave_at < until)
        until = typed->leave_at;
    int most_ms = limits->processor == NEVER ? 1000000 : LOOK_AT_CLOCK_MS;
    if (until == NEVER)
        return limits->processor == NEVER ? -1 : most_ms;
    uint64_t now = now_ns();
    if (now >= until)
        return 0;
    uint64_t left_ms = (until - now) / 1000000 + 1;
    return left_ms > (uint64_t)most_ms ? most_ms : (int)left_ms;
}

static int over(const struct relay *relay, const struct limits *limits, const struct typed *typed)
{
    uint64_t now = now_ns();
    if (typed->leave_now || (typed->leave_at != 0 && now >= typed->leave_at))
        return RELAY_KEY;
    if (now >= limits->time)
        return RELAY_TIME;
    if (limits->processor != NEVER && processor_time(relay) >= limits->processor)
        return RELAY_SPENT;
    return now >= limits->wall ? RELAY_WALL : GOING_ON;
}

static bool hypervisor_is_up(const struct relay *relay, const struct banner *banner)
{
    static const char magic[] = MONITOR_MAGIC;
    if (banner->passed || relay->monitor_magic == NULL)
        return true;
    for (size_t i = 0; i < sizeof(magic) - 1; i++) {
        if (relay->monitor_magic[i] != magic[i])
            return false;
    }
    return true;
}

static void prepare(const struct relay *relay, const struct typed *typed, int signals, bool up,
                    struct pollfd *polls)
{
    bool waiting = typed->taken < typed->count;
    polls[POLL_INPUT] = (struct pollfd){.fd = waiting ? -1 : relay->input, .events = POLLIN};
    polls[POLL_MACHINE_IN] =
        (struct pollfd){.fd = waiting && up ? relay->qemu->console_in_fd : -1, .events = POLLOUT};
    polls[POLL_MACHINE_OUT] = (struct pollfd){.fd = relay->qemu->console_out_fd, .events = POLLIN};
    polls[POLL_PROCESS] = (struct pollfd){.fd = relay->qemu->pid_fd, .events = POLLIN};
    polls[POLL_SIGNAL] = (struct pollfd){.fd = signals, .events = POLLIN};
    polls[POLL_QMP] = (struct pollfd){.fd = relay->qemu->qmp_fd, .events = POLLIN};
    polls[POLL_READER] = (struct pollfd){.fd = STDOUT_FILENO, .events = 0};
    polls[POLL_NOTICE] = (struct pollfd){.fd = relay->notice, .events = POLLIN};
}

static int take_signal(struct relay *relay, int signals)
{
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof(info)) != sizeof(info))
        return GOING_ON;
    relay->signal = (int)info.ssi_signo;
    return RELAY_SIGNAL;
}

/* One look at whatever is ready; what the machine printed before its end is passed first. */
static int step(struct relay *relay, struct typed *typed, struct banner *banner, int signals,
                const struct pollfd *polls)
{
    if (polls[POLL_MACHINE_OUT].revents != 0) {
        int passed = pass_output(relay, banner);
        if (passed != 0)
            return passed < 0 ? RELAY_OUTPUT_GONE : GOING_ON;
    }
    if ((polls[POLL_READER].revents & POLLERR) != 0)
        return RELAY_OUTPUT_GONE;
    if (polls[POLL_PROCESS].revents != 0) {
        qmp_poll(relay->qmp); /* its last events: was it the deadline? */
        return relay->qmp->watchdog ? RELAY_TIME : RELAY_ENDED;
    }
    if (polls[POLL_NOTICE].revents != 0)
        return RELAY_STUCK;
    if (polls[POLL_SIGNAL].revents != 0)
        return take_signal(relay, signals);
    if (polls[POLL_QMP].revents != 0)
        qmp_poll(relay->qmp);
    if (polls[POLL_INPUT].revents != 0)
        take_input(relay, typed);
    if (polls[POLL_MACHINE_IN].revents != 0)
        give_input(relay, typed);
    return GOING_ON;
}

static int loop(struct relay *relay, int signals)
{
    struct typed typed = {.control_a = false};
    struct banner banner = {.passed = false};
    struct buffer rest = {0};
    struct limits limits = {limit_from_now(relay->limit_ns), limit_from_now(relay->wall_ns),
                            relay->processor_ns != 0 ? relay->processor_ns : NEVER};
    int end = GOING_ON;
    while (end == GOING_ON) {
        struct pollfd polls[POLLS];
        bool up = hypervisor_is_up(relay, &banner);
        bool held = typed.taken < typed.count && !up;
        prepare(relay, &typed, signals, up, polls);
        int ready = poll(polls, POLLS, timeout_of(&limits, held, &typed));
        if (ready > 0)
            end = step(relay, &typed, &banner, signals, polls);
        if (end == GOING_ON)
            end = over(relay, &limits, &typed);
    }
    if (relay->monitor_magic == NULL || !hypervisor_is_up(relay, &banner))
        banner_end(&banner, &rest);
    buffer_free(&banner.held);
    if (show(&rest) < 0 && end == RELAY_ENDED)
        end = RELAY_OUTPUT_GONE;
    return end;
}

static void held_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void relay_hold_signals(void)
{
    sigset_t held;
    held_signals(&held);
    pthread_sigmask(SIG_BLOCK, &held, NULL);
}

int relay_run(struct relay *relay, struct error *error)
{
    sigset_t held;
    held_signals(&held);
    int signals = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        return error_fault(error, "signals: %s", strerror(errno));
    fcntl(relay->qemu->console_in_fd, F_SETFL, O_NONBLOCK);
    if (relay->input < 0)
        close_input(relay);
    int end = loop(relay, signals);
    close(signals);
    return end;
}
