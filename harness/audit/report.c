/* What the audit found, in words: names, one line a finding, one sentence for all. */
#include <inttypes.h>
#include <string.h>

#include "audit/audit.h"

const char *audit_diagnosis_name(enum audit_diagnosis diagnosis)
{
    static const char *const names[AUDIT_DIAGNOSES] = {
        [AUDIT_ROOT_NOT_ALIGNED] = "hgatp root not aligned",
        [AUDIT_MODE] = "hgatp mode unknown",
        [AUDIT_BARE] = "second stage is bare",
        [AUDIT_ROOT_OUTSIDE] = "hgatp root outside RAM",
        [AUDIT_HYPERVISOR_REACHABLE] = "hypervisor page reachable",
        [AUDIT_FIRMWARE_REACHABLE] = "firmware page reachable",
        [AUDIT_TABLE_REACHABLE] = "page-table page reachable",
        [AUDIT_SHARED] = "page in two VMs",
        [AUDIT_TWICE] = "page mapped twice",
        [AUDIT_TABLE_SHARED] = "table page in two trees",
        [AUDIT_DEVICE] = "device page reachable",
        [AUDIT_OUTSIDE] = "physical hole mapped",
        [AUDIT_NOT_PROMISED] = "mapped outside the VM's memory",
        [AUDIT_NO_U] = "U bit missing",
        [AUDIT_PERMISSIONS] = "permissions wrong",
        [AUDIT_GLOBAL] = "G bit set in the second stage",
        [AUDIT_RESERVED_BITS] = "reserved PTE bits set",
        [AUDIT_MISALIGNED] = "superpage misaligned",
        [AUDIT_MALFORMED] = "malformed page table",
    };

    return diagnosis < AUDIT_DIAGNOSES ? names[diagnosis] : "?";
}

void audit_describe(const struct audit_input *input, const struct audit_finding *finding,
                    struct buffer *out)
{
    const struct audit_tree *tree = &input->tree[finding->tree];

    buffer_printf(out, "%s: %s", audit_diagnosis_name(finding->diagnosis), tree->name);
    if (finding->leaf.pte)
        buffer_printf(out,
                      ": guest-physical 0x%" PRIx64 " is physical 0x%" PRIx64
                      " (level %u, pte 0x%" PRIx64 " at 0x%" PRIx64 ")",
                      finding->leaf.virtual, finding->leaf.physical, finding->leaf.level,
                      finding->leaf.pte, finding->leaf.pte_at);
    else if (finding->leaf.bytes)
        buffer_printf(out, ": table at physical 0x%" PRIx64, finding->leaf.physical);
    else
        buffer_printf(out, ": hgatp 0x%" PRIx64, tree->hgatp);
    if (finding->what)
        buffer_printf(out, ", of the %s", finding->what);
    if (finding->other >= 0)
        buffer_printf(out, ", also of %s", input->tree[finding->other].name);
    if (finding->pages > 1)
        buffer_printf(out, ", %" PRIu64 " pages", finding->pages);
}

void audit_sentence(const struct audit_input *input, const struct audit_report *report,
                    struct buffer *out)
{
    if (!report->holds) {
        buffer_text(out, "isolation is broken: ");
        audit_describe(input, &report->finding[0], out);
        return;
    }
    buffer_printf(out,
                  "isolation holds: %" PRIu64 " leaf entries in %zu second-stage trees visited, "
                  "none leads where it must not",
                  report->leaves, input->trees);
}
