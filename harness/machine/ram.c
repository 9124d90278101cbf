/* The machine's RAM through its file: mapped once, checked for shrinking, guarded against SIGBUS.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/ram.h"

static bool file_holds(int file, uint64_t bytes)
{
    struct stat status;

    return fstat(file, &status) == 0 && (uint64_t)status.st_size >= bytes;
}

int ram_open(struct ram *ram, int file, uint64_t base, uint64_t bytes, struct error *error)
{
    *ram = (struct ram){.file = -1};
    if (bytes == 0 || !file_holds(file, bytes))
        return error_fault(error, "RAM file: shorter than the machine's %" PRIu64 " bytes", bytes);
    void *mapping = mmap(NULL, bytes, PROT_READ, MAP_SHARED, file, 0);
    if (mapping == MAP_FAILED)
        return error_fault(error, "RAM file: cannot be mapped: %s", strerror(errno));
    *ram =
        (struct ram){.byte = mapping, .base = base, .bytes = bytes, .file = file, .mapped = true};
    return 0;
}

int ram_open_path(struct ram *ram, const char *path, uint64_t base, struct error *error)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);

    *ram = (struct ram){.file = -1};
    if (file < 0 || fstat(file, &status) != 0) {
        error_set(error, "%s: cannot be opened as RAM: %s", path, strerror(errno));
        if (file >= 0)
            close(file);
        return -1;
    }
    if (ram_open(ram, file, base, (uint64_t)status.st_size, error) != 0) {
        close(file);
        return error_prefix(error, "%s", path);
    }
    ram->own_file = true;
    return 0;
}

void ram_from_memory(struct ram *ram, const void *memory, uint64_t base, uint64_t bytes)
{
    *ram = (struct ram){.byte = memory, .base = base, .bytes = bytes, .file = -1};
}

const void *ram_at(const struct ram *ram, uint64_t address, uint64_t length)
{
    if (address < ram->base || address - ram->base > ram->bytes)
        return NULL;
    uint64_t offset = address - ram->base;
    return length <= ram->bytes - offset ? ram->byte + offset : NULL;
}

bool ram_alive(const struct ram *ram)
{
    return ram->byte && (ram->file < 0 || file_holds(ram->file, ram->bytes));
}

bool ram_copy(const struct ram *ram, uint64_t address, void *to, uint64_t length)
{
    const void *from = ram_at(ram, address, length);

    if (!from || !ram_alive(ram))
        return false;
    memcpy(to, from, length);
    return true;
}

void ram_close(struct ram *ram)
{
    if (ram->mapped)
        munmap((void *)(uintptr_t)ram->byte, ram->bytes);
    if (ram->own_file)
        close(ram->file);
    *ram = (struct ram){.file = -1};
}

static _Thread_local sigjmp_buf guard;
static _Thread_local volatile sig_atomic_t guarded;

static void on_bus_error(int number)
{
    if (guarded)
        siglongjmp(guard, 1);
    signal(number, SIG_DFL);
    raise(number);
}

bool ram_guarded(void (*function)(void *), void *argument)
{
    struct sigaction before, now = {.sa_handler = on_bus_error};
    volatile bool whole = false;

    sigaction(SIGBUS, &now, &before);
    if (sigsetjmp(guard, 1) == 0) {
        guarded = 1;
        function(argument);
        whole = true;
    }
    guarded = 0;
    sigaction(SIGBUS, &before, NULL);
    return whole;
}
