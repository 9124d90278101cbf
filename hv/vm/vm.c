/* Virtual machines: made from the bundle, run, ended, taken apart. */
#include "vm/vm.h"
#include "abi/monitor.h"
#include "boot/board.h"
#include "boot/init.h"
#include "console/console.h"
#include "console/mux.h"
#include "hart/hart.h"
#include "lib/format.h"
#include "lib/string.h"
#include "memory/guest_memory.h"
#include "memory/page.h"
#include "metal/metal.h"
#include "trace/trace.h"
#include "vcpu/run.h"
#include "vm/bundle.h"

_Static_assert(sizeof(struct vcpu) <= PAGE_SIZE, "a vCPU takes one page");

struct vm vms[VM_MAX];
struct bundle bundle;

bool vm_exists(const struct vm *vm)
{
    return vm->report && vm->report->state != VM_STATE_FREE &&
           vm->report->state != VM_STATE_DESTROYED;
}

/* Copies a file of the bundle to its place. bundle_open has checked that it fits. */
static bool load_section(struct vm *vm, const struct bundle_section *section)
{
    return section->bytes == 0 ||
           guest_memory_write(vm, section->gpa, bundle.bytes + section->offset, section->bytes);
}

static bool make_vcpus(struct vm *vm)
{
    for (unsigned i = 0; i < vm->config->vcpus; i++) {
        struct vcpu *vcpu = (struct vcpu *)page_alloc_zeroed(0, OWNER_TABLES_FIRST + vm->id);
        if (!vcpu)
            return false;
        vcpu_init(vcpu, vm, i);
        vcpu->context.htimedelta = -vm->report->created_ticks; /* its time begins at 0 */
        vm->vcpu[vm->vcpu_count++] = vcpu;
        vm->harts |= 1ull << i;
    }
    return true;
}

/* What the report tells of a life begins anew; what it has counted goes on. */
static void publish(struct vm *vm)
{
    struct monitor_vm *report = vm->report;

    vm_count_claims();
    memset(report->why, 0, sizeof(report->why));
    report->end = VM_END_NONE;
    report->end_code = report->ended_ticks = 0;
    report->resident = report->tables = 0;
    memset(&report->last_fault, 0, sizeof(report->last_fault));
    report->last_fault_repeated = 0;
    memcpy(report->name, vm->config->name, sizeof(report->name));
    report->vcpus = vm->config->vcpus;
    report->weight = vm->config->weight;
    report->cap = vm->config->cap;
    report->id = vm->id;
    report->memory = vm->config->memory;
    report->created_ticks = clock_now();
    if (monitor.vm_count <= vm->id)
        monitor.vm_count = vm->id + 1u;
}

/* Gives back all that it holds. */
static uint64_t release(struct vm *vm)
{
    for (unsigned i = 0; i < vm->vcpu_count; i++)
        schedule_forget(vm->vcpu[i]);
    vm->vcpu_count = 0;
    vm->harts = vm->started = 0;
    vm->last_vcpu = NULL;
    uint64_t pages = guest_memory_release(vm);
    page_free_all(OWNER_TABLES_FIRST + vm->id);
    mux_reset(vm);
    monitor_update();
    return pages;
}

/* What stays, whatever becomes of the VM: its claim above all. */
static void introduce(struct vm *vm, unsigned id)
{
    vm->id = (uint8_t)id;
    vm->config = &bundle.vm[id];
    vm->report = &monitor.vm[id];
    sched_group_init(&vm->group, vm->config->weight, vm->config->cap);
    vm_works_init(vm);
}

bool vm_create(unsigned id, char *why, size_t why_room)
{
    struct vm *vm = &vms[id];

    if (!vm->config)
        introduce(vm, id);
    const struct bundle_vm *config = vm->config;
    publish(vm);
    if (!guest_memory_init(vm, config->memory)) {
        text_format(why, why_room, "VM \"%s\" wants %lu KiB, and %lu KiB can be promised",
                    config->name, config->memory / 1024, guest_memory_available() / 1024);
        vm->report->state = VM_STATE_FREE;
        return false;
    }
    if (!make_vcpus(vm) || !load_section(vm, &config->image) || !load_section(vm, &config->dtb) ||
        !load_section(vm, &config->initrd)) {
        text_format(why, why_room, "VM \"%s\" could not be filled from the bundle", config->name);
        release(vm);
        vm->report->state = VM_STATE_FREE;
        return false;
    }
    vm->report->state = VM_STATE_PAUSED;
    machine_hold();
    monitor_update();
    trace(TRACE_VM_CREATE, vm->id, TRACE_NO_VM, vm->vcpu_count, config->memory, config->weight);
    return true;
}

void vm_start(struct vm *vm)
{
    vm->report->state = VM_STATE_RUNNING;
    trace(TRACE_VM_START, vm->id, TRACE_NO_VM, 0, vm->config->entry, 0);
    vcpu_start(vm->vcpu[0], vm->config->entry, vm->config->dtb.gpa);
}

/* The vCPU that has the turn, if it is the VM's, else its first. */
static const struct vcpu *foremost(const struct vm *vm)
{
    const struct vcpu *current = this_hart()->current;

    return current && current->vm == vm ? current : vm->vcpu[0];
}

static void trace_end_of(const struct vm *vm, enum vm_end end, uint64_t code)
{
    if (end == VM_END_GUEST_FAULT)
        trace(TRACE_VM_KILL, vm->id, TRACE_NO_VM, end, foremost(vm)->pc, trap_stval());
    else if (end == VM_END_KILLED)
        trace(TRACE_VM_KILL, vm->id, TRACE_NO_VM, end, foremost(vm)->pc, 0);
    else
        trace(TRACE_VM_EXIT, vm->id, TRACE_NO_VM, end, code, 0);
}

void vm_end(struct vm *vm, enum vm_end end, uint64_t code)
{
    if (vm->report->state == VM_STATE_ENDED)
        return;
    vm_count_claims();
    vm->report->state = VM_STATE_ENDED;
    if (!vm->inside)
        machine_release();
    vm->report->end = end;
    vm->report->end_code = code;
    vm->report->ended_ticks = clock_now();
    for (unsigned i = 0; i < vm->vcpu_count; i++)
        vcpu_stop(vm->vcpu[i]);
    trace_end_of(vm, end, code);
}

void vm_end_if_stopped(struct vm *vm)
{
    if (vm->started == 0)
        vm_end(vm, VM_END_STOPPED, 0);
}

void vm_kill(struct vm *vm, const char *template, ...)
{
    va_list args;

    va_start(args, template);
    text_vformat(vm->report->why, sizeof(vm->report->why), template, args);
    va_end(args);
    vm_end(vm, VM_END_GUEST_FAULT, 0);
    print("VM \"%s\" killed: %s\n", vm->report->name, vm->report->why);
}

void vm_destroy(struct vm *vm)
{
    if (vm->inside) {
        vm->then = VM_THEN_DESTROY;
        return;
    }
    vm->then = VM_THEN_NOTHING;
    schedule_interrupt();
    uint64_t pages = release(vm);
    schedule_charge(vm);
    vm->report->state = VM_STATE_DESTROYED;
    trace(TRACE_VM_DESTROY, vm->id, TRACE_NO_VM, 0, pages, 0);
}

struct vm *vm_find(const char *name)
{
    uint64_t number;
    const char *at = name;

    for (unsigned i = 0; i < bundle.header->vm_count; i++)
        if (strcmp(bundle.vm[i].name, name) == 0)
            return &vms[i];
    if (parse_number(&at, &number) && !*at && number < bundle.header->vm_count)
        return &vms[number];
    return NULL;
}
