/*
 * A TCG plugin for QEMU that marks, between the lines of the interrupt log, where the machine
 * runs: firmware, hypervisor or guest. It goes by the physical address of the code, which no
 * program can feign. What each mark means: machine/traplog.h.
 *
 *     -plugin FILE,ram=BYTES,firmware=FROM-TO,hypervisor=FROM-TO,vector=ADDRESS
 *             [,store=FROM-TO]…[,hold=FD[,every=INSTRUCTIONS]]
 *             [,limit=INSTRUCTIONS][,vectors=COUNT]
 *             [,registers=1][,quiet=1][,settle=1][,stuck=1][,syscalls=1][,calls=1][,deadline=NS][,processor=MS]
 *             [,model=FD]
 *
 * All addresses physical, all numbers hexadecimal. With hold= the machine is held at the first
 * entry with each hgatp (mark N), and every so many instructions in the trap vector or before an
 * entry (mark K), until a byte arrives on descriptor FD; at the limit of instructions, or once
 * the trap vector has run so often (mark L), for good. A held hart is not idle for QEMU, so its
 * virtual clock stands: a hold changes nothing in the run.
 * With registers=1 each exit and entry also gives the general registers (mark X).
 * With settle=1, for machines with -icount, harts fall idle only while QEMU's main loop sleeps.
 * With deadline= and processor= the run ends at that virtual time, or processor time: deadline.c.
 * With model=FD the contract of a VM is judged at each exit and entry; FD: struct model_channel.
 * With syscalls=1 system calls of guests' programs are marked (U, Q): see syscalls.c. With calls=1
 * calls of guests to the hypervisor are (C): see contract.c.
 * With stuck=1 a machine that gets nowhere is marked (Z), once: see stuck.c.
 * With quiet=1 only first entries are marked, and little else costs anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch.h"

#define SRET        0x10200073u
#define MRET        0x30200073u
#define WFI         0x10500073u
#define ECALL       0x00000073u
#define HFENCE_MASK 0xfe007fffu
#define HFENCE_GVMA 0x62000073u
#define HFENCE_VVMA 0x22000073u
#define CSR_MASK    0xfff0007fu
#define CSR_HGATP   0x68000073u /* any SYSTEM instruction on CSR 0x680 … */

__attribute__((visibility("default"))) int qemu_plugin_version = WATCH_API;

struct watch watch = {.hold_fd = -1};

#if WATCH_API > 1
static void on_block(unsigned hart, void *data)
{
    (void)hart;
    watch.instructions += (uint64_t)(uintptr_t)data;
}
#endif

/* The RAM is the one shared mapping of its size in this process. */
static void find_ram(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512], flags[8];
    unsigned long long from, to;

    while (maps && !watch.ram && fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%llx-%llx %7s", &from, &to, flags) == 3 && to - from == watch.ram_bytes &&
            flags[3] == 's')
            watch.ram = (char *)(uintptr_t)from;
    }
    if (maps)
        fclose(maps);
}

/* Physical address of code, 0 when it is not in RAM (the board's ROM). */
static uint64_t physical(const char *host)
{
    if (!watch.ram)
        find_ram();
    if (!watch.ram || host < watch.ram || host >= watch.ram + watch.ram_bytes)
        return 0;
    return RAM_BASE + (uint64_t)(host - watch.ram);
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

/* The callback for one instruction of the watch.hypervisor or the watch.firmware, or NULL. */
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

/* Loads, compressed ones too: QEMU 7.2 calls for them those that asked for stores. */
static bool is_load(uint32_t word)
{
    unsigned quadrant = word & 3, function = word >> 13 & 7;

    if (quadrant == 3)
        return (word & 0x7f) == 0x03 || (word & 0x7f) == 0x07;
    return quadrant != 1 && function >= 1 && function <= 3;
}

static void watch_stores(struct qemu_plugin_insn *instruction, uint64_t address, bool is_code)
{
    if (watch.contract && is_code)
        qemu_plugin_register_vcpu_mem_cb(instruction, on_memory_store, PLUGIN_NO_REGISTERS,
                                         PLUGIN_MEMORY_WRITE, (void *)(uintptr_t)address);
    if (watch.stores)
        qemu_plugin_register_vcpu_mem_cb(instruction, on_store, PLUGIN_NO_REGISTERS,
                                         PLUGIN_MEMORY_WRITE, (void *)(uintptr_t)address);
}

/* Fences and CSRs of translation, for the model. before: so was the instruction before. */
static bool watch_memory(struct qemu_plugin_insn *instruction, uint32_t word, uint64_t address,
                         bool before)
{
    bool told = watch.contract && memory_instruction(word);

    if (before)
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_memory_settle, PLUGIN_READ_REGISTERS,
                                               NULL);
    if (told)
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_memory_instruction,
                                               PLUGIN_READ_REGISTERS, (void *)(uintptr_t)address);
    return told;
}

static void count_instructions(struct qemu_plugin_tb *block, size_t count)
{
#if WATCH_API == 1
    qemu_plugin_register_vcpu_tb_exec_inline(block, PLUGIN_ADD_U64, &watch.instructions, count);
#else
    qemu_plugin_register_vcpu_tb_exec_cb(block, on_block, PLUGIN_NO_REGISTERS,
                                         (void *)(uintptr_t)count);
#endif
}

static void on_translate(plugin_id id, struct qemu_plugin_tb *block)
{
    size_t count = qemu_plugin_tb_n_insns(block);
    uint64_t first = physical(qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(block, 0)));
    bool is_hypervisor = within(&watch.hypervisor, first);
    bool is_firmware = !first || within(&watch.firmware, first), told = false;

    (void)id;
    deadline_begin();
    if (!watch.quiet)
        count_instructions(block, count);
    if (is_hypervisor || (is_firmware && !watch.quiet))
        qemu_plugin_register_vcpu_tb_exec_cb(block, is_hypervisor ? on_hypervisor : on_firmware,
                                             PLUGIN_READ_REGISTERS, (void *)(uintptr_t)first);
    if (is_hypervisor && contract_no_text(first))
        qemu_plugin_register_vcpu_tb_exec_cb(block, on_memory_stray, PLUGIN_NO_REGISTERS,
                                             (void *)(uintptr_t)first);
    if ((watch.registers || watch.contract || watch.syscalls) && !is_hypervisor && !is_firmware)
        qemu_plugin_register_vcpu_tb_exec_cb(
            block, on_guest, PLUGIN_READ_REGISTERS,
            (void *)(uintptr_t)qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(block, 0)));
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        const char *host = qemu_plugin_insn_haddr(instruction);
        uint64_t address = physical(host);
        uint32_t word = host ? opcode(host, qemu_plugin_insn_size(instruction)) : 0;

        if (!is_load(word))
            watch_stores(instruction, address, is_hypervisor || is_firmware);
        if (watch.syscalls && !is_hypervisor && !is_firmware && (word == ECALL || word == SRET))
            qemu_plugin_register_vcpu_insn_exec_cb(instruction,
                                                   word == ECALL ? on_guest_ecall : on_guest_sret,
                                                   PLUGIN_READ_REGISTERS, NULL);
        if (watch.settle && word == WFI)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_wfi, PLUGIN_NO_REGISTERS, NULL);
        if (!host || !(is_hypervisor || is_firmware))
            continue;
        told = watch_memory(instruction, word, address, told);
        plugin_execute function = watched(word, is_hypervisor);
        if (function)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, function, PLUGIN_READ_REGISTERS,
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
        return read_range(value, &watch.firmware);
    if (strncmp(argument, "hypervisor", name) == 0)
        return read_range(value, &watch.hypervisor);
    if (strncmp(argument, "store", name) == 0)
        return watch.stores < WATCH_STORES && read_range(value, &watch.store[watch.stores++]);
    uint64_t number = strtoull(value, NULL, 16);
    if (strncmp(argument, "ram", name) == 0)
        watch.ram_bytes = number;
    else if (strncmp(argument, "vector", name) == 0)
        watch.vector = number;
    else if (strncmp(argument, "hold", name) == 0)
        watch.hold_fd = (int)number;
    else if (strncmp(argument, "every", name) == 0)
        watch.every = watch.next_hold = number;
    else if (strncmp(argument, "registers", name) == 0)
        watch.registers = number != 0;
    else if (strncmp(argument, "syscalls", name) == 0)
        watch.syscalls = number != 0;
    else if (strncmp(argument, "calls", name) == 0)
        watch.calls = number != 0;
    else if (strncmp(argument, "stuck", name) == 0)
        watch.stuck = number != 0;
    else if (strncmp(argument, "quiet", name) == 0)
        watch.quiet = number != 0;
    else if (strncmp(argument, "settle", name) == 0)
        watch.settle = number != 0;
    else if (strncmp(argument, "model", name) == 0)
        return contract_open((int)number);
    else if (strncmp(argument, "limit", name) == 0)
        watch.limit = number;
    else if (strncmp(argument, "vectors", name) == 0)
        watch.vectors = number;
    else if (strncmp(argument, "deadline", name) == 0)
        watch.deadline = number;
    else if (strncmp(argument, "processor", name) == 0)
        watch.processor = number;
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
    if (!watch.ram_bytes || watch.hypervisor.to == 0) {
        fprintf(stderr, "watch plugin: ram= and hypervisor= are needed\n");
        return -1;
    }
    if (watch.settle)
        settle_open();
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    if (!watch.quiet)
        qemu_plugin_register_vcpu_idle_cb(id, on_idle);
    if (!watch.quiet || watch.settle)
        qemu_plugin_register_vcpu_resume_cb(id, on_resume);
#if WATCH_API > 1
    qemu_plugin_register_vcpu_init_cb(id, registers_on_hart);
#endif
    deadline_open();
    mark('P', 0, (uint64_t[]){WATCH_API}, 1);
    return 0;
}
