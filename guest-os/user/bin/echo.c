/* echo [WORD…]: writes its arguments, with blanks between them. */
#include "user/lib/user.h"

int main(int count, char **arguments)
{
    for (int i = 1; i < count; i++)
        printf("%s%s", arguments[i], i + 1 < count ? " " : "");
    printf("\n");
    return 0;
}
