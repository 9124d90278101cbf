/* What is typed: UART interrupts through the PLIC, and lines that the bootargs type by the clock.
 */
#include "boot/board.h"
#include "boot/init.h"
#include "boot/options.h"
#include "console/command.h"
#include "console/console.h"
#include "console/mux.h"
#include "lib/string.h"
#include "metal/metal.h"
#include "time/timer.h"
#include "trap/cause.h"
#include "trap/panic.h"
#include "vcpu/exit.h"
#include "vm/vm.h"

#define SCRIPT_MAX   32
#define SCRIPT_BYTES 40

static void exit_external(struct vcpu *vcpu)
{
    unsigned source;
    int byte;

    (void)vcpu;
    while ((source = plic_claim()) != 0) {
        while ((byte = uart_getchar()) >= 0)
            mux_input((char)byte);
        plic_complete(source);
    }
}

HV_EXIT(CAUSE_INTERRUPT | IRQ_S_EXT, exit_external);

static void input_init(void)
{
    if (!board.uart || !board.plic || !board.uart_interrupt)
        return;
    plic_open(board.plic, board.plic_context, board.uart_interrupt);
    uart_interrupt_on();
}

HV_INIT(INIT_VMS, input_init);

/* Options at=MILLISECONDS:COMMAND, words of the command joined by colons: at=20:pause:one runs
 * «pause one» 20 ms after boot. A test can so act at an exact instant. The machine does not stop
 * before the last of them. */
struct scripted {
    struct timer timer;
    char command[SCRIPT_BYTES];
};

static struct scripted script[SCRIPT_MAX];
static unsigned scripted_count;

static void run_scripted(struct timer *timer)
{
    struct scripted *entry = container_of(timer, struct scripted, timer);

    command_run(entry->command);
    machine_release();
}

static void take_scripted(const char *value, size_t length)
{
    char text[SCRIPT_BYTES];
    const char *at = text;
    uint64_t milliseconds;

    if (length >= SCRIPT_BYTES || scripted_count == SCRIPT_MAX)
        panic("option at=: at most %d, of at most %d characters, are expected", SCRIPT_MAX,
              SCRIPT_BYTES - 1);
    memcpy(text, value, length);
    text[length] = '\0';
    if (!parse_number(&at, &milliseconds) || *at != ':')
        panic("option at=%s: MILLISECONDS:COMMAND is expected", text);
    struct scripted *entry = &script[scripted_count++];
    copy_text(entry->command, SCRIPT_BYTES, at + 1);
    for (char *c = entry->command; *c; c++)
        if (*c == ':')
            *c = ' ';
    timer_init(&entry->timer, run_scripted);
    machine_hold();
    timer_arm(&entry->timer, board.started + milliseconds * board.timebase_hz / 1000);
}

static void script_init(void)
{
    option_each("at", take_scripted);
}

HV_INIT(INIT_VMS, script_init);
HV_OPTION("at");
