/* The instructions that read and write CSRs. Unprivileged ISA 20240411, 7 (Zicsr). */
#ifndef MODEL_CSR_INSTRUCTION_H
#define MODEL_CSR_INSTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

#define CSR_CYCLE    0xc00u
#define CSR_TIME     0xc01u
#define CSR_INSTRET  0xc02u
#define CSR_COUNTERS 0xc1fu /* the last of them */

/*
 *  31       20 19   15 14  12 11    7 6      0
 * +-----------+-------+------+-------+--------+
 * |    csr    |  rs1  | f3   |  rd   | SYSTEM |   f3: 1 write, 2 set, 3 clear; 4 more: rs1 is the
 * +-----------+-------+------+-------+--------+   operand itself
 */
static inline bool is_csr(uint32_t instruction)
{
    return (instruction & 0x7f) == 0x73 && (instruction >> 12 & 3) != 0;
}

static inline unsigned csr_of(uint32_t instruction)
{
    return instruction >> 20;
}

static inline unsigned rd_of(uint32_t instruction)
{
    return instruction >> 7 & 31;
}

static inline bool writes_csr(uint32_t instruction)
{
    return (instruction >> 12 & 3) == 1 || (instruction >> 15 & 31) != 0;
}

#endif
