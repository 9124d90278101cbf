/*
 * Calls into whatever runs below: OpenSBI on a bare machine, the hypervisor in a virtual one.
 * Numbers and error codes are in abi/sbi.h (RISC-V SBI specification 2.0).
 */
#ifndef SBI_SBI_H
#define SBI_SBI_H

#include <stdbool.h>

#include "abi/sbi.h"

struct sbi_result {
    long error; /* SBI_SUCCESS or an SBI_ERR_… */
    long value;
};

/*
 * Calls a function of an extension with up to three arguments (chapter 3, binary encoding:
 * extension in a7, function in a6, arguments from a0 on; error comes back in a0, value in a1).
 * A legacy extension (chapter 5) takes function 0 and gives its result in .error.
 */
struct sbi_result sbi_call(long extension, long function, long a0, long a1, long a2);

/* Tells whether the extension is there (chapter 4, sbi_probe_extension). */
bool sbi_probe(long extension);

/* A word for the implementation whose number sbi_get_impl_id gives (chapter 4). */
const char *sbi_implementation_name(long implementation);

#endif
