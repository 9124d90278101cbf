/* Sockets with deadlines: see channel.h. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "machine/channel.h"

uint64_t channel_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* 1: ready; 0: the deadline has passed; -1: error. */
static int wait_for(int socket, short events, uint64_t deadline)
{
    for (;;) {
        uint64_t now = channel_now();
        struct pollfd entry = {.fd = socket, .events = events};
        int ready = poll(&entry, 1, deadline > now ? (int)(deadline - now) : 0);

        if (ready >= 0 || errno != EINTR)
            return ready;
    }
}

long channel_read(int socket, void *to, size_t bytes, uint64_t deadline)
{
    for (;;) {
        int ready = wait_for(socket, POLLIN, deadline);

        if (ready <= 0)
            return ready;
        ssize_t got = recv(socket, to, bytes, MSG_DONTWAIT);
        if (got > 0)
            return got;
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return -1;
    }
}

int channel_write(int socket, const void *data, size_t bytes, uint64_t deadline)
{
    const char *next = data;

    while (bytes > 0) {
        if (wait_for(socket, POLLOUT, deadline) <= 0)
            return -1;
        ssize_t sent = send(socket, next, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        if (sent > 0) {
            next += sent;
            bytes -= (size_t)sent;
        }
    }
    return 0;
}
