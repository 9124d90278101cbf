/* Deferred work of a hart. */
#include "hart/work.h"
#include "boot/init.h"
#include "hart/hart.h"

void work_init(struct work *work, void (*run)(struct work *work))
{
    list_init(&work->link);
    work->run = run;
}

void work_defer(struct work *work)
{
    struct hart *hart = this_hart();

    if (!list_empty(&work->link))
        return;
    list_insert_before(&hart->work, &work->link);
    hart->before_entry |= ENTRY_WORK;
}

void work_run(struct hart *hart)
{
    hart->before_entry &= ~ENTRY_WORK;
    while (!list_empty(&hart->work)) {
        struct work *work = container_of(hart->work.next, struct work, link);
        list_remove(&work->link);
        work->run(work);
    }
}

static void work_start(void)
{
    list_init(&this_hart()->work);
}

HV_INIT(INIT_HART, work_start);
