/* The operator's commands: what the hypervisor's console can do with VMs. */
#include "boot/board.h"
#include "console/command.h"
#include "console/console.h"
#include "console/mux.h"
#include "console/shell.h"
#include "memory/guest_memory.h"
#include "memory/page.h"
#include "metal/metal.h"
#include "trace/trace.h"
#include "vcpu/run.h"
#include "trap/cause.h"
#include "vm/vm.h"

static const char *const state_names[] = {"free", "running", "paused", "ended", "destroyed"};
static const char *const end_names[] = {"",       "exited",    "shut down", "faulted",
                                        "killed", "no memory", "stopped"};

/* The VM that the command names; NULL, with a line that says so: none, or not in the bundle. */
static struct vm *named(unsigned count, char **words)
{
    struct vm *vm = count == 2 ? vm_find(words[1]) : NULL;

    if (count != 2)
        print("%s: the name or number of one VM is expected\n", words[0]);
    else if (!vm)
        print("%s: there is no VM \"%s\"; list shows them\n", words[0], words[1]);
    return vm;
}

/* The same for a VM that exists and, if `alive`, has not ended. */
static struct vm *existing(unsigned count, char **words, bool alive)
{
    struct vm *vm = named(count, words);

    if (!vm)
        return NULL;
    if (!vm_exists(vm) || (alive && vm->report->state == VM_STATE_ENDED)) {
        print("%s: VM \"%s\" is %s\n", words[0], words[1],
              vm->report ? state_names[vm->report->state] : "not created");
        return NULL;
    }
    return vm;
}

static uint64_t milliseconds(uint64_t ticks)
{
    uint64_t hz = board.timebase_hz;

    return ticks / hz * 1000 + ticks % hz * 1000 / hz;
}

static void list(unsigned count, char **words)
{
    (void)count;
    (void)words;
    print("  %-2s %-16s %-10s %5s %6s %4s %10s %10s %9s\n", "id", "name", "state", "vcpus",
          "weight", "cap", "memory KiB", "resident", "cpu ms");
    for (unsigned i = 0; i < bundle.header->vm_count; i++) {
        const struct bundle_vm *config = &bundle.vm[i];
        const struct monitor_vm *report = &monitor.vm[i];
        print("  %-2u %-16s %-10s %5u %6u %4u %10lu %10lu %9lu %s\n", i, config->name,
              state_names[report->state], config->vcpus, config->weight, config->cap,
              config->memory / 1024, report->resident / 1024, milliseconds(report->cpu_ticks),
              end_names[report->end]);
    }
}

static void stat(unsigned count, char **words)
{
    struct vm *vm = existing(count, words, false);

    if (!vm)
        return;
    const struct monitor_vm *report = vm->report;
    print("  %s: %s, cpu %lu ms, stolen %lu ms, resident %lu KiB, tables %lu KiB\n", report->name,
          state_names[report->state], milliseconds(report->cpu_ticks),
          milliseconds(report->steal_ticks), report->resident / 1024, report->tables / 1024);
    for (unsigned i = 0; i < MONITOR_CAUSES; i++)
        if (report->exits[i])
            print("  %12lu  %s\n", report->exits[i],
                  cause_name(i < MONITOR_EXCEPTIONS ? i
                                                    : CAUSE_INTERRUPT | (i - MONITOR_EXCEPTIONS)));
}

static void create(unsigned count, char **words)
{
    struct vm *vm = named(count, words);
    char why[128];

    if (!vm)
        return;
    unsigned id = (unsigned)(vm - vms);
    if (vm_exists(vm))
        print("create: VM \"%s\" exists; restart makes it anew\n", words[1]);
    else if (!vm_launch(id, why, sizeof(why)))
        print("create: %s\n", why);
}

static void pause(unsigned count, char **words)
{
    struct vm *vm = existing(count, words, true);

    if (vm)
        vm_pause(vm);
}

static void resume(unsigned count, char **words)
{
    struct vm *vm = existing(count, words, true);

    if (vm)
        vm_resume(vm);
}

static void kill(unsigned count, char **words)
{
    struct vm *vm = existing(count, words, true);

    if (vm)
        vm_end(vm, VM_END_KILLED, 0);
}

static void destroy(unsigned count, char **words)
{
    struct vm *vm = existing(count, words, false);

    if (!vm)
        return;
    vm_end(vm, VM_END_KILLED, 0);
    vm_destroy(vm);
}

static void restart(unsigned count, char **words)
{
    struct vm *vm = named(count, words);
    char why[128];

    if (vm && !vm->config)
        create(count, words);
    else if (vm && !vm_restart(vm, why, sizeof(why)))
        print("restart: %s\n", why);
}

static void attach(unsigned count, char **words)
{
    struct vm *vm = existing(count, words, false);

    if (vm)
        mux_focus(vm);
}

static void memory(unsigned count, char **words)
{
    (void)count;
    (void)words;
    print("  %lu pages free, %lu the hypervisor's, %lu KiB can be promised\n",
          page_count(OWNER_FREE), page_count(OWNER_HYPERVISOR), guest_memory_available() / 1024);
}

static void trace_switch(unsigned count, char **words)
{
    if (count == 2)
        run_loop_trace(words[1][0] == 'o' && words[1][1] == 'n');
    print("  trace is %s\n", trace_header.enabled ? "on" : "off");
}

void shell_end_all(void)
{
    for (unsigned i = 0; i < VM_MAX; i++)
        if (vm_exists(&vms[i]))
            vm_end(&vms[i], VM_END_KILLED, 0);
    mux_flush();
    monitor.finished = 1;
    machine_stop(false);
}

static void quit(unsigned count, char **words)
{
    (void)count;
    (void)words;
    shell_end_all();
}

HV_COMMAND("list", "", "all VMs of the bundle", list);
HV_COMMAND("stat", "VM", "its time, memory and exits", stat);
HV_COMMAND("create", "VM", "make and start it from the bundle", create);
HV_COMMAND("pause", "VM", "stop giving it turns", pause);
HV_COMMAND("resume", "VM", "go on", resume);
HV_COMMAND("kill", "VM", "end it; its memory stays for inspection", kill);
HV_COMMAND("destroy", "VM", "end it and return its memory", destroy);
HV_COMMAND("restart", "VM", "destroy it and create it", restart);
HV_COMMAND("console", "VM", "attach this console to it", attach);
HV_COMMAND("memory", "", "page frames", memory);
HV_COMMAND("trace", "on|off", "write trace records, or stop", trace_switch);
HV_COMMAND("quit", "", "end all VMs and stop the machine", quit);
