/* The one place from which Rider executes ECALL. */
#include "sbi/sbi.h"

#include <stddef.h>

struct sbi_result sbi_call(long extension, long function, long a0, long a1, long a2)
{
    register long arg0 __asm__("a0") = a0;
    register long arg1 __asm__("a1") = a1;
    register long arg2 __asm__("a2") = a2;
    register long fid __asm__("a6") = function;
    register long eid __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(arg0), "+r"(arg1) : "r"(arg2), "r"(fid), "r"(eid) : "memory");
    return (struct sbi_result){arg0, arg1};
}

bool sbi_probe(long extension)
{
    struct sbi_result probe = sbi_call(SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, extension, 0, 0);
    return probe.error == SBI_SUCCESS && probe.value != 0;
}

const char *sbi_implementation_name(long implementation)
{
    static const char *const names[] = {
        "Berkeley Boot Loader", "OpenSBI", "Xvisor", "KVM", "RustSBI", "Diosix", "Coffer",
    };
    if (implementation == SBI_IMPL_STAGECOACH)
        return "Stagecoach";
    if (implementation < 0 || (size_t)implementation >= sizeof(names) / sizeof(names[0]))
        return "an unknown implementation";
    return names[implementation];
}
