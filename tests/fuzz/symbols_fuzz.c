/* ELF files of any shape: names, lines and code are looked up without leaving the file. */
#include <sys/mman.h>
#include <stdio.h>
#include <unistd.h>

#include "symbols/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void ignore(uint64_t address, uint32_t instruction, void *argument)
{
    (void)address;
    (void)instruction;
    (void)argument;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char path[40], text[128];
    struct error error;
    uint64_t address, size;
    int file = memfd_create("elf", 0);

    if (write(file, data, bytes) != (ssize_t)bytes) {
        close(file);
        return 0;
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    struct symbols *symbols = symbols_open(path, &error);
    if (symbols) {
        symbols_find(symbols, "trap_vector", &address, &size);
        symbols_extent(symbols, &address, &size);
        symbols_describe(symbols, address + 16, text, sizeof(text));
        symbols_scan(symbols, UINT32_MAX, 0x10200073, ignore, NULL);
        symbols_close(symbols);
    }
    close(file);
    return 0;
}
