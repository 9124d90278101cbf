/* Traps of the hypervisor itself: one that was expected goes on where it was asked to, any
 * other is a bug. */
#include "trap/trap.h"
#include "hart/hart.h"
#include "metal/offsets.h"
#include "trap/panic.h"

_Static_assert(offsetof(struct trap_frame, sepc) == FRAME_SEPC, "offsets.h");
_Static_assert(offsetof(struct trap_frame, sstatus) == FRAME_SSTATUS, "offsets.h");
_Static_assert(offsetof(struct trap_frame, scause) == FRAME_SCAUSE, "offsets.h");
_Static_assert(offsetof(struct trap_frame, stval) == FRAME_STVAL, "offsets.h");
_Static_assert(sizeof(struct trap_frame) == FRAME_BYTES, "offsets.h");

void trap_from_hypervisor(struct trap_frame *frame)
{
    struct hart *hart = this_hart();

    if (!hart->trap_resume)
        panic_trap(frame);
    frame->sepc = hart->trap_resume;
    hart->trap_resume = 0;
}
