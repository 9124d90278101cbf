/*
 * Ends the run where the machine cannot prevent it. At `deadline` ns of virtual time, by a timer of
 * QEMU's own that no device shows: mark D, then QEMU exits, between two instructions. After
 * `processor` ms of processor time of this process: mark T, and the harness ends it. Whatever
 * makes QEMU end by itself, mark Z is its last word; one that is killed has none.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "watch.h"

#define CLOCK_VIRTUAL 1   /* of enum QEMUClockType, include/qemu/timer.h */
#define TIMER_BYTES   256 /* struct QEMUTimer has 48 */

static void on_deadline(void *data)
{
    (void)data;
    mark('D', 0, NULL, 0);
    exit(0);
}

/*
 * Functions of QEMU that are no part of its plugin interface; they are there wherever it was built
 * with loadable modules. Without them there is no mark Y, and the harness goes by its watchdog.
 */
static void arm(void)
{
    void (*init)(void *timer, void *lists, int clock, int scale, int attributes,
                 void (*function)(void *), void *data);
    void (*set)(void *timer, int64_t ns);
    void *lists = dlsym(RTLD_DEFAULT, "main_loop_tlg");
    *(void **)&init = dlsym(RTLD_DEFAULT, "timer_init_full");
    *(void **)&set = dlsym(RTLD_DEFAULT, "timer_mod_ns");
    void *timer = calloc(1, TIMER_BYTES);

    if (!lists || !init || !set || !timer)
        return;
    init(timer, lists, CLOCK_VIRTUAL, 1, 0, on_deadline, NULL);
    set(timer, (int64_t)watch.deadline);
    mark('Y', 0, NULL, 0);
}

static void *count_processor_time(void *data)
{
    struct timespec until = {.tv_sec = (time_t)(watch.processor / 1000),
                             .tv_nsec = (long)(watch.processor % 1000) * 1000000};

    while (clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &until, NULL) != 0)
        continue;
    mark('T', 0, NULL, 0);
    return data;
}

static void on_exit_of_qemu(void)
{
    contract_end();
    mark('Z', 0, NULL, 0);
}

void deadline_begin(void)
{
    static bool begun;

    if (!begun && watch.deadline)
        arm();
    begun = true;
}

void deadline_open(void)
{
    pthread_t thread;

    atexit(on_exit_of_qemu);
    if (watch.processor && pthread_create(&thread, NULL, count_processor_time, NULL) == 0)
        pthread_detach(thread);
}
