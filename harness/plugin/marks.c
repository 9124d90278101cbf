/* The callbacks: what runs becomes marks, one for each change. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define HGATPS  1024
#define UNKNOWN (~0ull)

#define INSTRUCTIONS_A_TICK 100 /* with -icount shift=0 */

/* Per hart: what the marks already say, so that each change gives one mark. */
static struct {
    bool in_firmware;
    bool after_sret;
    bool left;              /* the image, by an sret into a guest or an mret */
    uint64_t hgatp;         /* as last written */
    uint64_t hgatp_written; /* address of the instruction whose effect is not yet known; 0: none */
    uint32_t hgatp_word;    /* that instruction */
    uint64_t entered;       /* hgatp of the last entry */
} state[WATCH_HARTS];

static uint64_t entered[HGATPS]; /* every hgatp that was entered with */
static unsigned entered_count;

bool within(const struct range *range, uint64_t address)
{
    return address >= range->from && address < range->to;
}

void mark(char letter, unsigned hart, const uint64_t *value, unsigned values)
{
    char line[160];

    if (watch.quiet && letter != 'N' && letter != 'Z')
        return;
    int length = snprintf(line, sizeof(line), "@%c %x %llx", letter, hart,
                          (unsigned long long)watch.instructions);

    for (unsigned i = 0; i < values; i++)
        length += snprintf(line + length, sizeof(line) - (size_t)length, " %llx",
                           (unsigned long long)value[i]);
    snprintf(line + length, sizeof(line) - (size_t)length, "\n");
    qemu_plugin_outs(line);
}

static void wait_for_byte(void)
{
    char byte;

    while (read(watch.hold_fd, &byte, 1) < 0)
        continue;
}

static void hold_for_good(unsigned hart)
{
    mark('L', hart, NULL, 0);
    for (;;)
        pause();
}

/* Where the machine may be held: nothing of a guest is in flight. */
static void maybe_hold(unsigned hart)
{
    if (watch.limit && watch.instructions >= watch.limit)
        hold_for_good(hart);
    if (!watch.every || watch.instructions < watch.next_hold || watch.hold_fd < 0)
        return;
    watch.next_hold = watch.instructions + watch.every;
    mark('K', hart, NULL, 0);
    wait_for_byte();
}

/*
 * The block after an instruction that wrote hgatp: what was its value? csrw ends a block, so the
 * registers are in memory by now.
 */
static void settle_hgatp(unsigned hart)
{
    uint32_t word = state[hart].hgatp_word;
    uint64_t old = state[hart].hgatp, operand = CSR_SOURCE(word);
    uint64_t value[2] = {state[hart].hgatp_written, UNKNOWN};

    state[hart].hgatp_written = 0;
    bool known = CSR_FUNCTION(word) >= 5 || read_general(hart, CSR_SOURCE(word), &operand);
    if (CSR_DESTINATION(word) != 0 && CSR_DESTINATION(word) == CSR_SOURCE(word))
        known = false; /* it has been overwritten */
    if (known && (CSR_FUNCTION(word) & 3) == 1)
        value[1] = operand;
    else if (known && old != UNKNOWN)
        value[1] = (CSR_FUNCTION(word) & 3) == 2 ? old | operand : old & ~operand;
    state[hart].hgatp = value[1];
    mark('A', hart, value, 2);
}

/* "@X hart instructions entry pc x1 … x31", at the begin of a block, when they are in memory. */
static void mark_registers(unsigned hart, unsigned entry, uint64_t pc)
{
    char line[640];
    int length = snprintf(line, sizeof(line), "@X %x %llx %x %llx", hart,
                          (unsigned long long)watch.instructions, entry, (unsigned long long)pc);

    for (unsigned n = 1; n < 32; n++) {
        uint64_t value = 0;

        if (!read_general(hart, n, &value))
            return;
        length += snprintf(line + length, sizeof(line) - (size_t)length, " %llx",
                           (unsigned long long)value);
    }
    snprintf(line + length, sizeof(line) - (size_t)length, "\n");
    qemu_plugin_outs(line);
}

/* A block of a guest begins; only watched where registers are wanted. */
void on_guest(unsigned hart, void *data)
{
    if (!state[hart].left)
        memory_outside(hart, (uint64_t)(uintptr_t)data);
    state[hart].left = true;
    if (watch.syscalls)
        syscalls_block(hart, (uint64_t)(uintptr_t)data, state[hart].hgatp);
    if (!state[hart].after_sret)
        return;
    contract_block(hart);
    if (watch.registers)
        mark_registers(hart, 1, (uint64_t)(uintptr_t)data);
    state[hart].after_sret = false;
}

/* The main loop that has woken a hart goes to sleep again before the hart gets on. */
static bool resumed;

static void settle_after_resume(void)
{
    if (resumed && watch.settle)
        settle();
    resumed = false;
}

/* When the hypervisor began, by the instructions since, as no hart sleeps meanwhile. */
static void note_boot(unsigned hart)
{
    static uint64_t instructions;
    uint64_t now;

    if (!instructions) {
        instructions = watch.instructions;
        contract_boot(hart);
    }
    if (clock_ticks(hart, &now))
        watch.booted = now - (watch.instructions - instructions) / INSTRUCTIONS_A_TICK;
}

/* A block of the hypervisor begins. data: its physical address. */
void on_hypervisor(unsigned hart, void *data)
{
    uint64_t address = (uint64_t)(uintptr_t)data;

    settle_after_resume();
    clock_look(hart);
    if (!watch.booted)
        note_boot(hart);
    memory_settle(hart);
    contract_block(hart);
    stuck_block(hart, address);
    state[hart].in_firmware = false;
    state[hart].left = false;
    if (address == watch.vector) {
        stuck_trap(hart);
        state[hart].after_sret = false;
        state[hart].hgatp_written = 0; /* it trapped, so it wrote nothing */
        mark('V', hart, NULL, 0);
        contract_vector(hart);
        memory_turn();
        if (watch.registers)
            mark_registers(hart, 0, 0);
        if (watch.vectors && --watch.vectors == 0)
            hold_for_good(hart);
        maybe_hold(hart);
        return;
    }
    if (state[hart].hgatp_written)
        settle_hgatp(hart);
    if (state[hart].after_sret)
        mark('B', hart, NULL, 0);
    state[hart].after_sret = false;
}

void on_firmware(unsigned hart, void *data)
{
    (void)data;
    settle_after_resume();
    clock_look(hart);
    memory_settle(hart);
    contract_block(hart);
    state[hart].left = false;
    if (!state[hart].in_firmware)
        mark('F', hart, NULL, 0);
    state[hart].in_firmware = true;
}

void on_mret(unsigned hart, void *data)
{
    (void)data;
    state[hart].in_firmware = false;
    state[hart].left = true;
    mark('M', hart, NULL, 0);
}

/* The machine stands before its first entry with this second stage. */
static void on_first_entry(unsigned hart, uint64_t hgatp)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* harts may run at the same time */
    unsigned i = 0;

    if (state[hart].entered == hgatp)
        return;
    state[hart].entered = hgatp;
    pthread_mutex_lock(&lock);
    while (i < entered_count && entered[i] != hgatp)
        i++;
    if (i == entered_count && entered_count < HGATPS) {
        entered[entered_count++] = hgatp;
        mark('N', hart, &hgatp, 1);
        if (watch.hold_fd >= 0)
            wait_for_byte();
    }
    pthread_mutex_unlock(&lock);
}

void on_sret(unsigned hart, void *data)
{
    uint64_t value[2] = {(uint64_t)(uintptr_t)data, 0};

    memory_settle(hart);
    if (state[hart].hgatp_written)
        settle_hgatp(hart);
    value[1] = state[hart].hgatp;
    maybe_hold(hart);
    if (value[1])
        on_first_entry(hart, value[1]);
    state[hart].after_sret = true;
    state[hart].left = contract_sret(hart, value[0]);
    stuck_sret(hart);
    mark('S', hart, value, 2);
}

void on_hgatp(unsigned hart, void *data)
{
    const uint64_t address = (uint64_t)(uintptr_t)data;

    state[hart].hgatp_written = address;
    memcpy(&state[hart].hgatp_word, watch.ram + (address - RAM_BASE), sizeof(uint32_t));
}

#define ON_INSTRUCTION(name, letter)                                                               \
    void name(unsigned hart, void *data)                                                           \
    {                                                                                              \
        uint64_t address = (uint64_t)(uintptr_t)data;                                              \
                                                                                                   \
        mark(letter, hart, &address, 1);                                                           \
    }

ON_INSTRUCTION(on_gvma, 'G')
ON_INSTRUCTION(on_vvma, 'H')

void on_store(unsigned hart, uint32_t info, uint64_t address, void *data)
{
    struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);
    uint64_t value[2] = {(uint64_t)(uintptr_t)data, 0};

    if (!where || qemu_plugin_hwaddr_is_io(where))
        return;
    value[1] = qemu_plugin_hwaddr_phys_addr(where);
    for (unsigned i = 0; i < watch.stores; i++) {
        if (within(&watch.store[i], value[1])) {
            mark('W', hart, value, 2);
            return;
        }
    }
}

void on_idle(plugin_id id, unsigned hart)
{
    (void)id;
    mark('I', hart, NULL, 0);
}

void on_resume(plugin_id id, unsigned hart)
{
    (void)id;
    resumed = true;
    mark('R', hart, NULL, 0);
}
