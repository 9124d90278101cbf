/* The lines about missteps; see missteps.h. */
#include "monitor/missteps.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>

#include "monitor/monitor.h"
#include "symbols/symbols.h"
#include "trace/event.h"

#define EXC_INST_ILLEGAL 2
#define EXC_ECALL        10 /* of VS-mode */
#define NOWHERE          UINT64_MAX
#define LOOP             16 /* as often in a row, at one place, is no accident */

struct device {
    uint64_t first, last;
    const char *name;
};

/* QEMU's hw/riscv/virt.c has this map, and the device trees that it makes. */
static const struct device devices[] = {
    {0x100, 0xfff, "the debug area"},
    {0x1000, 0xffff, "the boot ROM"},
    {0x100000, 0x100fff, "the test finisher"},
    {0x101000, 0x101fff, "the RTC"},
    {0x2000000, 0x200ffff, "the CLINT"},
    {0x2f00000, 0x2f03fff, "the ACLINT"},
    {0x3000000, 0x300ffff, "the PCIe ports"},
    {0x4000000, 0x5ffffff, "the platform bus"},
    {0xc000000, 0xfffffff, "the PLIC or APLIC"},
    {0x10000000, 0x100000ff, "the UART"},
    {0x10001000, 0x10008fff, "a virtio-mmio slot"},
    {0x10100000, 0x10100017, "the fw_cfg"},
    {0x20000000, 0x23ffffff, "the flash"},
    {0x24000000, 0x2fffffff, "the IMSIC"},
    {0x30000000, 0x3fffffff, "the PCIe configuration space"},
    {0x40000000, 0x7fffffff, "the PCIe memory window"},
    {0x400000000, 0x7ffffffff, "the PCIe memory window"},
};

const char *board_device(uint64_t address)
{
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (address >= devices[i].first && address <= devices[i].last)
            return devices[i].name;
    }
    return NULL;
}

/* The physical address that the access led to, as far as it is known: the fault tells its page,
 * and the virtual address the offset in it. */
static uint64_t address_of(const struct monitor_fault *fault)
{
    return fault->gpa == NOWHERE ? fault->stval : (fault->gpa & ~0xfffull) | (fault->stval & 0xfff);
}

static void print_place(FILE *stream, const struct symbols *symbols, uint64_t pc)
{
    uint64_t offset;
    const char *name = symbols != NULL ? symbols_name(symbols, pc, &offset) : NULL;
    fprintf(stream, "pc 0x%" PRIx64, pc);
    if (name != NULL)
        fprintf(stream, " (%s+0x%" PRIx64 ")", name, offset);
}

/* Does the instruction want machine mode: a CSR of that mode, or mret? */
static bool wants_machine_mode(uint64_t instruction)
{
    bool is_system = (instruction & 0x7f) == 0x73, is_csr = (instruction >> 12 & 3) != 0;
    return is_system && ((is_csr && (instruction >> 28 & 3) == 3) || instruction == 0x30200073);
}

static void print_fault(FILE *stream, const struct symbols *symbols,
                        const struct monitor_fault *fault)
{
    const char *cause = cause_name((uint32_t)fault->cause);
    fprintf(stream, "%s at ", cause ? cause : "a fault");
    if (fault->cause == EXC_INST_ILLEGAL) {
        print_place(stream, symbols, fault->pc);
        if (fault->stval != 0)
            fprintf(stream, ", instruction 0x%" PRIx64 "%s", fault->stval,
                    wants_machine_mode(fault->stval) ? ", which wants machine mode" : "");
        return;
    }
    const char *device = board_device(address_of(fault));
    fprintf(stream, "0x%" PRIx64, address_of(fault));
    if (device != NULL)
        fprintf(stream, ", where a virt board has %s", device);
    fputs(", ", stream);
    print_place(stream, symbols, fault->pc);
}

static void print_all(FILE *stream, const struct monitor_vm *vm, const struct symbols *symbols)
{
    for (unsigned i = 0; i < MONITOR_FAULTS && i < vm->faults && vm->fault[i].cause != 0; i++) {
        fprintf(stream, "%s: was given ", vm->name);
        print_fault(stream, symbols, &vm->fault[i]);
        fputc('\n', stream);
    }
    if (vm->last_fault_repeated >= LOOP) {
        fprintf(stream, "%s: loops in faults, %" PRIu64 " times ", vm->name,
                vm->last_fault_repeated);
        print_fault(stream, symbols, &vm->last_fault);
        fputc('\n', stream);
    }
    if (vm->exits[EXC_ECALL] == 0)
        fprintf(stream, "%s: never called the hypervisor: its console and its end are SBI calls\n",
                vm->name);
}

void missteps_print(FILE *stream, const struct monitor_vm *vm, const char *image)
{
    if (vm->state == VM_STATE_FREE || vm_ended_well(vm))
        return;
    struct symbols *symbols = image != NULL ? symbols_open(image, NULL) : NULL;
    print_all(stream, vm, symbols);
    if (symbols != NULL)
        symbols_close(symbols);
}
