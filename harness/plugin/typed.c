/*
 * What is typed at the machine's console. Bytes reach its UART by QEMU's own way, at times of the
 * virtual clock, by a timer that no device shows; so they come at the same instruction in each run.
 * The functions are no part of QEMU's plugin interface; they are there where it was built with
 * loadable modules.
 */
#include <dlfcn.h>
#include <stdlib.h>

#include "model/channel.h"
#include "model/model.h"
#include "watch.h"

#define CLOCK_VIRTUAL 1   /* of enum QEMUClockType, include/qemu/timer.h */
#define TIMER_BYTES   256 /* struct QEMUTimer has 48 */
#define TICK_NS       100
#define PAUSE_NS      100000 /* until a UART that is full is asked again */
#define CONSOLE       "con"  /* as coach names the character device */

static const struct model_channel *channel;
static struct model *told;
static uint32_t input, done; /* which is next, and how many of its bytes have arrived */
static void *timer, *device;

static struct {
    void (*init)(void *timer, void *lists, int clock, int scale, int attributes,
                 void (*function)(void *), void *data);
    void (*set)(void *timer, int64_t ns);
    int64_t (*now)(int clock);
    void *(*find)(const char *name);
    int (*room)(void *device);
    void (*write)(void *device, uint8_t *bytes, int count);
} qemu;

static bool find(const char *name, void *function)
{
    *(void **)function = dlsym(RTLD_DEFAULT, name);
    return *(void **)function != NULL;
}

static void arm(void)
{
    if (input < channel->inputs)
        qemu.set(timer, (int64_t)((watch.booted + channel->input[input].at) * TICK_NS));
}

static void on_time(void *data)
{
    const struct model_channel_input *typed = &channel->input[input];

    (void)data;
    while (done < typed->count && qemu.room(device) > 0) {
        uint8_t byte = typed->byte[done++];
        if (watch.contract)
            model_console_in(told, byte);
        qemu.write(device, &byte, 1);
    }
    if (done < typed->count) {
        qemu.set(timer, qemu.now(CLOCK_VIRTUAL) + PAUSE_NS);
        return;
    }
    input++;
    done = 0;
    arm();
}

bool typed_begin(const struct model_channel *from, struct model *model)
{
    void *lists = dlsym(RTLD_DEFAULT, "main_loop_tlg");

    channel = from;
    told = model;
    if (!lists || !find("timer_init_full", &qemu.init) || !find("timer_mod_ns", &qemu.set) ||
        !find("qemu_clock_get_ns", &qemu.now) || !find("qemu_chr_find", &qemu.find) ||
        !find("qemu_chr_be_can_write", &qemu.room) || !find("qemu_chr_be_write", &qemu.write))
        return false;
    device = qemu.find(CONSOLE);
    timer = calloc(1, TIMER_BYTES);
    if (!device || !timer)
        return false;
    qemu.init(timer, lists, CLOCK_VIRTUAL, 1, 0, on_time, NULL);
    arm();
    return true;
}
