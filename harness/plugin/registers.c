/* General registers of a hart, at the begin of a block, when QEMU holds them in memory. */
#include <dlfcn.h>
#include <string.h>

#include "watch.h"

#if WATCH_API == 1
/*
 * This interface has no registers. QEMU's own hook for its debugger does, and is there wherever
 * QEMU was built with loadable modules, as Debian and Ubuntu do. Without it: false.
 */
bool read_general(unsigned hart, unsigned number, uint64_t *value)
{
    static void *(*get_cpu)(int);
    static struct byte_array *(*new_array)(void);
    static int (*read_register)(void *cpu, struct byte_array *to, int number);
    static struct byte_array *array;

    if (!array) {
        *(void **)&get_cpu = dlsym(RTLD_DEFAULT, "qemu_get_cpu");
        *(void **)&read_register = dlsym(RTLD_DEFAULT, "riscv_cpu_gdb_read_register");
        *(void **)&new_array = dlsym(RTLD_DEFAULT, "g_byte_array_new");
        if (!get_cpu || !read_register || !new_array)
            return false;
        array = new_array();
    }
    void *cpu = get_cpu((int)hart);
    array->bytes = 0;
    if (!cpu || read_register(cpu, array, (int)number) != sizeof(*value))
        return false;
    memcpy(value, array->data, sizeof(*value));
    return true;
}
#else
static void *general[WATCH_HARTS][32];

void registers_on_hart(plugin_id id, unsigned hart)
{
    static const char *const names[32] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                          "fp",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                          "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                          "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
    struct plugin_register_list *list = qemu_plugin_get_registers();

    (void)id;
    for (unsigned i = 0; hart < WATCH_HARTS && i < list->count; i++) {
        for (unsigned n = 0; n < 32; n++) {
            if (strcmp(list->entry[i].name, names[n]) == 0)
                general[hart][n] = list->entry[i].handle;
        }
    }
}

bool read_general(unsigned hart, unsigned number, uint64_t *value)
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
    if (!general[hart][number] ||
        qemu_plugin_read_register(general[hart][number], array) != sizeof(*value))
        return false;
    memcpy(value, array->data, sizeof(*value));
    return true;
}
#endif
