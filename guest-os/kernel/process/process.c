/* The table of processes: making them, ending them, killing them. */
#include "process/process.h"

#include "boot/csr.h"
#include "lib/string.h"
#include "memory/kernel_map.h"
#include "sbi/console.h"
#include "sbi/stop.h"

struct process processes[MAX_PROCESSES];

/* Where a process that was made runs first, on its own kernel stack. */
static void begin(void)
{
    process_resume(this_hart()->current->frame);
}

static struct process *find_free(void)
{
    for (int i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state == STATE_FREE)
            return &processes[i];
    }
    return NULL;
}

/* Supervisor status with which a program runs: user mode, interrupts on, FP off. */
static uint64_t initial_status(void)
{
    return (csr_read(sstatus) & ~(SSTATUS_SPP | SSTATUS_FS)) | SSTATUS_SPIE;
}

struct process *process_create(struct process *parent)
{
    static int last_pid;
    struct process *process = find_free();
    if (!process)
        return NULL;
    memset(process, 0, sizeof(*process));
    if (!space_create(&process->space))
        return NULL;
    process->kernel_stack = kernel_stack_create((unsigned)(process - processes));
    if (!process->kernel_stack) {
        space_destroy(&process->space);
        return NULL;
    }
    process->state = STATE_NEW;
    process->pid = ++last_pid;
    process->parent = parent;
    process->group = parent ? parent->group : process->pid;
    process->frame = (struct trap_frame *)process->kernel_stack - 1;
    process->frame->sstatus = initial_status();
    process->context.ra = (uint64_t)begin;
    process->context.sp = (uint64_t)process->frame;
    return process;
}

void process_discard(struct process *process)
{
    space_destroy(&process->space);
    kernel_stack_destroy((unsigned)(process - processes));
    process->state = STATE_FREE;
}

struct process *process_find(int pid)
{
    for (int i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state != STATE_FREE && processes[i].pid == pid)
            return &processes[i];
    }
    return NULL;
}

static void give_children_away(const struct process *process)
{
    struct process *first = process_find(1);
    for (int i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state != STATE_FREE && processes[i].parent == process)
            processes[i].parent = first;
    }
    process_wake(first);
}

/* The first process has ended, and with it the reason to run. */
_Noreturn static void stop_after(const struct process *process)
{
    const struct exit_status *end = &process->end;
    if (end->reason == ENDED_FAULT)
        printf("rider: %s: %s at pc %lx, address %lx\n", process->name, trap_name(end->cause),
               end->pc, end->address);
    else if (end->reason != ENDED_EXIT)
        printf("rider: %s: %s\n", process->name,
               end->reason == ENDED_KILLED ? "killed" : "out of memory");
    machine_stop((uint64_t)(unsigned)end->code);
}

_Noreturn void process_end(int reason, int code)
{
    struct process *process = this_hart()->current;
    process->end.reason = reason;
    process->end.code = code;
    memcpy(process->end.name, process->name, sizeof(process->name));
    if (process->pid == 1)
        stop_after(process);

    for (const struct process_hooks *const *hooks = __hooks_start; hooks < __hooks_end; hooks++) {
        if ((*hooks)->end)
            (*hooks)->end(process);
    }
    kernel_map_switch(kernel_root);
    space_destroy(&process->space);
    give_children_away(process);
    process->state = STATE_ZOMBIE;
    process_wake(process->parent);
    schedule_away();
}

_Noreturn void process_fault(const struct trap_frame *frame, uint64_t cause, uint64_t address)
{
    struct exit_status *end = &this_hart()->current->end;
    end->cause = cause;
    end->pc = frame->sepc;
    end->address = address;
    process_end(ENDED_FAULT, 128 + ENDED_FAULT);
}

_Noreturn void process_out_of_memory(const struct trap_frame *frame, uint64_t address)
{
    struct exit_status *end = &this_hart()->current->end;
    end->pc = frame->sepc;
    end->address = address;
    process_end(ENDED_NO_MEMORY, 128 + ENDED_NO_MEMORY);
}

void process_kill(struct process *process)
{
    process->killed = true;
    if (process->state == STATE_BLOCKED)
        process->state = STATE_READY;
}

_Noreturn void process_resume(struct trap_frame *frame)
{
    struct process *process = this_hart()->current;
    if (this_hart()->reschedule)
        process_yield();
    if (process->killed)
        process_end(ENDED_KILLED, 128 + ENDED_KILLED);
    trap_return(frame);
}
