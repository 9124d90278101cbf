/* See fake_machine.h. */
#include "hv/fake_machine.h"

#include "boot/board.h"
#include "boot/init.h"
#include "console/console.h"
#include "console/mux.h"
#include "hv/arena.h"
#include "hv/bundle_maker.h"
#include "hv/fake_metal.h"
#include "lib/lock.h"
#include "metal/metal.h"
#include "vcpu/run.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PAGES 4096

struct fake_machine fake_machine;
uint64_t boot_hart_id, boot_device_tree, boot_time;
bool machine_has_sstc;

/* The hypervisor's own image, in small. */
char __image_start[0x5800] __attribute__((aligned(4096)));
__asm__(".globl __text_end, __rodata_end, __image_end, __stack_guard, __emergency_stack_guard\n"
        ".set __text_end, __image_start + 0x1234\n"
        ".set __rodata_end, __image_start + 0x3000\n"
        ".set __stack_guard, __image_start + 0x4000\n"
        ".set __emergency_stack_guard, __image_start + 0x5000\n"
        ".set __image_end, __image_start + 0x5800\n");
struct maker fake_bundle;

void machine_init(enum init_stage stage)
{
    REGISTRY_EACH (hv_init, struct init_entry, entry)
        if (entry->stage == stage)
            entry->function();
}

void init_run(enum init_stage stage)
{
    machine_init(stage);
}

void machine_prepare(unsigned count)
{
    const char *bootargs = board.bootargs != NULL ? board.bootargs : "";

    fake_machine = (struct fake_machine){.clock = 5000};
    fake_reset(false);
    board = (struct board){.timebase_hz = 10000000, .bootargs = bootargs};
    memset(harts, 0, sizeof harts);
    fake_hart = &harts[0];
    hart_count = 1;
    locks_matter = false;
    fake_on_wait = NULL;
    fake_ipis = 0;
    memset(&monitor, 0, sizeof monitor);
    memset(vms, 0, sizeof vms);
    machine_has_sstc = false;
    board.ram = (struct board_range){arena_begin(PAGES, ORDER_2M), PAGES * PAGE_SIZE};
    machine_init(INIT_FRAMES);
    machine_init(INIT_HART);
    machine_init(INIT_TABLES);
    maker_begin(&fake_bundle, count);
}

void machine_begin(unsigned count)
{
    char why[200] = "";

    machine_prepare(count);
    bool taken = bundle_open(&bundle, fake_bundle.bytes, MAKER_BYTES, UINT64_MAX, why, sizeof why);
    assert(taken && why[0] == '\0');
    for (unsigned i = 0; i < count; i++) {
        bool made = vm_create(i, why, sizeof why);
        assert(made && why[0] == '\0');
        vm_start(&vms[i]);
    }
    machine_enter(vms[0].vcpu[0]);
}

void machine_again(void)
{
    char why[200];

    fake_machine = (struct fake_machine){.clock = fake_machine.clock};
    fake_reset(false);
    for (unsigned i = 0; i < bundle.header->vm_count; i++) {
        bool made = vm_restart(&vms[i], why, sizeof why);
        assert(made);
    }
    machine_enter(vms[0].vcpu[0]);
}

void machine_end(void)
{
    if (mux_holds())
        mux_focus(&vms[0]); /* the operator holds the machine no more */
    for (unsigned i = 0; i < VM_MAX; i++) {
        if (!vm_exists(&vms[i]))
            continue;
        vm_end(&vms[i], VM_END_KILLED, 0);
        vm_destroy(&vms[i]);
    }
    arena_end();
    fake_on_wait = NULL;
    hart_count = 1;
    locks_matter = false;
    board = (struct board){.timebase_hz = 10000000, .bootargs = ""};
}

void machine_enter(struct vcpu *vcpu)
{
    struct hart *hart = &harts[0];

    if (hart->loaded != NULL)
        context_save(hart->loaded);
    context_load(vcpu);
    hart->loaded = hart->current = vcpu;
}

struct sbi_result machine_call(struct vcpu *vcpu, uint64_t extension, uint64_t function,
                               const uint64_t arguments[5])
{
    memcpy(&vcpu->x[REG_A0], arguments, 5 * sizeof *arguments);
    vcpu->x[REG_A6] = function;
    vcpu->x[REG_A7] = extension;
    sbi_handle(vcpu);
    return (struct sbi_result){(int64_t)vcpu->x[REG_A0], vcpu->x[REG_A1]};
}
