/* hv/metal/mapping.c, whose one instruction is to load satp: it goes to a variable. */
#include "hv/real_names.h"

#undef panic
#undef trace_header

#define HV_METAL_CSR_H
#define SATP_SV39              (8ull << 60)
#define csr_write(name, value) (real_##name = (value))
#define __asm__
#define volatile(...) (real_fences++)

/* The image lies where Sv39 reaches. As a declaration each is a pointer to an array, as an
 * expression the array, and so its address. */
#define __image_start           (*real_image_start)
#define __text_end              (*real_text_end)
#define __rodata_end            (*real_rodata_end)
#define __image_end             (*real_image_end)
#define __stack_guard           (*real_stack_guard)
#define __emergency_stack_guard (*real_emergency_stack_guard)

#include <stdint.h>

uint64_t real_satp;
unsigned real_fences;

#include "metal/mapping.c"

char (*real_image_start)[] = (void *)0x80200000;
char (*real_text_end)[] = (void *)0x80202000;
char (*real_rodata_end)[] = (void *)0x80203000;
char (*real_stack_guard)[] = (void *)0x80204000;
char (*real_emergency_stack_guard)[] = (void *)0x80205000;
char (*real_image_end)[] = (void *)0x80206000;

void real_mapping_again(void);
void real_mapping_again(void)
{
    tables_used = 0;
    memset(tables, 0, sizeof tables);
}
