/* What the tests of bundles share: a bundle that is made, changed, and refused with just one line.
 */
#ifndef TESTS_UNIT_HV_BUNDLE_REFUSED_H
#define TESTS_UNIT_HV_BUNDLE_REFUSED_H

#include "hv/bundle_maker.h"
#include "test.h"
#include "vm/bundle.h"
#include <stdio.h>
#include <string.h>

#define BASE      BUNDLE_GUEST_RAM_BASE
#define NO_LIMIT  UINT64_MAX
#define GPA_LIMIT (1ull << 41)

static struct maker maker;
static struct bundle bundle;
static char why[200];

static bool opens(uint64_t memory_limit)
{
    why[0] = '\0';
    return bundle_open(&bundle, maker.bytes, MAKER_BYTES, memory_limit, why, sizeof why);
}

/* The bundle, with its CRCs right, is refused with just this line. */
#define REFUSED(...)                                                                               \
    do {                                                                                           \
        char line_[200];                                                                           \
        snprintf(line_, sizeof line_, __VA_ARGS__);                                                \
        maker_seal(&maker);                                                                        \
        CU_ASSERT_FALSE(opens(NO_LIMIT));                                                          \
        CU_ASSERT_STRING_EQUAL(why, line_);                                                        \
        if (strcmp(why, line_) != 0)                                                               \
            printf("    found:    %s\n    expected: %s\n", why, line_);                            \
    } while (0)

#endif
