/* wc [FILE…]: counts lines, words and bytes. */
#include "user/lib/user.h"

static void count_in(const char *name, long descriptor)
{
    char buffer[512];
    long lines = 0, words = 0, bytes = 0, got;
    bool in_word = false;
    while ((got = read(descriptor, buffer, sizeof(buffer))) > 0) {
        bytes += got;
        for (long i = 0; i < got; i++) {
            bool blank = buffer[i] == ' ' || buffer[i] == '\n' || buffer[i] == '\t';
            lines += buffer[i] == '\n';
            words += !blank && !in_word;
            in_word = !blank;
        }
    }
    if (got < 0)
        fail("wc", name, got);
    printf("%7ld %7ld %7ld %s\n", lines, words, bytes, name);
}

int main(int count, char **arguments)
{
    if (count == 1)
        count_in("", 0);
    for (int i = 1; i < count; i++) {
        long descriptor = open(arguments[i], OPEN_READ);
        if (descriptor < 0)
            fail("wc", arguments[i], descriptor);
        count_in(arguments[i], descriptor);
        close(descriptor);
    }
    return 0;
}
