/* What the assembly form of TODO calls. */
#include "boot/todo.h"

_Noreturn void todo_stop(const char *sentence)
{
    TODO(sentence);
}
