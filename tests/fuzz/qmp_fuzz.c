/* QMP messages: anything is an object, not yet a whole line, or refused. */
#include <stdlib.h>

#include "machine/qmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct qmp qmp;
    json_t *message;
    long used;

    for (size_t at = 0; at < bytes; at += (size_t)used) {
        used = qmp_parse(&qmp, (const char *)data + at, bytes - at, &message);
        if (used <= 0)
            break;
        if (!json_is_object(message))
            abort();
        json_decref(message);
    }
    return 0;
}
