/* Page faults of programs: memory that is theirs comes now, anything else ends them. */
#include "boot/csr.h"
#include "boot/hart.h"
#include "memory/space.h"
#include "process/process.h"
#include "trap/trap.h"

static void fault(struct trap_frame *frame, uint64_t cause, uint64_t address, uint64_t access)
{
    bool out_of_memory = false;
    struct process *process = this_hart()->current;
    if (space_page(&process->space, address, access, &out_of_memory)) {
        sfence_vma(); /* the page may have been there all along: the hart remembered otherwise */
        return;
    }
    if (out_of_memory)
        process_out_of_memory(frame, address);
    else
        process_fault(frame, cause, address);
}

static void fetch_fault(struct trap_frame *frame, uint64_t stval)
{
    fault(frame, EXCEPTION_FETCH_PAGE_FAULT, stval, PTE_X);
}
TRAP(EXCEPTION_FETCH_PAGE_FAULT, fetch_fault);

static void load_fault(struct trap_frame *frame, uint64_t stval)
{
    fault(frame, EXCEPTION_LOAD_PAGE_FAULT, stval, PTE_R);
}
TRAP(EXCEPTION_LOAD_PAGE_FAULT, load_fault);

static void store_fault(struct trap_frame *frame, uint64_t stval)
{
    fault(frame, EXCEPTION_STORE_PAGE_FAULT, stval, PTE_W);
}
TRAP(EXCEPTION_STORE_PAGE_FAULT, store_fault);
