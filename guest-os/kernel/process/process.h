/*
 * Processes: the table of them, how one begins and ends, and how it waits. The kernel is not
 * preempted: what runs on a kernel stack runs until it blocks, yields or goes back to user mode.
 */
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/hart.h"
#include "include/rider.h"
#include "memory/space.h"
#include "trap/trap.h"

#define MAX_PROCESSES   64
#define MAX_DESCRIPTORS 16

enum process_state {
    STATE_FREE = 0,
    STATE_NEW = 1, /* being built; nobody runs it */
    STATE_READY = PROCESS_READY,
    STATE_RUNNING = PROCESS_RUNNING,
    STATE_BLOCKED = PROCESS_BLOCKED,
    STATE_ZOMBIE = PROCESS_ZOMBIE,
};

struct file;

struct process {
    enum process_state state;
    int pid;   /* never used twice */
    int group; /* for Ctrl-C; the pid of the group's first process */
    struct process *parent;
    char name[NAME_BYTES];
    struct space space;
    uint64_t kernel_stack;    /* its top */
    struct trap_frame *frame; /* at that top */
    struct context context;   /* where the kernel goes on with this process */
    const void *channel;      /* what a blocked process waits for */
    uint64_t wake_time;       /* 0, or when it stops waiting in any case */
    bool killed;              /* is to end before it sees user mode again */
    struct exit_status end;   /* of a zombie */
    uint64_t cpu_time;        /* in ticks of the time CSR */
    uint64_t switched_in;     /* when it last began to run */
    struct file *descriptors[MAX_DESCRIPTORS];
    void *fp_state; /* saved FP registers, or NULL: it never used any */
};

extern struct process processes[MAX_PROCESSES];

/* What later parts of the kernel do as processes come and go; any of them may be NULL. */
struct process_hooks {
    void (*first)(struct process *process);                      /* the first process is made */
    bool (*fork)(struct process *child, struct process *parent); /* false: no memory */
    void (*exec)(struct process *process);                       /* a new program begins */
    void (*end)(struct process *process);                        /* it ends, or was half made */
    void (*enter)(struct process *process);                      /* it begins to run here */
    void (*leave)(struct process *process);                      /* it stops running here */
};

/* Registers a constant struct process_hooks. */
#define PROCESS_HOOKS(hooks)                                                                       \
    static const struct process_hooks *const hooks##_entry                                         \
        __attribute__((used, section(".rider.hooks"))) = &hooks

extern const struct process_hooks *const __hooks_start[], *const __hooks_end[];

/* Something that may have work without an interrupt: called at ticks, and before idling. */
#define RIDER_POLL(function)                                                                       \
    static void (*const poll_##function)(void) __attribute__((used, section(".rider.poll"))) =     \
        function

/* How to spend the time until there is work: called when no process can run. */
#define RIDER_IDLE(function)                                                                       \
    static void (*const idle_##function)(void) __attribute__((used, section(".rider.idle"))) =     \
        function

/*
 * Makes a process, in state NEW, with an empty space and a kernel stack whose frame holds
 * zeros. parent may be NULL. Returns NULL if the table or the memory is full.
 */
struct process *process_create(struct process *parent);

/* Undoes process_create(), or reaps a zombie. Its hooks' end() must have run. */
void process_discard(struct process *process);

/* The process with that pid, zombies included, or NULL. */
struct process *process_find(int pid);

/*
 * Ends the running process: its memory and files go, its children get the first process as
 * parent, and it stays as a zombie until its parent waits for it. Does not return. When the
 * first process ends, the machine stops with its code.
 */
_Noreturn void process_end(int reason, int code);

/* Ends the running process for a trap that it may not survive. */
_Noreturn void process_fault(const struct trap_frame *frame, uint64_t cause, uint64_t address);

/* Ends the running process because there is no page for the address. */
_Noreturn void process_out_of_memory(const struct trap_frame *frame, uint64_t address);

/* Lets a process end as soon as it can: now if it is blocked, else on its way to user mode. */
void process_kill(struct process *process);

/* Takes the running process to user mode, unless it is to end or to make room first. */
_Noreturn void process_resume(struct trap_frame *frame);

/* Blocks the running process until process_wake(channel) or until it is killed, which the
 * caller learns from process->killed. Wake-ups may be for others: check, and block again. */
void process_block(const void *channel);

/* Makes all processes ready that wait for the channel. */
void process_wake(const void *channel);

/* Lets the other ready processes run first. */
void process_yield(void);

/* Calls everything that RIDER_POLL registered. */
void process_poll(void);

/* The number of processes that could run and do not, and whether there is any. */
unsigned process_ready_count(void);

/* Gives up the hart for good; the running process must be a zombie by now. */
_Noreturn void schedule_away(void);

/* Runs processes for ever, each in turn. */
_Noreturn void schedule(void);

#endif
