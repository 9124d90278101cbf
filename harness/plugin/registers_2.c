/* Registers of a hart by the plugin interface itself (2: QEMU 9 on): handles, found by their names
 * when the hart comes into being. */
#include "registers.h"

#if WATCH_API != 1

#include <dlfcn.h>
#include <string.h>

static void *general[WATCH_HARTS][32], *special[WATCH_HARTS][MODEL_CSRS], *fp[WATCH_HARTS][33];

/* Supervisor CSRs that are read one by one: read_csr. */
static const struct {
    const char *name;
    unsigned number;
} singles[] = {{"sstatus", 0x100}, {"stvec", 0x105},  {"sscratch", 0x140},
               {"sepc", 0x141},    {"scause", 0x142}, {"satp", 0x180}};
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
        for (unsigned n = 0; n < MODEL_CSRS; n++)
            if (strcmp(list->entry[i].name, model_csr[n].name) == 0)
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
    for (size_t i = 0; hart < WATCH_HARTS && i < MODEL_CSRS; i++) {
        uint64_t value = 0;

        if (!read_handle(special[hart][i], &value) && !model_csr[i].optional)
            return false;
        memcpy((char *)to + model_csr[i].offset, &value, sizeof(value));
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
