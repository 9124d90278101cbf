/* placeholder */
#include "result/write.h"
int result_write_html(const struct result_run *run, FILE *out)
{
    return result_write_json(run, out);
}
