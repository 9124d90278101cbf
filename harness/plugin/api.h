/*
 * The part of QEMU's TCG plugin interface that the watch plugin uses, with prototypes of our own:
 * Debian 12 ships no qemu-plugin.h. WATCH_API 1 is QEMU 7.2 to 8.2, WATCH_API 2 is 9.0 and later
 * (which dropped the inline counters on plain memory, so a callback counts there).
 * Source: QEMU, docs/devel/tcg-plugins.rst.
 */
#ifndef PLUGIN_API_H
#define PLUGIN_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
struct qemu_info; /* not looked at */

enum { PLUGIN_NO_REGISTERS = 0, PLUGIN_READ_REGISTERS = 1 };
enum { PLUGIN_MEMORY_WRITE = 2 };
enum { PLUGIN_ADD_U64 = 0 };

typedef void (*plugin_translate)(plugin_id id, struct qemu_plugin_tb *block);
typedef void (*plugin_execute)(unsigned hart, void *data);
typedef void (*plugin_access)(unsigned hart, uint32_t info, uint64_t address, void *data);
typedef void (*plugin_hart)(plugin_id id, unsigned hart);

/* glib's, as far as it matters here. */
struct byte_array {
    uint8_t *data;
    unsigned bytes;
};

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, plugin_translate function);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, plugin_execute function,
                                          int flags, void *data);
#if WATCH_API == 1
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *block, int operation,
                                              void *counter, uint64_t value);
#endif
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction,
                                            plugin_execute function, int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *instruction, plugin_access function,
                                      int flags, int kinds, void *data);
void qemu_plugin_register_vcpu_idle_cb(plugin_id id, plugin_hart function);
void qemu_plugin_register_vcpu_resume_cb(plugin_id id, plugin_hart function);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *instruction);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t info, uint64_t address);
unsigned qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *address);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *address);
void qemu_plugin_outs(const char *text);

#if WATCH_API > 1
struct plugin_register_list { /* glib's GArray of the struct below */
    struct plugin_register {
        void *handle;
        const char *name, *feature;
    } * entry;
    unsigned count;
};
struct plugin_register_list *qemu_plugin_get_registers(void);
int qemu_plugin_read_register(void *handle, struct byte_array *bytes);
void qemu_plugin_register_vcpu_init_cb(plugin_id id, plugin_hart function);
#endif

#endif
