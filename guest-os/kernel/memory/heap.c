/* sbrk: the end of a program's heap moves. Pages come when they are touched. */
#include "process/process.h"
#include "syscall/syscall.h"

/* Would a heap that ends at `end` be all right? Not below its start, not beyond its limit, and
 * not more than the machine has memory for. */
static bool end_is_possible(const struct region *heap, uint64_t end)
{
    return end >= heap->start && end <= USER_HEAP_LIMIT &&
           end - heap->start <= page_total_count() * PAGE_SIZE;
}

static long sys_sbrk(struct process *process, const uint64_t *arguments)
{
    struct region *heap = process->space.heap;
    uint64_t old_end = heap->end, end = old_end + arguments[0];
    if (!end_is_possible(heap, end))
        return -ENOMEM;
    heap->end = end;
    if (end < old_end)
        space_drop_pages(&process->space, PAGE_UP(end), PAGE_UP(old_end));
    return (long)old_end;
}
SYSCALL(SYS_SBRK, sys_sbrk);
