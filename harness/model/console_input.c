/*
 * What a guest reads from its console: the bytes that were typed for it, in order, and nobody
 * else's. Whose they are tells the focus: the first VM's, until Ctrl-A and a digit, or the
 * operator's line `console VM`, gives it to another. Each byte that arrived at the machine is told
 * by model_console_in; what a read has given stands in the guest's memory, or in a0.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/life.h"
#include "model/order.h"
#include "model/sbi.h"

MODEL_RULE(input_order, "console.input", "SBI 2.0, 12.2 and 5.3; contract",
           "What a guest reads from its console is what was typed for it, in order, and nothing "
           "that was typed for another VM or in a former life.",
           "a guest reads what nobody typed for it");
MODEL_RULE(input_kept, "console.input-kept", "SBI 2.0, 12.2 and 5.3; contract",
           "A byte that was typed for a guest reaches it, as long as fewer than 16 others wait; a "
           "read gives one that has waited for a millisecond.",
           "input of a guest is lost");

#define CAUSE_ECALL  10
#define CTRL_A       1
#define NOBODY       (-1)   /* or it is not known who: nothing is judged from there on */
#define WAITING      1024   /* typed for a VM, and not yet read */
#define SURE         16     /* so many wait without a loss: as many as a UART's FIFO holds */
#define PATIENCE     10000  /* ticks: 1 ms */
#define BIRTH        100000 /* ticks: in which a VM is made anew */
#define READ_AT_MOST 4096
#define NEVER        UINT64_MAX

struct typed {
    uint8_t byte;
    bool may_go; /* it may be lost */
    uint64_t at; /* time; NEVER: not known */
    uint64_t life;
};

struct channel {
    struct typed typed[WAITING]; /* a ring */
    unsigned first, count;
    bool unknown; /* what was typed for it, or read from it, is not known */
};

struct input {
    struct channel vm[MODEL_VMS];
    struct {
        uint64_t at, bytes; /* bytes 0: it does not read */
    } reads[MODEL_VMS][MODEL_VCPUS];
    int focus;
    bool after_escape;
    size_t commands; /* so many lines of the operator's have come */
};

/* Whose the console is by that line; NOBODY: it does not say. */
static int focused_by(const struct model *model, const struct model_command *command)
{
    for (unsigned vm = 0; vm < model->vms; vm++)
        if (order_of(command->text, model->packed[vm].name, vm) == ORDER_FOCUS)
            return (int)vm;
    return NOBODY;
}

/* What is typed at the very time of a line that moves the focus may be either's. */
static void follow_commands(struct model *model, struct input *input)
{
    for (; input->commands < model->setup.command_count; input->commands++) {
        const struct model_command *command = &model->setup.commands[input->commands];
        int vm = focused_by(model, command);

        if (model->setup.booted + command->at > model_now(model) + PATIENCE)
            return;
        if (vm != NOBODY)
            input->focus =
                model->setup.booted + command->at + PATIENCE < model_now(model) ? vm : NOBODY;
    }
}

/* Ctrl-A and a key. Where any other key leads is the hypervisor's choice. */
static void switch_focus(const struct model *model, struct input *input, uint8_t key)
{
    unsigned vm = key - '0';

    input->focus = key >= '0' && key <= '9' && vm < model->vms ? (int)vm : NOBODY;
}

static void type(struct model *model, struct channel *channel, const struct model_vm *vm,
                 uint8_t byte)
{
    struct typed *typed = &channel->typed[(channel->first + channel->count) % WAITING];

    if (channel->count == WAITING) {
        channel->unknown = true;
        return;
    }
    *typed = (struct typed){.byte = byte,
                            .may_go = channel->count >= SURE || !vm->seen || vm->ending ||
                                      life_is_operated(model, vm),
                            .at = model->setup.time ? model_now(model) : NEVER,
                            .life = vm->lives};
    channel->count++;
}

static void console_in(struct model *model, void *own, uint8_t byte)
{
    struct input *input = own;

    if (model->setup.time)
        follow_commands(model, input);
    if (input->after_escape || byte == CTRL_A) {
        if (input->after_escape)
            switch_focus(model, input, byte);
        input->after_escape = !input->after_escape;
    } else if (input->focus != NOBODY) {
        type(model, &input->vm[input->focus], &model->vm[input->focus], byte);
    } else {
        for (unsigned vm = 0; vm < model->vms; vm++)
            input->vm[vm].unknown = true;
    }
}

static void take_exit(struct model *model, void *own, unsigned hart, struct model_vcpu *vcpu,
                      const struct model_state *at)
{
    struct input *input = own;
    const uint64_t *x = at->x;
    bool legacy = x[X_A7] == SBI_LEGACY_CONSOLE_GETCHAR;
    bool reads = legacy || (x[X_A7] == SBI_EXT_DBCN && x[X_A6] == SBI_DBCN_READ);
    uint64_t bytes = legacy ? 1 : x[X_A0];

    (void)model, (void)hart;
    input->reads[vcpu->vm][vcpu->index].at = legacy ? 0 : x[X_A1];
    input->reads[vcpu->vm][vcpu->index].bytes = reads && at->csr.scause == CAUSE_ECALL ? bytes : 0;
}

static void drop(struct channel *channel)
{
    channel->first = (channel->first + 1) % WAITING;
    channel->count--;
}

/* The guest has read the byte. NULL, or the rule that it breaks; *expected: what was to come, -1:
 * nothing. */
static const struct model_rule *read_byte(struct channel *channel, uint8_t byte, int *expected)
{
    *expected = -1;
    for (; channel->count; drop(channel)) {
        const struct typed *typed = &channel->typed[channel->first];

        if (typed->byte == byte) {
            drop(channel);
            return NULL;
        }
        if (*expected < 0 || !typed->may_go)
            *expected = typed->byte;
        if (!typed->may_go)
            break;
    }
    for (unsigned i = 1; i < channel->count; i++) /* another of those that wait: one is missing */
        if (channel->typed[(channel->first + i) % WAITING].byte == byte)
            return &input_kept;
    return &input_order;
}

static void judge(struct model *model, struct channel *channel, unsigned hart,
                  const struct model_vcpu *vcpu, const struct model_state *at, const uint8_t *bytes,
                  uint64_t count)
{
    for (uint64_t i = 0; i < count && !channel->unknown; i++) {
        int expected;
        const struct model_rule *rule = read_byte(channel, bytes[i], &expected);

        MODEL_EXERCISED(input_order);
        MODEL_EXERCISED(input_kept);
        if (!rule)
            continue;
        MODEL_TEXT(seen, "the call gave byte 0x%02x", bytes[i]);
        MODEL_TEXT(want, "byte 0x%02x: it was typed for this VM", (unsigned)expected & 0xff);
        model_broken(model, rule, hart, vcpu, at->code,
                     expected < 0 ? "nothing: all that was typed for this VM was read" : want,
                     seen);
        channel->unknown = true;
    }
}

/* The read has given nothing. */
static void judge_silence(struct model *model, struct channel *channel, unsigned hart,
                          const struct model_vcpu *vcpu, const struct model_state *at)
{
    const struct typed *oldest = NULL;

    for (unsigned i = 0; i < channel->count && !oldest; i++)
        if (!channel->typed[(channel->first + i) % WAITING].may_go)
            oldest = &channel->typed[(channel->first + i) % WAITING];
    if (!oldest || oldest->at == NEVER || channel->unknown)
        return;
    MODEL_EXERCISED(input_kept);
    if (oldest->at + PATIENCE > model_now(model))
        return;
    MODEL_TEXT(want, "byte 0x%02x, which was typed for this VM %" PRIu64 " us before", oldest->byte,
               (model_now(model) - oldest->at) / 10);
    model_broken(model, &input_kept, hart, vcpu, at->code, want, "the call gave nothing");
    channel->unknown = true;
}

static void take_entry(struct model *model, void *own, unsigned hart, struct model_vcpu *vcpu,
                       const struct model_state *at, bool first)
{
    struct input *input = own;
    uint64_t asked = vcpu ? input->reads[vcpu->vm][vcpu->index].bytes : 0, given = 0, left;

    if (!asked)
        return;
    struct channel *channel = &input->vm[vcpu->vm];
    uint64_t address = input->reads[vcpu->vm][vcpu->index].at;
    input->reads[vcpu->vm][vcpu->index].bytes = 0;
    if (first)
        return;
    if (!address) { /* the legacy call */
        uint8_t byte = (uint8_t)at->x[X_A0];
        given = at->x[X_A0] <= 0xff;
        judge(model, channel, hart, vcpu, at, &byte, given);
    } else if (at->x[X_A0] != SBI_SUCCESS || at->x[X_A1] > asked) {
        return;
    }
    for (; address && given < at->x[X_A1] && given < READ_AT_MOST; given += left) {
        const uint8_t *bytes = model_guest_memory(model, at->csr.hgatp, address + given, &left);
        if (!bytes)
            break;
        if (left > at->x[X_A1] - given)
            left = at->x[X_A1] - given;
        judge(model, channel, hart, vcpu, at, bytes, left);
    }
    if (given == 0)
        judge_silence(model, channel, hart, vcpu, at);
}

/* What waited is of the former life, but for what was typed while the VM was made. */
static void begin_life(struct model *model, void *own, struct model_vm *vm)
{
    struct channel *channel = &((struct input *)own)->vm[vm->index];
    uint64_t now = model->setup.time ? model_now(model) : 0;

    for (; channel->count; drop(channel)) {
        const struct typed *typed = &channel->typed[channel->first];
        if (typed->life >= vm->lives || typed->at + BIRTH > now)
            break;
    }
    for (unsigned i = 0; i < channel->count; i++)
        channel->typed[(channel->first + i) % WAITING].may_go = true;
}

MODEL_PART(console_input) = {
    .bytes = sizeof(struct input),
    .console_in = console_in,
    .exit = take_exit,
    .entry = take_entry,
    .life = begin_life,
};
