/* cat [FILE…]: copies the files, or its input, to its output. */
#include "user/lib/user.h"

static void copy(const char *name, long descriptor)
{
    char buffer[512];
    long got;
    while ((got = read(descriptor, buffer, sizeof(buffer))) > 0) {
        if (!write_all(1, buffer, (size_t)got))
            fail("cat", "output", EPIPE);
    }
    if (got < 0)
        fail("cat", name, got);
}

int main(int count, char **arguments)
{
    if (count == 1)
        copy("input", 0);
    for (int i = 1; i < count; i++) {
        long descriptor = open(arguments[i], OPEN_READ);
        if (descriptor < 0)
            fail("cat", arguments[i], descriptor);
        copy(arguments[i], descriptor);
        close(descriptor);
    }
    return 0;
}
