/* Copies between the kernel and user memory, page by page through space_page(): a user address
 * is never dereferenced as it comes. */
#include "lib/string.h"
#include "memory/space.h"

/* The bytes from address to the end of its page, or `bytes` if that is less. */
static size_t within_page(uint64_t address, size_t bytes)
{
    size_t room = PAGE_SIZE - (address & PAGE_MASK);
    return bytes < room ? bytes : room;
}

/* The kernel's address for a user address that is about to be accessed, or NULL. */
static char *kernel_address(struct space *space, uint64_t address, uint64_t access)
{
    char *page = space_page(space, address, access, NULL);
    return page ? page + (address & PAGE_MASK) : NULL;
}

bool user_copy_in(struct space *space, void *to, uint64_t from, size_t bytes)
{
    for (char *out = to; bytes;) {
        size_t part = within_page(from, bytes);
        const char *in = kernel_address(space, from, PTE_R);
        if (!in)
            return false;
        memcpy(out, in, part);
        out += part;
        from += part;
        bytes -= part;
    }
    return true;
}

bool user_copy_out(struct space *space, uint64_t to, const void *from, size_t bytes)
{
    for (const char *in = from; bytes;) {
        size_t part = within_page(to, bytes);
        char *out = kernel_address(space, to, PTE_W);
        if (!out)
            return false;
        memcpy(out, in, part);
        in += part;
        to += part;
        bytes -= part;
    }
    return true;
}

long user_copy_string(struct space *space, char *to, uint64_t from, size_t size)
{
    for (size_t length = 0; length < size; length++) {
        if (!user_copy_in(space, &to[length], from + length, 1))
            return -1;
        if (!to[length])
            return (long)length;
    }
    return (long)size;
}
