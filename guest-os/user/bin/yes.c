/* yes [WORD]: writes a word, line after line, until nobody reads it any more. */
#include "user/lib/user.h"

int main(int count, char **arguments)
{
    char line[64];
    int length = format_text(line, sizeof(line), "%s\n", count > 1 ? arguments[1] : "y");
    if (length >= (int)sizeof(line))
        length = sizeof(line) - 1;
    while (write_all(1, line, (size_t)length))
        continue;
    return 0;
}
