/* Findings of the whole run, for properties of checks: was the trace true, does isolation hold, is
 * the panic report true? See findings.h. */
#include "check/findings.h"

#include <inttypes.h>
#include <stdio.h>

#include "check/registers.h"
#include "monitor/monitor.h"

static const char *truth_name(enum truth truth)
{
    static const char *const names[TRUTH_COUNT] = {
        [TRUTH_EQUAL] = "",
        [TRUTH_MISSING] = "the trace is not true: missing record",
        [TRUTH_EXTRA] = "the trace is not true: extra record",
        [TRUTH_ALTERED] = "the trace is not true: altered record",
        [TRUTH_LOST] = "trace records lost",
    };
    return truth < TRUTH_COUNT ? names[truth] : "";
}

void findings_truth(struct machine *machine)
{
    const struct observation *seen = &machine->seen;
    struct finding *finding = &machine->facts.truth;
    finding->known = true;
    finding->holds = seen->truth.truth == TRUTH_EQUAL && !*seen->told_error && !*seen->seen_error;
    finding->looked_at = seen->truth.compared;
    finding->unsure = seen->truth.truth == TRUTH_LOST || *seen->seen_error;
    if (*seen->told_error) {
        snprintf(finding->diagnosis, sizeof finding->diagnosis, "trace cannot be read");
        snprintf(finding->text, sizeof finding->text, "%s", seen->told_error);
        return;
    }
    snprintf(finding->diagnosis, sizeof finding->diagnosis, "%s", truth_name(seen->truth.truth));
    if (finding->holds)
        snprintf(finding->text, sizeof finding->text, "told equals seen: %" PRIu64 " exits",
                 seen->truth.compared);
    else
        snprintf(finding->text, sizeof finding->text, "%s",
                 *seen->seen_error ? seen->seen_error : seen->truth.text);
}

void findings_isolation(struct machine *machine)
{
    struct finding *finding = &machine->facts.isolation;
    finding->known = machine->audited;
    if (!machine->audited)
        return;
    struct buffer sentence = {0};
    audit_sentence(&machine->audit, &machine->report, &sentence);
    finding->holds = machine->report.holds;
    finding->looked_at = machine->leaves;
    snprintf(finding->text, sizeof finding->text, "%s", buffer_string(&sentence));
    if (machine->report.findings)
        snprintf(finding->diagnosis, sizeof finding->diagnosis, "%s",
                 audit_diagnosis_name(machine->report.finding[0].diagnosis));
    buffer_free(&sentence);
}

/* Says what the report of a trap lacks. false: nothing. */
static bool lacks(const struct panic_report *report, char *text, size_t bytes)
{
    const char *what = NULL;

    if (report->trapped != 1)
        what = "does not say that it is of a trap (trapped is not 1)";
    else if (report->message[0] == '\0')
        what = "has no message";
    else if (report->backtrace[0] == 0)
        what = "has an empty backtrace";
    if (what)
        snprintf(text, bytes, "the report %s", what);
    return what != NULL;
}

/* Says in what the report differs from the trap. false: in nothing. */
static bool differs(const struct panic_report *report, const struct traplog_registers *trap,
                    char *text, size_t bytes)
{
    const struct {
        const char *name;
        uint64_t told, seen;
    } csr[] = {{"scause", report->scause, trap->trap.scause},
               {"sepc", report->sepc, trap->trap.epc},
               {"stval", report->stval, trap->trap.tval}};
    for (size_t i = 0; i < sizeof csr / sizeof *csr; i++) {
        if (csr[i].told == csr[i].seen)
            continue;
        snprintf(text, bytes, "the report tells %s 0x%" PRIx64 ", the machine had 0x%" PRIx64,
                 csr[i].name, csr[i].told, csr[i].seen);
        return true;
    }
    for (unsigned n = 1; n < 32; n++) {
        if (report->x[n] == trap->x[n])
            continue;
        snprintf(text, bytes,
                 "the report tells %s (x%u) 0x%" PRIx64 ", at the trap the machine had 0x%" PRIx64,
                 register_name(n), n, report->x[n], trap->x[n]);
        return true;
    }
    return false;
}

void findings_panic(struct machine *machine)
{
    struct finding *finding = &machine->facts.panic;
    const struct traplog_registers *trap = registers_host(machine->registers);
    struct panic_report report;
    uint64_t at;
    finding->known = true;
    snprintf(finding->diagnosis, sizeof finding->diagnosis, "panic report is not true");
    if (!symbols_find(machine->seen.hypervisor, "panic_report", &at, NULL) ||
        !panic_read(&machine->seen.ram, at, &report)) {
        snprintf(finding->text, sizeof finding->text,
                 "the hypervisor left no panic report (abi/monitor.h)");
        return;
    }
    if (!trap) {
        snprintf(finding->text, sizeof finding->text, "the hypervisor took no trap itself");
        return;
    }
    finding->looked_at = 34;
    finding->holds = !differs(&report, trap, finding->text, sizeof finding->text) &&
                     !lacks(&report, finding->text, sizeof finding->text);
    if (finding->holds)
        snprintf(finding->text, sizeof finding->text,
                 "the panic report is true: cause, place, 31 registers and words");
}
