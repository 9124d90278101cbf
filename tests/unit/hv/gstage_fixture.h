/* A second stage in an arena of its own, for tests of what is done to it. */
#ifndef TESTS_UNIT_HV_GSTAGE_FIXTURE_H
#define TESTS_UNIT_HV_GSTAGE_FIXTURE_H

#include "hv/arena.h"
#include "hv/fake_metal.h"
#include "memory/gstage.h"
#include "memory/page.h"
#include "test.h"

#define TABLES (OWNER_TABLES_FIRST + 3)
#define RAM    0x80000000ull
#define KIB    (1ull << 10)
#define MIB    (1ull << 20)
#define GIB    (1ull << 30)
#define PA     0x140000000ull

static struct gstage gstage;

static inline void begin(void)
{
    arena_begin(512, ORDER_2M);
    fake_reset(true);
    CU_ASSERT_EQUAL_FATAL(gstage_init(&gstage, TABLES, 3), GSTAGE_OK);
}

/* What was made must go again. */
static inline void end(void)
{
    gstage_destroy(&gstage);
    CU_ASSERT_EQUAL(page_count(TABLES), 0);
    arena_end();
}

#endif
