/* Scanning C and assembly text for a function, and blanking it: any bytes will do. */
#include <stdint.h>
#include <stdlib.h>

#include "stage/blank.h"
#include "stage/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"x.c", "x.S"};
    for (size_t i = 0; i < 2; i++) {
        struct buffer text = {0};
        struct source_function found;
        buffer_add(&text, data, size);
        if (source_find(paths[i], buffer_string(&text), text.length, "f", &found, NULL) == 0 &&
            (found.body.begin > found.body.end || found.body.end > text.length)) {
            abort();
        }
        blank_function(&text, paths[i], "f", "write me", "todo.h", NULL);
        buffer_free(&text);
    }
    return 0;
}
