/*
 * stat [SECONDS [TIMES]]: shows what the machine did: in all since it began, or in each of so
 * many spans of time (once, if it is not told). Steal is time that another VM had.
 */
#include "user/lib/user.h"

static void take(struct system_status *status)
{
    long error = system_stat(status);
    if (error < 0)
        fail("stat", "system_stat", error);
}

static void show_share(const char *name, uint64_t part, uint64_t whole)
{
    uint64_t permille = whole ? part * 1000 / whole : 0;
    printf("%s %lu.%lu%%", name, permille / 10, permille % 10);
}

/* Shows the differences from `from` to `to`. */
static void show(const struct system_status *from, const struct system_status *to)
{
    uint64_t span = to->uptime_us - from->uptime_us;
    uint64_t idle = to->idle_us - from->idle_us, steal = to->steal_us - from->steal_us;
    uint64_t away = idle + steal < span ? idle + steal : span;
    printf("%lu.%03lu s: ", span / 1000000, span / 1000 % 1000);
    show_share("busy", span - away, span);
    show_share(", idle", idle, span);
    if (to->has_steal)
        show_share(", steal", steal, span);
    printf("; %lu ticks, %lu switches", to->ticks - from->ticks, to->switches - from->switches);
    printf("; %lu processes, %lu of %lu KiB free\n", to->processes, to->free_pages * 4,
           to->pages * 4);
}

int main(int count, char **arguments)
{
    struct system_status from = {.uptime_us = 0}, to;
    long seconds = 0, times = 1;
    if (count > 3 || (count > 1 && (!parse_number(arguments[1], &seconds) || seconds < 1)) ||
        (count > 2 && (!parse_number(arguments[2], &times) || times < 1))) {
        print_to(2, "usage: stat [SECONDS [TIMES]]\n");
        return 2;
    }
    if (seconds)
        take(&from);
    while (times-- > 0) {
        sleep(seconds * 1000000);
        take(&to);
        show(&from, &to);
        from = to;
    }
    return 0;
}
