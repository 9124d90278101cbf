/* shutdown [CODE]: ends the machine with an exit code, 0 if it is not told. */
#include "user/lib/user.h"

int main(int count, char **arguments)
{
    long code = 0;
    if (count > 2 || (count == 2 && !parse_number(arguments[1], &code))) {
        print_to(2, "usage: shutdown [CODE]\n");
        return 2;
    }
    shutdown((unsigned long)code);
    return 1;
}
