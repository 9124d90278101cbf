/* See fake_machine.h. */
#include "hv/fake_machine.h"

#include "boot/board.h"
#include "boot/init.h"
#include "console/console.h"
#include "console/mux.h"
#include "hv/arena.h"
#include "hv/bundle_maker.h"
#include "hv/fake_metal.h"
#include "metal/metal.h"
#include "vcpu/run.h"
#include <assert.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES 4096

struct fake_machine fake_machine;
struct board board = {.timebase_hz = 10000000};
struct hart harts[HART_MAX];
unsigned hart_count = 1;
_Thread_local struct hart *fake_hart = &harts[0];
uint32_t fake_ipis;
void (*fake_on_wait)(void);
jmp_buf fake_stop_return;
bool fake_stop_expected;
struct monitor monitor;
bool machine_has_sstc;
static struct maker maker;
static uint64_t ram;

static void run_inits(enum init_stage stage)
{
    REGISTRY_EACH (hv_init, struct init_entry, entry)
        if (entry->stage == stage)
            entry->function();
}

static void make_vms(unsigned count)
{
    char why[200] = "";

    maker_begin(&maker, count);
    bool taken = bundle_open(&bundle, maker.bytes, MAKER_BYTES, UINT64_MAX, why, sizeof why);
    assert(taken && why[0] == '\0');
    for (unsigned i = 0; i < count; i++) {
        bool made = vm_create(i, why, sizeof why);
        assert(made && why[0] == '\0');
        vm_start(&vms[i]);
    }
}

void machine_begin(unsigned count)
{
    fake_machine = (struct fake_machine){.clock = 5000, .typed = ""};
    fake_reset(false);
    memset(harts, 0, sizeof harts);
    memset(&monitor, 0, sizeof monitor);
    memset(vms, 0, sizeof vms);
    machine_has_sstc = false;
    ram = arena_begin(PAGES, ORDER_2M);
    run_inits(INIT_FRAMES);
    run_inits(INIT_HART);
    run_inits(INIT_TABLES);
    timers_init(&harts[0]);
    run_queue_init(&harts[0].queue, sched_policy_find("fair"), 100000, 1000000);
    make_vms(count);
    machine_enter(vms[0].vcpu[0]);
}

void machine_again(void)
{
    char why[200];

    fake_machine = (struct fake_machine){.clock = fake_machine.clock, .typed = ""};
    fake_reset(false);
    for (unsigned i = 0; i < bundle.header->vm_count; i++) {
        bool made = vm_restart(&vms[i], why, sizeof why);
        assert(made);
    }
    machine_enter(vms[0].vcpu[0]);
}

void machine_end(void)
{
    for (unsigned i = 0; i < VM_MAX; i++) {
        if (!vm_exists(&vms[i]))
            continue;
        vm_end(&vms[i], VM_END_KILLED, 0);
        vm_destroy(&vms[i]);
    }
    arena_end();
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

/* ---- hart and board ---- */

struct hart *this_hart(void)
{
    return fake_hart;
}

void firmware_send_ipi(uint64_t hart)
{
    fake_ipis |= 1u << hart;
}

void hart_soft_clear(void)
{
    fake_ipis &= ~(1u << fake_hart->id);
}

void hart_relax(void)
{
    sched_yield();
}

void hart_wait(void)
{
    if (fake_on_wait)
        fake_on_wait();
}

/* A hart that parks runs no more: its part of the test ends. */
void hart_park(void)
{
    if (!fake_stop_expected)
        abort();
    longjmp(fake_stop_return, 1);
}

uint64_t clock_now(void)
{
    return fake_machine.clock;
}

void clock_arm(uint64_t deadline)
{
    fake_machine.armed = deadline;
}

void trace_publish(struct trace_ring *ring, uint64_t head, const struct trace_record *record)
{
    __atomic_store_n(&ring->head, head, __ATOMIC_RELEASE);
}

uint64_t trap_stval(void)
{
    return fake_machine.stval;
}

uint64_t hart_counter(unsigned csr)
{
    return fake_machine.clock * 100 + csr;
}

unsigned hart_vmid_bits(void)
{
    return 7;
}

unsigned board_free_ranges(struct board_range *ranges, unsigned limit)
{
    (void)limit;
    ranges[0] = (struct board_range){ram, PAGES * PAGE_SIZE};
    return 1;
}

/* No bootargs: every option has its default. */
uint64_t option_number(const char *name, uint64_t otherwise)
{
    (void)name;
    return otherwise;
}

bool option_text(const char *name, char *value, size_t room)
{
    (void)name, (void)value, (void)room;
    return false;
}

/* ---- the loaded guest ---- */

void context_save(struct vcpu *vcpu)
{
    vcpu->context.hvip = fake_machine.loaded.pending;
    vcpu->context.vsie = fake_machine.loaded.enabled >> 1;
    vcpu->context.vstimecmp = fake_machine.loaded.vstimecmp;
}

void context_load(struct vcpu *vcpu)
{
    fake_machine.loaded.pending = vcpu->context.hvip;
    fake_machine.loaded.enabled = vcpu->context.vsie << 1;
    fake_machine.loaded.vstimecmp = vcpu->context.vstimecmp;
}

void context_reset(struct vcpu *vcpu)
{
    uint64_t htimedelta = vcpu->context.htimedelta;

    vcpu->context = (struct guest_context){.htimedelta = htimedelta, .vstimecmp = UINT64_MAX};
    fake_machine.resets++;
}

void guest_interrupt_set(uint64_t bits)
{
    fake_machine.loaded.pending |= bits;
}

void guest_interrupt_clear(uint64_t bits)
{
    fake_machine.loaded.pending &= ~bits;
}

uint64_t guest_interrupts_pending(void)
{
    return fake_machine.loaded.pending;
}

uint64_t guest_interrupts_enabled(void)
{
    return fake_machine.loaded.enabled;
}

uint64_t guest_timer_read(void)
{
    return fake_machine.loaded.vstimecmp;
}

void guest_timer_write(uint64_t deadline)
{
    fake_machine.loaded.vstimecmp = deadline;
}

void guest_take_exception(struct vcpu *vcpu, uint64_t cause, uint64_t stval)
{
    vcpu->context.vscause = cause;
    vcpu->context.vstval = stval;
}

uint64_t trap_cause(void)
{
    return fake_machine.trap_cause;
}

uint64_t trap_htval(void)
{
    return fake_machine.trap_htval;
}

void schedule_book(struct hart *hart)
{
    (void)hart;
}

void schedule_interrupt(void)
{
}

void schedule_charge(struct vm *vm)
{
    (void)vm;
}

void schedule_forget(struct vcpu *vcpu)
{
    struct hart *hart = vcpu->hart;

    hart->current = hart->current == vcpu ? NULL : hart->current;
    hart->loaded = hart->loaded == vcpu ? NULL : hart->loaded;
}

/* ---- fences ---- */

void hfence_vvma_all(void)
{
    fake_machine.hfence_vvma_all++;
    fake_tlb_forget_first();
}

void hfence_vvma_page(uint64_t gva)
{
    fake_machine.hfence_vvma_page++;
    fake_machine.last_fence_address = gva;
}

void hfence_vvma_asid_all(uint64_t asid)
{
    (void)asid;
    fake_machine.hfence_vvma_asid++;
}

void hfence_vvma_asid_page(uint64_t gva, uint64_t asid)
{
    (void)asid;
    fake_machine.hfence_vvma_asid++;
    fake_machine.last_fence_address = gva;
}

void instruction_fence(void)
{
    fake_machine.fence_i++;
}

/* ---- console ---- */

void mux_write(struct vm *vm, const char *bytes, size_t length)
{
    size_t room = sizeof fake_machine.written - fake_machine.written_bytes;
    size_t taken = length < room ? length : room;

    memcpy(fake_machine.written + fake_machine.written_bytes, bytes, taken);
    fake_machine.written_bytes += taken;
    fake_machine.last_writer = vm;
}

int mux_read(struct vm *vm)
{
    (void)vm;
    return *fake_machine.typed == '\0' ? -1 : *fake_machine.typed++;
}

void mux_reset(struct vm *vm)
{
    (void)vm;
}

void mux_flush(void)
{
}

void machine_stop(bool failure)
{
    if (!fake_stop_expected || failure)
        abort();
    longjmp(fake_stop_return, 1);
}

void print(const char *template, ...)
{
    size_t used = strlen(fake_machine.printed);
    va_list args;

    va_start(args, template);
    vsnprintf(fake_machine.printed + used, sizeof fake_machine.printed - used, template, args);
    va_end(args);
}

void monitor_update(void)
{
}
