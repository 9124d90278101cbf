/* head [-N]: copies the first N lines of its input, 10 if it is not told. */
#include "user/lib/user.h"

int main(int count, char **arguments)
{
    long lines = 10;
    if (count > 2 || (count == 2 && (!parse_number(arguments[1], &lines) || lines >= 0))) {
        if (count > 2 || lines != 10) {
            print_to(2, "usage: head [-N]\n");
            return 2;
        }
    }
    if (lines < 0)
        lines = -lines;
    char line[512];
    while (lines-- > 0 && read_line(0, line, sizeof(line)))
        printf("%s\n", line);
    return 0;
}
