/* ls: lists all files, each with its size in bytes. */
#include "user/lib/user.h"

int main(void)
{
    struct directory_entry entry;
    long directory = open("/", OPEN_READ);
    if (directory < 0)
        fail("ls", "/", directory);
    while (read(directory, &entry, sizeof(entry)) == sizeof(entry))
        printf("%8u %s\n", entry.bytes, entry.name);
    return 0;
}
