/* Any text as a result's JSON: refused with one line, or read, and then all reports can be written.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "result/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_once(result_writer *write, const struct result_run *run)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    assert(write(run, stream) == 0);
    fclose(stream);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[160] = "";
    struct result_run *run = result_read_json((const char *)data, size, error, sizeof error);
    if (!run) {
        assert(*error && !strchr(error, '\n'));
        return 0;
    }
    write_once(result_write_json, run);
    write_once(result_write_junit, run);
    write_once(result_write_tap, run);
    write_once(result_write_html, run);
    write_once(result_write_terminal, run);
    result_run_free(run);
    return 0;
}
