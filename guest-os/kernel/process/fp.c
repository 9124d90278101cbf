/*
 * Floating point for programs; the kernel itself has none. A program begins with sstatus.FS
 * Off: its first FP instruction traps and gets it registers of its own. They are saved when the
 * process leaves the hart, if FS says Dirty, and loaded when it comes back and somebody else
 * has used them meanwhile.
 */
#include "boot/csr.h"
#include "boot/hart.h"
#include "lib/string.h"
#include "memory/page.h"
#include "process/process.h"

void fp_save(void *state);
void fp_load(const void *state);

static void set_status(struct process *process, uint64_t fs)
{
    process->frame->sstatus = (process->frame->sstatus & ~SSTATUS_FS) | fs;
}

/* Loads the process's registers, unless the hart still has them. */
static void load(struct process *process)
{
    if (this_hart()->fp_owner == process)
        return;
    csr_set(sstatus, SSTATUS_FS);
    fp_load(process->fp_state);
    this_hart()->fp_owner = process;
}

/* Brings fp_state up to date. The process must be the one whose registers the hart has. */
static void save_if_dirty(struct process *process)
{
    if ((process->frame->sstatus & SSTATUS_FS) != SSTATUS_FS_DIRTY)
        return;
    csr_set(sstatus, SSTATUS_FS);
    fp_save(process->fp_state);
    set_status(process, SSTATUS_FS_CLEAN);
}

static void forget(struct process *process)
{
    if (this_hart()->fp_owner == process)
        this_hart()->fp_owner = NULL;
    if (process->fp_state)
        page_free(process->fp_state);
    process->fp_state = NULL;
}

/* With FS Off this may be an FP instruction: the program gets registers and tries again. */
static void illegal_instruction(struct trap_frame *frame, uint64_t stval)
{
    struct process *process = this_hart()->current;
    if (process->fp_state)
        process_fault(frame, EXCEPTION_ILLEGAL_INSTRUCTION, stval);
    process->fp_state = page_alloc();
    if (!process->fp_state)
        process_out_of_memory(frame, frame->sepc);
    load(process);
    set_status(process, SSTATUS_FS_CLEAN);
}
TRAP(EXCEPTION_ILLEGAL_INSTRUCTION, illegal_instruction);

static bool fork_fp(struct process *child, struct process *parent)
{
    if (!parent->fp_state)
        return true;
    child->fp_state = page_alloc();
    if (!child->fp_state)
        return false;
    save_if_dirty(parent);
    memcpy(child->fp_state, parent->fp_state, PAGE_SIZE);
    set_status(child, SSTATUS_FS_CLEAN);
    return true;
}

static void enter_fp(struct process *process)
{
    if (process->fp_state)
        load(process);
}

static void leave_fp(struct process *process)
{
    if (process->fp_state)
        save_if_dirty(process);
}

static const struct process_hooks fp_hooks = {
    .fork = fork_fp,
    .exec = forget,
    .end = forget,
    .enter = enter_fp,
    .leave = leave_fp,
};
PROCESS_HOOKS(fp_hooks);
