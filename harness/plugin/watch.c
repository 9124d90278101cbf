/*
 * A TCG plugin for QEMU that marks, between the lines of the interrupt log, where the machine
 * runs: firmware, hypervisor or guest. It goes by the physical address of the code, which no
 * program can feign. What each mark means: machine/traplog.h.
 *
 *     -plugin FILE,ram=BYTES,firmware=FROM-TO,hypervisor=FROM-TO,vector=ADDRESS
 *             [,store=FROM-TO]…[,hold=FD,every=INSTRUCTIONS][,limit=INSTRUCTIONS]
 *
 * All addresses physical and hexadecimal. Every so many instructions it holds the machine in the
 * trap vector (mark K) until a byte arrives on descriptor FD; at the limit (mark L) for good.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"

#define HARTS    64
#define RAM_BASE 0x80000000ull
#define STORES   16

#define SRET            0x10200073u
#define MRET            0x30200073u
#define HFENCE_MASK     0xfe007fffu
#define HFENCE_GVMA     0x62000073u
#define HFENCE_VVMA     0x22000073u
#define CSR_MASK        0xfff0007fu
#define CSR_HGATP       0x68000073u /* any SYSTEM instruction on CSR 0x680 … */
#define CSR_FUNCTION(i) ((i) >> 12 & 7)
#define CSR_SOURCE(i)   ((i) >> 15 & 31)

struct range {
    uint64_t from, to;
};

__attribute__((visibility("default"))) int qemu_plugin_version = WATCH_API;

static struct range firmware, hypervisor, store[STORES];
static unsigned stores;
static uint64_t vector, ram_bytes, limit, every, next_hold;
static int hold_fd = -1;
static uint64_t instructions; /* executed by all harts; whole blocks at a time */

static const char *ram; /* host address of the RAM's first byte; NULL: not found yet */

/* Per hart: what the marks already say, so that each change gives one mark. */
static struct {
    bool in_firmware;
    bool after_sret;
} state[HARTS];

static bool within(const struct range *range, uint64_t address)
{
    return address >= range->from && address < range->to;
}

static void mark(char letter, unsigned hart, const uint64_t *value, unsigned values)
{
    char line[96];
    int length =
        snprintf(line, sizeof(line), "@%c %x %llx", letter, hart, (unsigned long long)instructions);

    for (unsigned i = 0; i < values; i++)
        length += snprintf(line + length, sizeof(line) - (size_t)length, " %llx",
                           (unsigned long long)value[i]);
    snprintf(line + length, sizeof(line) - (size_t)length, "\n");
    qemu_plugin_outs(line);
}

static void wait_for_byte(void)
{
    char byte;

    while (read(hold_fd, &byte, 1) < 0)
        continue;
}

/* Where the machine may be held: nothing of a guest is in flight. */
static void maybe_hold(unsigned hart)
{
    if (limit && instructions >= limit) {
        mark('L', hart, NULL, 0);
        for (;;)
            pause();
    }
    if (!every || instructions < next_hold || hold_fd < 0)
        return;
    next_hold = instructions + every;
    mark('K', hart, NULL, 0);
    wait_for_byte();
}

/* First block after a while in the hypervisor or the firmware. data: its physical address. */
static void on_hypervisor(unsigned hart, void *data)
{
    uint64_t address = (uint64_t)(uintptr_t)data;

    state[hart].in_firmware = false;
    if (address == vector) {
        state[hart].after_sret = false;
        mark('V', hart, NULL, 0);
        maybe_hold(hart);
        return;
    }
    if (state[hart].after_sret)
        mark('B', hart, NULL, 0);
    state[hart].after_sret = false;
}

static void on_firmware(unsigned hart, void *data)
{
    (void)data;
    if (!state[hart].in_firmware)
        mark('F', hart, NULL, 0);
    state[hart].in_firmware = true;
}

static void on_mret(unsigned hart, void *data)
{
    (void)data;
    state[hart].in_firmware = false;
    mark('M', hart, NULL, 0);
}

static void on_sret(unsigned hart, void *data)
{
    uint64_t address = (uint64_t)(uintptr_t)data;

    maybe_hold(hart);
    state[hart].after_sret = true;
    mark('S', hart, &address, 1);
}

#define ON_INSTRUCTION(name, letter)                                                               \
    static void name(unsigned hart, void *data)                                                    \
    {                                                                                              \
        uint64_t address = (uint64_t)(uintptr_t)data;                                              \
                                                                                                   \
        mark(letter, hart, &address, 1);                                                           \
    }

ON_INSTRUCTION(on_gvma, 'G')
ON_INSTRUCTION(on_vvma, 'H')
ON_INSTRUCTION(on_hgatp, 'A')

static void on_store(unsigned hart, uint32_t info, uint64_t address, void *data)
{
    struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);
    uint64_t value[2] = {(uint64_t)(uintptr_t)data, 0};

    if (!where || qemu_plugin_hwaddr_is_io(where))
        return;
    value[1] = qemu_plugin_hwaddr_phys_addr(where);
    for (unsigned i = 0; i < stores; i++) {
        if (within(&store[i], value[1])) {
            mark('W', hart, value, 2);
            return;
        }
    }
}

static void on_idle(plugin_id id, unsigned hart)
{
    (void)id;
    mark('I', hart, NULL, 0);
}

static void on_resume(plugin_id id, unsigned hart)
{
    (void)id;
    mark('R', hart, NULL, 0);
}

#if WATCH_API > 1
static void on_block(unsigned hart, void *data)
{
    (void)hart;
    instructions += (uint64_t)(uintptr_t)data;
}
#endif

/* The RAM is the one shared mapping of its size in this process. */
static void find_ram(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512], flags[8];
    unsigned long long from, to;

    while (maps && !ram && fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%llx-%llx %7s", &from, &to, flags) == 3 && to - from == ram_bytes &&
            flags[3] == 's')
            ram = (const char *)(uintptr_t)from;
    }
    if (maps)
        fclose(maps);
}

/* Physical address of code, 0 when it is not in RAM (the board's ROM). */
static uint64_t physical(const char *host)
{
    if (!ram)
        find_ram();
    if (!ram || host < ram || host >= ram + ram_bytes)
        return 0;
    return RAM_BASE + (uint64_t)(host - ram);
}

static uint32_t opcode(const char *host, size_t bytes)
{
    uint32_t word = 0;

    memcpy(&word, host, bytes < 4 ? 2 : 4);
    return word;
}

static bool writes_hgatp(uint32_t word)
{
    if ((word & CSR_MASK) != CSR_HGATP || CSR_FUNCTION(word) == 0 || CSR_FUNCTION(word) == 4)
        return false;
    return (CSR_FUNCTION(word) & 3) == 1 || CSR_SOURCE(word) != 0;
}

/* The callback for one instruction of the hypervisor or the firmware, or NULL. */
static plugin_execute watched(uint32_t word, bool is_hypervisor)
{
    if (!is_hypervisor)
        return word == MRET ? on_mret : NULL;
    if (word == SRET)
        return on_sret;
    if ((word & HFENCE_MASK) == HFENCE_GVMA)
        return on_gvma;
    if ((word & HFENCE_MASK) == HFENCE_VVMA)
        return on_vvma;
    return writes_hgatp(word) ? on_hgatp : NULL;
}

static void watch_stores(struct qemu_plugin_insn *instruction, uint64_t address)
{
    if (stores)
        qemu_plugin_register_vcpu_mem_cb(instruction, on_store, PLUGIN_NO_REGISTERS,
                                         PLUGIN_MEMORY_WRITE, (void *)(uintptr_t)address);
}

static void on_translate(plugin_id id, struct qemu_plugin_tb *block)
{
    size_t count = qemu_plugin_tb_n_insns(block);
    uint64_t first = physical(qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(block, 0)));
    bool is_hypervisor = within(&hypervisor, first);
    bool is_firmware = !first || within(&firmware, first);

    (void)id;
#if WATCH_API == 1
    qemu_plugin_register_vcpu_tb_exec_inline(block, PLUGIN_ADD_U64, &instructions, count);
#else
    qemu_plugin_register_vcpu_tb_exec_cb(block, on_block, PLUGIN_NO_REGISTERS,
                                         (void *)(uintptr_t)count);
#endif
    if (is_hypervisor || is_firmware)
        qemu_plugin_register_vcpu_tb_exec_cb(block, is_hypervisor ? on_hypervisor : on_firmware,
                                             PLUGIN_NO_REGISTERS, (void *)(uintptr_t)first);
    for (size_t i = 0; i < count && (is_hypervisor || is_firmware || stores); i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        const char *host = qemu_plugin_insn_haddr(instruction);
        uint64_t address = physical(host);

        watch_stores(instruction, address);
        if (!host || !(is_hypervisor || is_firmware))
            continue;
        plugin_execute function =
            watched(opcode(host, qemu_plugin_insn_size(instruction)), is_hypervisor);
        if (function)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, function, PLUGIN_NO_REGISTERS,
                                                   (void *)(uintptr_t)address);
    }
}

static bool read_range(const char *text, struct range *range)
{
    unsigned long long from, to;

    if (sscanf(text, "%llx-%llx", &from, &to) != 2 || from >= to)
        return false;
    *range = (struct range){from, to};
    return true;
}

static bool read_argument(const char *argument)
{
    const char *value = strchr(argument, '=');
    size_t name = value ? (size_t)(value - argument) : 0;

    if (!value++)
        return false;
    if (strncmp(argument, "firmware", name) == 0)
        return read_range(value, &firmware);
    if (strncmp(argument, "hypervisor", name) == 0)
        return read_range(value, &hypervisor);
    if (strncmp(argument, "store", name) == 0)
        return stores < STORES && read_range(value, &store[stores++]);
    uint64_t number = strtoull(value, NULL, 16);
    if (strncmp(argument, "ram", name) == 0)
        ram_bytes = number;
    else if (strncmp(argument, "vector", name) == 0)
        vector = number;
    else if (strncmp(argument, "hold", name) == 0)
        hold_fd = (int)number;
    else if (strncmp(argument, "every", name) == 0)
        every = next_hold = number;
    else if (strncmp(argument, "limit", name) == 0)
        limit = number;
    else
        return false;
    return true;
}

__attribute__((visibility("default"))) int
qemu_plugin_install(plugin_id id, const struct qemu_info *info, int count, char **argument)
{
    (void)info;
    for (int i = 0; i < count; i++) {
        if (!read_argument(argument[i])) {
            fprintf(stderr, "watch plugin: argument \"%s\" is not understood\n", argument[i]);
            return -1;
        }
    }
    if (!ram_bytes || hypervisor.to == 0) {
        fprintf(stderr, "watch plugin: ram= and hypervisor= are needed\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_vcpu_idle_cb(id, on_idle);
    qemu_plugin_register_vcpu_resume_cb(id, on_resume);
    mark('P', 0, (uint64_t[]){WATCH_API}, 1);
    return 0;
}
