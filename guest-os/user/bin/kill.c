/* kill PID…: ends processes. */
#include "user/lib/user.h"

int main(int count, char **arguments)
{
    if (count < 2) {
        print_to(2, "usage: kill PID…\n");
        return 2;
    }
    for (int i = 1; i < count; i++) {
        long pid, error = -EINVAL;
        if (parse_number(arguments[i], &pid))
            error = kill(pid);
        if (error < 0)
            fail("kill", arguments[i], error);
    }
    return 0;
}
