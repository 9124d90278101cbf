/*
 * Registers of a hart where the plugin interface (1: QEMU 7.2 to 8.2) has none: the general ones at
 * the begin of a block, when QEMU holds them in memory; CSRs at any time. QEMU's own hooks for its
 * debugger have them, and are there wherever QEMU was built with loadable modules, as Debian and
 * Ubuntu do. Without them: false.
 */
#include "registers.h"

#if WATCH_API == 1

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * general[hart] points to the 32 general registers in QEMU's state of the hart, which begins with
 * them. It is found by writing a pattern through the debugger's hook and looking where it went.
 */
#define LOOK_BYTES 0x8000 /* of QEMU's object that are searched */

static void *(*get_cpu)(int);
static struct byte_array *(*new_array)(void);
static int (*read_register)(void *cpu, struct byte_array *to, int number);
static int (*write_register)(void *cpu, uint8_t *from, int number);
static int (*access_csr)(void *state, int number, uint64_t *value, uint64_t set, uint64_t mask);
static uint64_t *general[WATCH_HARTS];

static bool hooks_found(void)
{
    static bool looked;

    if (!looked) {
        *(void **)&get_cpu = dlsym(RTLD_DEFAULT, "qemu_get_cpu");
        *(void **)&read_register = dlsym(RTLD_DEFAULT, "riscv_cpu_gdb_read_register");
        *(void **)&write_register = dlsym(RTLD_DEFAULT, "riscv_cpu_gdb_write_register");
        *(void **)&access_csr = dlsym(RTLD_DEFAULT, "riscv_csrrw_debug");
        *(void **)&new_array = dlsym(RTLD_DEFAULT, "g_byte_array_new");
        looked = true;
    }
    return get_cpu && read_register && new_array;
}

bool read_general(unsigned hart, unsigned number, uint64_t *value)
{
    static struct byte_array *array;

    if (!hooks_found())
        return false;
    if (!array)
        array = new_array();
    void *cpu = get_cpu((int)hart);
    array->bytes = 0;
    if (!cpu || read_register(cpu, array, (int)number) != sizeof(*value))
        return false;
    memcpy(value, array->data, sizeof(*value));
    return true;
}

static bool shows_pattern(const uint64_t *x, uint64_t pattern)
{
    for (unsigned n = 1; n < 32; n++)
        if (x[n] != pattern + n)
            return false;
    return x[0] == 0;
}

/* The hart is stopped in a callback of ours, so nobody sees the pattern. */
static bool find_general(unsigned hart)
{
    const uint64_t pattern = 0x5d0c3a9f17e64b00;
    uint64_t kept[32];
    void *cpu = hooks_found() && write_register && access_csr ? get_cpu((int)hart) : NULL;

    if (!cpu)
        return false;
    for (unsigned n = 1; n < 32; n++)
        if (!read_general(hart, n, &kept[n]))
            return false;
    for (unsigned n = 1; n < 32; n++) {
        uint64_t value = pattern + n;
        write_register(cpu, (uint8_t *)&value, (int)n);
    }
    for (size_t at = 0; at < LOOK_BYTES && !general[hart]; at += sizeof(uint64_t))
        if (shows_pattern((uint64_t *)((char *)cpu + at), pattern))
            general[hart] = (uint64_t *)((char *)cpu + at);
    for (unsigned n = 1; n < 32; n++)
        write_register(cpu, (uint8_t *)&kept[n], (int)n);
    return general[hart] != NULL;
}

bool read_generals(unsigned hart, uint64_t *x)
{
    if (hart >= WATCH_HARTS || (!general[hart] && !find_general(hart)))
        return false;
    memcpy(x, general[hart], 32 * sizeof(*x));
    return true;
}

bool read_hart(unsigned hart, struct hart_state *state)
{
    if (hart >= WATCH_HARTS || (!general[hart] && !find_general(hart)))
        return false;
    state->object = get_cpu((int)hart);
    state->registers = (const char *)general[hart];
    return true;
}

#define DUMP_FPU 0x20000 /* of QEMU's CPU_DUMP flags */
#define FP_AT    64      /* behind the general registers and their upper halves */

/*
 * Are the FP registers where they are thought to be? A pattern is written there, and QEMU's own
 * dump of a hart must show it.
 */
static bool find_fp(unsigned hart)
{
    static int known = -1;
    void (*dump)(void *cpu, FILE *to, int flags);
    uint64_t kept[32];
    char *text = NULL, want[32];
    size_t bytes;

    if (known >= 0)
        return known;
    *(void **)&dump = dlsym(RTLD_DEFAULT, "cpu_dump_state");
    FILE *to = dump ? open_memstream(&text, &bytes) : NULL;
    known = 0;
    if (!to)
        return false;
    memcpy(kept, general[hart] + FP_AT, sizeof(kept));
    for (unsigned n = 0; n < 32; n++)
        general[hart][FP_AT + n] = 0x5d0c3a9f17e64c00 + n;
    dump(get_cpu((int)hart), to, DUMP_FPU);
    memcpy(general[hart] + FP_AT, kept, sizeof(kept));
    fclose(to);
    known = 1;
    for (unsigned n = 0; n < 32 && text; n++) {
        snprintf(want, sizeof(want), "5d0c3a9f17e64c%02x", n);
        known &= strstr(text, want) != NULL;
    }
    free(text);
    return known;
}

bool read_fp(unsigned hart, uint64_t *f, uint64_t *fcsr)
{
    if (hart >= WATCH_HARTS || !general[hart] || !find_fp(hart))
        return false;
    memcpy(f, general[hart] + FP_AT, 32 * sizeof(*f));
    return access_csr(general[hart], 3, fcsr, 0, 0) == -1;
}

bool read_csr(unsigned hart, unsigned number, uint64_t *value)
{
    return hart < WATCH_HARTS && (general[hart] || find_general(hart)) &&
           access_csr(general[hart], (int)number, value, 0, 0) == -1; /* RISCV_EXCP_NONE */
}

bool read_csrs(unsigned hart, struct model_csrs *to)
{
    if (hart >= WATCH_HARTS || (!general[hart] && !find_general(hart)))
        return false;
    for (size_t i = 0; i < MODEL_CSRS; i++) {
        uint64_t value = 0;

        if (access_csr(general[hart], model_csr[i].number, &value, 0, 0) !=
            -1) { /* RISCV_EXCP_NONE */
            if (!model_csr[i].optional)
                return false;
            value = 0;
        }
        memcpy((char *)to + model_csr[i].offset, &value, sizeof(value));
    }
    return true;
}

#endif
