/*
 * Sequences of SBI calls by two VMs. Whatever they ask, the hypervisor does not panic, other
 * VMs' memory and registers stay as they are, and answers are SBI's error codes.
 *
 *     a call, 8 bytes:  who | extension | function | four kinds of argument | interrupts enabled
 *     then 8 bytes for each argument whose kind is 0: its value
 */
#include "hv/fake_machine.h"
#include "memory/guest_memory.h"
#include "memory/page.h"
#include <stdlib.h>
#include <string.h>

#define CALLS_MAX 64
#define CANARY    (GUEST_RAM + 0xa0000)

static const uint64_t extensions[] = {SBI_EXT_BASE,
                                      SBI_EXT_TIME,
                                      SBI_EXT_IPI,
                                      SBI_EXT_RFENCE,
                                      SBI_EXT_HSM,
                                      SBI_EXT_SRST,
                                      SBI_EXT_DBCN,
                                      SBI_EXT_STA,
                                      SBI_EXT_PV,
                                      1,
                                      2,
                                      8,
                                      0,
                                      3,
                                      4,
                                      0xdeadbeef};

struct input {
    const uint8_t *at, *end;
};

static uint64_t take(struct input *input, size_t bytes)
{
    uint64_t value = 0;

    if ((size_t)(input->end - input->at) < bytes)
        bytes = (size_t)(input->end - input->at);
    memcpy(&value, input->at, bytes);
    input->at += bytes;
    return value;
}

static void require(bool fact)
{
    if (!fact)
        abort();
}

/* Arguments near what matters, more often than chance would have it. */
static uint64_t take_argument(struct input *input, uint8_t kind)
{
    static const uint64_t places[] = {
        0, 1, 2, GUEST_RAM, GUEST_END, GUEST_RAM + 0x80000, UINT64_MAX, 1ull << 63, 1ull << 31};

    if (kind == 0)
        return take(input, 8);
    return places[(kind >> 4) % 9] + (uint64_t)(int64_t)((kind & 15) - 4);
}

static void require_canary(struct vm *vm)
{
    char text[16] = "";

    guest_memory_read(vm, CANARY, text, 9);
    require(strcmp(text, "untouched") == 0);
}

static void require_answer(uint64_t extension, struct sbi_result result)
{
    if (extension > SBI_LEGACY_SHUTDOWN)
        require(result.error <= 0 && result.error >= SBI_ERR_NO_SHMEM);
}

/* Makes one call; the other VM must not notice. */
static void call(struct input *input)
{
    uint8_t who = (uint8_t)take(input, 1), extension = (uint8_t)take(input, 1);
    uint8_t function = (uint8_t)take(input, 1);
    uint64_t kinds = take(input, 4), arguments[5] = {0};
    struct vm *vm = &vms[who & 1], *other = &vms[~who & 1];
    struct vcpu *caller = vm->vcpu[(who >> 1) % vm->vcpu_count];

    if (caller->state == VCPU_STOPPED || vm->report->state != VM_STATE_RUNNING)
        return;
    vcpu_wake(caller, TRACE_WAKEUP_TIMER);
    machine_enter(caller);
    fake_machine.loaded.enabled = take(input, 1) << 1;
    fake_machine.written_bytes = 0;
    for (unsigned i = 0; i < 4; i++)
        arguments[i] = take_argument(input, (uint8_t)(kinds >> 8 * i));
    struct vcpu before = *other->vcpu[0];
    uint64_t resident = other->report->resident;
    uint64_t number = extensions[extension % 16];
    struct sbi_result result = machine_call(caller, number, function, arguments);
    bool anew = number == SBI_EXT_HSM && function == SBI_HSM_HART_SUSPEND; /* a0, a1: its own */
    if (!anew)
        require_answer(number, result);
    require(memcmp(before.x, other->vcpu[0]->x, sizeof before.x) == 0);
    require(before.pc == other->vcpu[0]->pc && before.state == other->vcpu[0]->state);
    require(resident == other->report->resident);
    require_canary(other);
    fake_machine.clock += 1000;
    timers_run(&harts[0], fake_machine.clock);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};

    if (vms[0].vcpu_count == 0)
        machine_begin(2);
    else
        machine_again();
    machine_has_sstc = size % 2;
    vcpu_start(vms[1].vcpu[1], GUEST_RAM, 0);
    for (unsigned i = 0; i < 2; i++)
        guest_memory_write(&vms[i], CANARY, "untouched", 9);
    machine_type("typed");
    for (unsigned calls = 0; calls < CALLS_MAX && input.at < input.end; calls++)
        call(&input);
    return 0;
}
