/* What to look at, by the name of a mistake; see hints.h. */
#include "check/hints.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *diagnosis; /* or how it begins */
    const char *hint;
} hints[] = {
    {"sscratch not cleared", "While the hypervisor runs, sscratch is zero: trap_vector and "
                             "guest_exit exchange it with zero "
                             "(csrrw) before anything that may trap."},
    {"stack pointer not checked", "Before it stores anything, the vector compares sp with the "
                                  "hart's stack_bottom and stack_top. "
                                  "Outside of them the frame goes below emergency_stack."},
    {"trap in the trap vector",
     "A trap inside the vector comes back to the vector. Look at the source line: which register "
     "does it trust?"},
    {"back at the trapping instruction", "sret goes to sepc. The frame's sepc is where to go on, "
                                         "and the vector writes it back into the "
                                         "CSR behind the call."},
    {"unexpected trap not fatal", "trap_resume is for one trap, and is zero again as soon as it "
                                  "was used. A trap that finds zero "
                                  "there ends in panic_trap."},
    {"address wraps around",
     "A sum may be more than 2^64. Compare the length with what is left behind the offset, and "
     "nothing is added."},
    {"the faulting instruction is not executed again",
     "In the guest's RAM a page is filled and the instruction runs again. Which address was looked "
     "at? htval holds the guest-physical one without its last two bits; stval is the guest's own."},
    {"sepc not advanced",
     "An ecall leaves sepc on itself. Who serves it moves the guest's pc behind it, once."},
    {"exit not handled", "The same exit comes at once again: its handler changes nothing that "
                         "would let the guest go on."},
    {"interrupt storm",
     "The interrupt is still pending when the guest is entered: whoever serves it has to take away "
     "its cause, for a timer its deadline."},
    {"jumped to 0", "A pointer to a function, or a return address, was zero."},
    {"stack overflow", "Something calls itself, or a handler waits on the stack for another one."},
    {"FP register",
     "FP registers belong to the vCPU that hart->fp_loaded names. They are saved when it leaves "
     "after "
     "having used them, loaded before another one's first use; fcsr is one of them."},
    {"trap loop",
     "The handler's own code traps at that place, for ever. The source line says what it touches."},
    {"hypervisor panic", "The panic's words and the source lines say where; the guest's last exit "
                         "says on whose behalf."},
    {"trap vector not aligned",
     "stvec has its mode in the last two bits: .balign 4 before the label."},
};

static const char *hint_for(const char *diagnosis)
{
    for (size_t i = 0; diagnosis != NULL && i < sizeof hints / sizeof *hints; i++)
        if (strncmp(diagnosis, hints[i].diagnosis, strlen(hints[i].diagnosis)) == 0)
            return hints[i].hint;
    return NULL;
}

void hint_give(const struct item *item, struct result_item *result)
{
    const char *hint = hint_for(result->diagnosis);
    bool other =
        result->diagnosis && item->diagnosis && strcmp(result->diagnosis, item->diagnosis) != 0;
    if (hint)
        result_set(&result->hint, "%s", hint);
    else if (!other && item->hint && !result->hint)
        result_set(&result->hint, "%s", item->hint);
}
