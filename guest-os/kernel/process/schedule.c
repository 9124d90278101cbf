/*
 * Who runs: ready processes in turn, round robin by their place in the table. The scheduler has
 * the boot stack to itself; a process that stops running switches to it.
 */
#include <stddef.h>

#include "boot/csr.h"
#include "memory/kernel_map.h"
#include "process/process.h"

typedef void plain_function(void);

extern plain_function *const __poll_start[], *const __poll_end[];
extern plain_function *const __idle_start[], *const __idle_end[];

void context_switch(struct context *from, const struct context *to);

static void call_all(plain_function *const *entry, plain_function *const *end)
{
    for (; entry < end; entry++)
        (*entry)();
}

void process_poll(void)
{
    call_all(__poll_start, __poll_end);
}

/* The ready process that comes next after the given one in the table, or NULL. */
static struct process *next_ready(const struct process *last)
{
    size_t start = (size_t)(last - processes) + 1;
    for (size_t i = 0; i < MAX_PROCESSES; i++) {
        struct process *process = &processes[(start + i) % MAX_PROCESSES];
        if (process->state == STATE_READY)
            return process;
    }
    return NULL;
}

unsigned process_ready_count(void)
{
    unsigned count = 0;
    for (size_t i = 0; i < MAX_PROCESSES; i++)
        count += processes[i].state == STATE_READY;
    return count;
}

static void call_enter_hooks(struct process *process)
{
    for (const struct process_hooks *const *hooks = __hooks_start; hooks < __hooks_end; hooks++) {
        if ((*hooks)->enter)
            (*hooks)->enter(process);
    }
}

static void call_leave_hooks(struct process *process)
{
    for (const struct process_hooks *const *hooks = __hooks_start; hooks < __hooks_end; hooks++) {
        if ((*hooks)->leave)
            (*hooks)->leave(process);
    }
}

/* Runs a ready process until it gives up the hart. */
static void run(struct process *process)
{
    struct hart *hart = this_hart();
    hart->current = process;
    hart->kernel_sp = process->kernel_stack;
    hart->reschedule = 0;
    hart->switches++;
    process->state = STATE_RUNNING;
    process->switched_in = time_now();
    kernel_map_switch(process->space.root);
    call_enter_hooks(process);
    context_switch(&hart->scheduler, &process->context);
    hart->current = NULL;
}

/* Gives up the hart; returns when the scheduler chooses this process again. */
static void leave(struct process *process)
{
    struct hart *hart = this_hart();
    process->cpu_time += time_now() - process->switched_in;
    call_leave_hooks(process);
    context_switch(&process->context, &hart->scheduler);
}

void process_yield(void)
{
    struct process *process = this_hart()->current;
    process->state = STATE_READY;
    leave(process);
}

void process_block(const void *channel)
{
    struct process *process = this_hart()->current;
    if (process->killed)
        return;
    process->channel = channel;
    process->state = STATE_BLOCKED;
    leave(process);
    process->channel = NULL;
}

void process_wake(const void *channel)
{
    for (size_t i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state == STATE_BLOCKED && processes[i].channel == channel)
            processes[i].state = STATE_READY;
    }
}

_Noreturn void schedule_away(void)
{
    struct hart *hart = this_hart();
    struct context nobody;
    hart->current->cpu_time += time_now() - hart->current->switched_in;
    context_switch(&nobody, &hart->scheduler);
    __builtin_unreachable();
}

/* Nothing can run: whatever may change that gets its chance. */
static void wait_for_work(void)
{
    process_poll();
    if (!process_ready_count())
        call_all(__idle_start, __idle_end);
    trap_poll_interrupts();
}

_Noreturn void schedule(void)
{
    struct process *last = &processes[MAX_PROCESSES - 1];
    for (;;) {
        struct process *next = next_ready(last);
        if (!next) {
            wait_for_work();
            continue;
        }
        last = next;
        run(next);
    }
}
