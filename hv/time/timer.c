/* One-shot timers of a hart. */
#include "time/timer.h"
#include "hart/hart.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "boot/init.h"

static struct timer *timer_of(struct list *link)
{
    return container_of(link, struct timer, link);
}

/* Arms the clock for the first deadline, unless that is what it is armed for. */
static void clock_update(struct hart *hart)
{
    uint64_t first =
        list_empty(&hart->timers) ? TIMER_NEVER : timer_of(hart->timers.next)->deadline;

    if (first == hart->clock)
        return;
    hart->clock = first;
    clock_arm(first);
}

void timers_init(struct hart *hart)
{
    list_init(&hart->timers);
    hart->clock = TIMER_NEVER;
}

void timer_init(struct timer *timer, void (*fired)(struct timer *timer))
{
    list_init(&timer->link);
    timer->deadline = TIMER_NEVER;
    timer->fired = fired;
}

/* Is it the first of those armed, and will still be with that deadline? */
static bool stays_first(const struct hart *hart, const struct timer *timer, uint64_t deadline)
{
    struct list *next = timer->link.next;

    return hart->timers.next == &timer->link && deadline != TIMER_NEVER &&
           (next == &hart->timers || timer_of(next)->deadline >= deadline);
}

void timer_arm(struct timer *timer, uint64_t deadline)
{
    struct hart *hart = this_hart();
    struct list *at;

    if (timer->deadline == deadline)
        return;
    if (stays_first(hart, timer, deadline)) {
        timer->deadline = deadline;
        clock_update(hart);
        return;
    }
    list_remove(&timer->link);
    timer->deadline = deadline;
    if (deadline != TIMER_NEVER) {
        for (at = hart->timers.next; at != &hart->timers; at = at->next)
            if (timer_of(at)->deadline > deadline)
                break;
        list_insert_before(at, &timer->link);
    }
    clock_update(hart);
}

void timers_run(struct hart *hart, uint64_t now)
{
    while (!list_empty(&hart->timers)) {
        struct timer *timer = timer_of(hart->timers.next);
        if (timer->deadline > now)
            break;
        list_remove(&timer->link);
        timer->deadline = TIMER_NEVER;
        timer->fired(timer);
    }
    clock_update(hart);
}

static void exit_timer(struct vcpu *vcpu)
{
    (void)vcpu;
    timers_run(this_hart(), clock_now());
}

HV_EXIT(CAUSE_INTERRUPT | IRQ_S_TIMER, exit_timer);
