/* uptime: how long the kernel has been running. */
#include "user/lib/user.h"

int main(void)
{
    long now = uptime();
    printf("up %ld.%06ld s\n", now / 1000000, now % 1000000);
    return 0;
}
