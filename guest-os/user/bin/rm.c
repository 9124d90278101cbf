/* rm FILE…: removes files that were written; those of the archive stay. */
#include "user/lib/user.h"

int main(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        long error = remove(arguments[i]);
        if (error < 0)
            fail("rm", arguments[i], error);
    }
    return 0;
}
