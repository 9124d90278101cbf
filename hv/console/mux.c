/* The console shared among VMs: lines with names, or one VM at a time. See console/console.h. */
#include "console/mux.h"
#include "boot/init.h"
#include "boot/options.h"
#include "console/console.h"
#include "console/shell.h"
#include "console/visible.h"
#include "lib/string.h"
#include "trace/trace.h"
#include "trap/panic.h"
#include "vm/vm.h"

#define LINE_BYTES    160  /* an unfinished line, in console=all */
#define BACKLOG_BYTES 2048 /* output not shown yet, in console=focus */
#define INPUT_BYTES   256

struct channel {
    char line[LINE_BYTES];
    unsigned line_length;
    char backlog[BACKLOG_BYTES]; /* a ring: the oldest goes first */
    unsigned backlog_start, backlog_length;
    char input[INPUT_BYTES]; /* a ring */
    unsigned input_start, input_length;
};

static struct channel channels[VM_MAX];
static struct vm *focused; /* NULL: the hypervisor's own console */
static bool show_all = true;

/* A guest's text on a line of the machine's. Who has the focus has the terminal: all others' bytes
 * that a terminal would obey are spelled out, as ^[ or \x9b. */
static void show_text(const struct vm *vm, const char *text, unsigned bytes)
{
    if (vm == focused) {
        console_raw(text, bytes);
        return;
    }
    for (unsigned taken; bytes; text += taken, bytes -= taken) {
        uint8_t byte = (uint8_t)*text;
        taken = visible_bytes(text, bytes);
        if (taken)
            console_raw(text, taken);
        else if (byte < 0x20 || byte == 0x7f)
            print("^%c", byte ^ 0x40);
        else
            print("\\x%02x", byte);
        taken = taken ? taken : 1;
    }
}

/* Shows the line; if it is not ended, a character that is cut short waits for its rest. */
static void show_line(const struct vm *vm, struct channel *channel, bool is_ended)
{
    unsigned rest = is_ended ? 0 : visible_rest(channel->line, channel->line_length);
    unsigned shown = channel->line_length - rest;

    if (!focused)
        shell_hide();
    print("%s| ", vm->config->name);
    show_text(vm, channel->line, shown);
    console_raw("\n", 1);
    memmove(channel->line, channel->line + shown, rest);
    channel->line_length = rest;
    if (!focused)
        shell_show();
}

static void write_line_by_line(struct vm *vm, struct channel *channel, const char *bytes,
                               size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\r')
            continue;
        if (bytes[i] != '\n')
            channel->line[channel->line_length++] = bytes[i];
        if (bytes[i] == '\n' || channel->line_length == LINE_BYTES)
            show_line(vm, channel, bytes[i] == '\n');
    }
}

static void keep_in_backlog(struct channel *channel, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned end = (channel->backlog_start + channel->backlog_length) % BACKLOG_BYTES;
        channel->backlog[end] = bytes[i];
        if (channel->backlog_length < BACKLOG_BYTES)
            channel->backlog_length++;
        else
            channel->backlog_start = (channel->backlog_start + 1) % BACKLOG_BYTES;
    }
}

static void show_backlog(struct channel *channel)
{
    for (unsigned i = 0; i < channel->backlog_length; i++)
        console_raw(&channel->backlog[(channel->backlog_start + i) % BACKLOG_BYTES], 1);
    channel->backlog_length = 0;
}

void mux_write(struct vm *vm, const char *bytes, size_t length)
{
    struct channel *channel = &channels[vm->id];

    trace(TRACE_CONSOLE, vm->id, TRACE_NO_VM, (uint32_t)length, 0, 0);
    if (show_all)
        write_line_by_line(vm, channel, bytes, length);
    else if (vm == focused)
        console_raw(bytes, length);
    else
        keep_in_backlog(channel, bytes, length);
}

int mux_read(struct vm *vm)
{
    struct channel *channel = &channels[vm->id];

    if (!channel->input_length)
        return -1;
    uint8_t byte = (uint8_t)channel->input[channel->input_start];
    channel->input_start = (channel->input_start + 1) % INPUT_BYTES;
    channel->input_length--;
    return byte;
}

static void type_to(struct vm *vm, char byte)
{
    struct channel *channel = &channels[vm->id];

    if (channel->input_length == INPUT_BYTES)
        return; /* as a UART whose FIFO is full */
    channel->input[(channel->input_start + channel->input_length++) % INPUT_BYTES] = byte;
}

void mux_focus(struct vm *vm)
{
    if (focused && !vm)
        machine_hold();
    else if (!focused && vm)
        machine_release();
    focused = vm;
    if (!vm) {
        shell_open();
        return;
    }
    if (!show_all) {
        print("\n[%s]\n", vm->config->name);
        show_backlog(&channels[vm->id]);
    }
}

static void focus_number(unsigned number)
{
    if (number < VM_MAX && vm_exists(&vms[number]))
        mux_focus(&vms[number]);
    else
        print("\n[there is no VM %u]\n", number);
}

static void focus_next(void)
{
    unsigned from = focused ? focused->id + 1u : 0;

    for (unsigned i = 0; i < VM_MAX; i++)
        if (vm_exists(&vms[(from + i) % VM_MAX])) {
            mux_focus(&vms[(from + i) % VM_MAX]);
            return;
        }
}

/* The key after Ctrl-A. */
static void switch_key(char key)
{
    if (key >= '0' && key <= '9')
        focus_number((unsigned)(key - '0'));
    else if (key == 'n')
        focus_next();
    else if (key == 'h')
        mux_focus(NULL);
    else if (key == 'x')
        shell_end_all();
    else
        print("\n[Ctrl-A 0 … 9: that VM, n: next VM, h: hypervisor, x: end all]\n");
}

void mux_input(char byte)
{
    static bool after_escape;

    if (after_escape || byte == 1) { /* 1: Ctrl-A */
        if (after_escape)
            switch_key(byte);
        after_escape = !after_escape;
        return;
    }
    if (focused)
        type_to(focused, byte);
    else
        shell_input(byte);
}

void mux_reset(struct vm *vm)
{
    struct channel *channel = &channels[vm->id];

    if (channel->line_length)
        show_line(vm, channel, true);
    channel->backlog_length = channel->input_length = 0;
}

void mux_flush(void)
{
    for (unsigned i = 0; i < VM_MAX; i++)
        if (channels[i].line_length)
            show_line(&vms[i], &channels[i], true);
}

bool mux_holds(void)
{
    return !focused;
}

/* Option: console=all|focus. */
static void mux_init(void)
{
    char mode[8] = "all";

    option_text("console", mode, sizeof(mode));
    show_all = strcmp(mode, "all") == 0;
    if (!show_all && strcmp(mode, "focus") != 0)
        panic("option console=%s: all or focus is expected", mode);
    focused = &vms[0];
}

HV_INIT(INIT_TABLES, mux_init);
HV_OPTION("console");
