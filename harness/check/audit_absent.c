/* Stands in until the audit is built: says that nothing could be audited. */
#include "audit/machine.h"

#include <string.h>

__attribute__((weak)) void audit_from_machine(struct audit_input *input, const struct ram *ram,
                                              const struct symbols *hypervisor,
                                              const uint64_t *hgatps, size_t count)
{
    (void)ram, (void)hypervisor, (void)hgatps, (void)count;
    memset(input, 0, sizeof *input);
}
__attribute__((weak)) int audit_run(const struct audit_input *input, struct audit_report *report)
{
    (void)input, (void)report;
    return -1;
}
__attribute__((weak)) void audit_free(struct audit_report *report)
{
    (void)report;
}
__attribute__((weak)) void audit_sentence(const struct audit_input *input,
                                          const struct audit_report *report, struct buffer *out)
{
    (void)input, (void)report, (void)out;
}
__attribute__((weak)) void audit_map_text(const struct audit_input *input,
                                          const struct audit_report *report, struct buffer *out)
{
    (void)input, (void)report, (void)out;
}
__attribute__((weak)) const char *audit_diagnosis_name(enum audit_diagnosis diagnosis)
{
    (void)diagnosis;
    return "";
}
__attribute__((weak)) bool walk_copy(const struct ram *ram, uint64_t hgatp, uint64_t address,
                                     void *to, size_t bytes)
{
    (void)ram, (void)hgatp, (void)address, (void)to, (void)bytes;
    return false;
}
