/*
 * A TCG plugin for QEMU that notes which of the hypervisor's code is run: one byte of the file for
 * each halfword of the range, set when the code there is translated, which is just before it runs.
 *
 *     -plugin FILE,out=FILE,code=FROM-TO        addresses physical, hexadecimal
 *
 * It goes by the physical address, since guests run at the hypervisor's addresses too. The file is
 * mapped, so that it is whole whatever ends QEMU.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plugin/api.h"

#define RAM_BASE 0x80000000u /* of the board virt */

__attribute__((visibility("default"))) int qemu_plugin_version = WATCH_API;

static uint64_t code_from, code_to;
static uint8_t *seen;

/* RAM is the shared mapping that the address lies in, from its first byte. */
static uint64_t physical(const void *host)
{
    static unsigned long long from, to;
    unsigned long long address = (uintptr_t)host;
    char line[512], flags[8];

    if (address >= from && address < to)
        return RAM_BASE + (address - from);
    FILE *maps = fopen("/proc/self/maps", "re");
    uint64_t found = 0;
    while (maps && !found && fgets(line, sizeof(line), maps)) {
        unsigned long long begin, end, offset;
        if (sscanf(line, "%llx-%llx %7s %llx", &begin, &end, flags, &offset) != 4 ||
            flags[3] != 's' || offset != 0 || address < begin || address >= end)
            continue;
        from = begin;
        to = end;
        found = RAM_BASE + (address - from);
    }
    if (maps)
        fclose(maps);
    return found;
}

static void on_translate(plugin_id id, struct qemu_plugin_tb *block)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        const void *host = qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(block, i));
        uint64_t address = host ? physical(host) : 0;
        if (address >= code_from && address < code_to)
            seen[(address - code_from) / 2] = 1;
    }
}

static bool map_file(const char *path)
{
    size_t bytes = (code_to - code_from) / 2;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    if (file < 0 || ftruncate(file, (off_t)bytes) != 0)
        return false;
    seen = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return seen != MAP_FAILED;
}

__attribute__((visibility("default"))) int
qemu_plugin_install(plugin_id id, const struct qemu_info *info, int count, char **arguments)
{
    unsigned long long from, to;
    const char *out = NULL;

    (void)info;
    for (int i = 0; i < count; i++) {
        if (strncmp(arguments[i], "out=", 4) == 0)
            out = arguments[i] + 4;
        else if (sscanf(arguments[i], "code=%llx-%llx", &from, &to) == 2 && from < to)
            code_from = from, code_to = to;
    }
    if (!out || !code_to || !map_file(out)) {
        fprintf(stderr, "cover: out=FILE and code=FROM-TO are expected\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    return 0;
}
