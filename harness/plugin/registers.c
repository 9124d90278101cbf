/* Registers of a hart: the general ones at the begin of a block, when QEMU holds them in memory;
 * CSRs at any time. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch.h"

#define OPTIONAL true /* a CSR that a hart may lack; then it is shown as 0 */

static const struct csr {
    const char *name;
    uint16_t number;
    bool optional;
    size_t offset;
} csrs[] = {
#define CSR(number, name, ...)                                                                     \
    {                                                                                              \
#name, number, __VA_ARGS__ + 0, offsetof(struct model_csrs, name)                          \
    }
    CSR(0x100, sstatus),    CSR(0x106, scounteren),
    CSR(0x141, sepc),       CSR(0x142, scause),
    CSR(0x143, stval),      CSR(0x10a, senvcfg, OPTIONAL),
    CSR(0x200, vsstatus),   CSR(0x204, vsie),
    CSR(0x205, vstvec),     CSR(0x240, vsscratch),
    CSR(0x241, vsepc),      CSR(0x242, vscause),
    CSR(0x243, vstval),     CSR(0x24d, vstimecmp, OPTIONAL),
    CSR(0x280, vsatp),      CSR(0x600, hstatus),
    CSR(0x602, hedeleg),    CSR(0x603, hideleg),
    CSR(0x604, hie),        CSR(0x605, htimedelta),
    CSR(0x606, hcounteren), CSR(0x60a, henvcfg, OPTIONAL),
    CSR(0x643, htval),      CSR(0x644, hip),
    CSR(0x645, hvip),       CSR(0x64a, htinst),
    CSR(0x680, hgatp),
#undef CSR
};
#define CSRS (sizeof(csrs) / sizeof(csrs[0]))

#if WATCH_API == 1
/*
 * This interface has no registers. QEMU's own hooks for its debugger do, and are there wherever
 * QEMU was built with loadable modules, as Debian and Ubuntu do. Without them: false.
 *
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
    for (size_t i = 0; i < CSRS; i++) {
        uint64_t value = 0;

        if (access_csr(general[hart], csrs[i].number, &value, 0, 0) != -1) { /* RISCV_EXCP_NONE */
            if (!csrs[i].optional)
                return false;
            value = 0;
        }
        memcpy((char *)to + csrs[i].offset, &value, sizeof(value));
    }
    return true;
}
#else
static void *general[WATCH_HARTS][32], *special[WATCH_HARTS][CSRS], *fp[WATCH_HARTS][33];

/* Supervisor CSRs that are read one by one: read_csr. */
static const struct {
    const char *name;
    unsigned number;
} singles[] = {
    {"sstatus", 0x100}, {"stvec", 0x105}, {"sepc", 0x141}, {"scause", 0x142}, {"satp", 0x180}};
#define SINGLES (sizeof(singles) / sizeof(singles[0]))
static void *single[WATCH_HARTS][SINGLES];

void registers_on_hart(plugin_id id, unsigned hart)
{
    static const char *const names[32] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                          "fp",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                          "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                          "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
    static const char *const fp_names[32] = {
        "ft0", "ft1", "ft2", "ft3", "ft4",  "ft5",  "ft6", "ft7", "fs0",  "fs1", "fa0",
        "fa1", "fa2", "fa3", "fa4", "fa5",  "fa6",  "fa7", "fs2", "fs3",  "fs4", "fs5",
        "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};
    struct plugin_register_list *list = qemu_plugin_get_registers();

    (void)id;
    for (unsigned i = 0; hart < WATCH_HARTS && i < list->count; i++) {
        for (unsigned n = 0; n < 32; n++)
            if (strcmp(list->entry[i].name, names[n]) == 0)
                general[hart][n] = list->entry[i].handle;
        for (unsigned n = 0; n < 32; n++)
            if (strcmp(list->entry[i].name, fp_names[n]) == 0)
                fp[hart][n] = list->entry[i].handle;
        if (strcmp(list->entry[i].name, "fcsr") == 0)
            fp[hart][32] = list->entry[i].handle;
        for (unsigned n = 0; n < CSRS; n++)
            if (strcmp(list->entry[i].name, csrs[n].name) == 0)
                special[hart][n] = list->entry[i].handle;
        for (unsigned n = 0; n < SINGLES; n++)
            if (strcmp(list->entry[i].name, singles[n].name) == 0)
                single[hart][n] = list->entry[i].handle;
    }
}

static bool read_handle(void *handle, uint64_t *value)
{
    static struct byte_array *(*new_array)(void);
    static struct byte_array *array;

    if (!array) {
        *(void **)&new_array = dlsym(RTLD_DEFAULT, "g_byte_array_new");
        if (!new_array)
            return false;
        array = new_array();
    }
    array->bytes = 0;
    if (!handle || qemu_plugin_read_register(handle, array) != sizeof(*value))
        return false;
    memcpy(value, array->data, sizeof(*value));
    return true;
}

bool read_csr(unsigned hart, unsigned number, uint64_t *value)
{
    for (unsigned n = 0; hart < WATCH_HARTS && n < SINGLES; n++)
        if (singles[n].number == number)
            return read_handle(single[hart][n], value);
    return false;
}

bool read_general(unsigned hart, unsigned number, uint64_t *value)
{
    return hart < WATCH_HARTS && read_handle(general[hart][number], value);
}

bool read_generals(unsigned hart, uint64_t *x)
{
    x[0] = 0;
    for (unsigned n = 1; n < 32; n++)
        if (!read_general(hart, n, &x[n]))
            return false;
    return true;
}

bool read_csrs(unsigned hart, struct model_csrs *to)
{
    for (size_t i = 0; hart < WATCH_HARTS && i < CSRS; i++) {
        uint64_t value = 0;

        if (!read_handle(special[hart][i], &value) && !csrs[i].optional)
            return false;
        memcpy((char *)to + csrs[i].offset, &value, sizeof(value));
    }
    return hart < WATCH_HARTS;
}

bool read_fp(unsigned hart, uint64_t *f, uint64_t *fcsr)
{
    for (unsigned n = 0; hart < WATCH_HARTS && n < 32; n++)
        if (!read_handle(fp[hart][n], &f[n]))
            return false;
    return hart < WATCH_HARTS && read_handle(fp[hart][32], fcsr);
}

/* This interface hides where QEMU keeps a hart, and so the clock inside a callback. */
bool read_hart(unsigned hart, struct hart_state *state)
{
    (void)hart, (void)state;
    return false;
}
#endif
