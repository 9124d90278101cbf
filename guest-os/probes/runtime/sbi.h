/* Calls to the SBI below a probe: the raw call, and those that many probes make. */
#ifndef PROBE_SBI_H
#define PROBE_SBI_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/sbi.h"

struct sbi_result {
    int64_t error;
    uint64_t value;
};

/* One SBI call with up to six arguments (SBI spec, chapter 3). */
static inline struct sbi_result sbi_call6(uint64_t eid, uint64_t fid, uint64_t arg0, uint64_t arg1,
                                          uint64_t arg2, uint64_t arg3, uint64_t arg4,
                                          uint64_t arg5)
{
    register uint64_t a0 __asm__("a0") = arg0;
    register uint64_t a1 __asm__("a1") = arg1;
    register uint64_t a2 __asm__("a2") = arg2;
    register uint64_t a3 __asm__("a3") = arg3;
    register uint64_t a4 __asm__("a4") = arg4;
    register uint64_t a5 __asm__("a5") = arg5;
    register uint64_t a6 __asm__("a6") = fid;
    register uint64_t a7 __asm__("a7") = eid;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1)
                     : "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7)
                     : "memory");
    return (struct sbi_result){(int64_t)a0, a1};
}

static inline struct sbi_result sbi_call(uint64_t eid, uint64_t fid, uint64_t arg0, uint64_t arg1,
                                         uint64_t arg2)
{
    return sbi_call6(eid, fid, arg0, arg1, arg2, 0, 0, 0);
}

/* Is the extension there? Asks the Base extension each time. */
bool sbi_has(uint64_t eid);

/* Is there a hypervisor below, so that what this is asked for is a VM's contract? Whose it is makes
 * no difference, so nothing is asked of it: the option bare=1 says that this is the board itself.
 */
bool in_a_vm(void);

#endif
