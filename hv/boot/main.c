/* hypervisor = boot once in stages, then the run loop for ever. */
#include "boot/init.h"
#include "trap/panic.h"

uint64_t boot_hart_id, boot_device_tree, boot_time; /* set by metal/entry.S */

void init_run(enum init_stage stage)
{
    REGISTRY_EACH (hv_init, struct init_entry, entry)
        if (entry->stage == stage)
            entry->function();
}

/* Runs every registered function, stage by stage. The last stage holds the run loop. */
_Noreturn void hv_main(void)
{
    for (unsigned stage = 0; stage < INIT_STAGES; stage++)
        init_run((enum init_stage)stage);
    panic("boot has come to its end, and no stage has run guests");
}
