/* yield: a program lets others run, of this machine first, else of the whole hypervisor. */
#include "boot/init.h"
#include "sbi/sbi.h"
#include "syscall/syscall.h"

static bool hypervisor_yields;

static void yield_init(void)
{
    struct sbi_result features = {SBI_ERR_NOT_SUPPORTED, 0};
    if (sbi_probe(SBI_EXT_PV))
        features = sbi_call(SBI_EXT_PV, SBI_PV_FEATURES, 0, 0, 0);
    hypervisor_yields = features.error == SBI_SUCCESS && (features.value & PV_FEATURE_YIELD);
}
RIDER_INIT(INIT_PROCESS, yield_init);

static long sys_yield(struct process *process, const uint64_t *arguments)
{
    (void)process;
    (void)arguments;
    if (process_ready_count())
        process_yield();
    else if (hypervisor_yields)
        sbi_call(SBI_EXT_PV, SBI_PV_YIELD, 0, 0, 0);
    return 0;
}
SYSCALL(SYS_YIELD, sys_yield);
