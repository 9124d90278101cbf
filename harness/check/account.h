/* The properties that are sums over a run: CPU shares, gaps, how a VM ended. */
#ifndef CHECK_ACCOUNT_H
#define CHECK_ACCOUNT_H

#include "check/facts.h"

struct account {
    char expected[320], actual[320], diagnosis[64];
};

/* share vm=a of 3/4 within 2% [by FIELD]: by the probes' memory, or by told CPU time. */
bool share_holds(const struct facts *facts, const struct property *property,
                 struct account *account);

/* gap vm=a below 30ms [by instructions]: the longest that one of its vCPUs could have run and did
 * not. By instructions, of a VM that always can run: the longest stretch without an entry into it.
 */
bool gap_holds(const struct facts *facts, const struct property *property, struct account *account);

/* vm a ends exit(0). */
bool end_holds(const struct facts *facts, const struct property *property, struct account *account);

/* vm a says "TEXT": it wrote that to its console, and the hypervisor took it. */
bool says_holds(const struct facts *facts, const struct property *property,
                struct account *account);

#endif
