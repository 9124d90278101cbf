/*
 * Proves that the SBI keeps its word (SBI spec 2.0): the Base extension answers, probing tells the
 * truth about every extension, unknown extensions and functions are NOT_SUPPORTED, and a call
 * changes a0 and a1 alone. Option rounds= random unknown calls. Reports facts; counters: calls by
 * kind, and a bit for each known extension that is there.
 */
#include "probe.h"

const char probe_name[] = "sbi";

enum { AVAILABLE, UNKNOWN_EID, UNKNOWN_FID, SPEC_VERSION, IMPL_ID };

struct extension {
    const char *name;
    uint64_t eid;
    uint64_t functions; /* FIDs 0 … functions-1 are known */
};

static const struct extension extensions[] = {
    {"BASE", SBI_EXT_BASE, 7},     {"TIME", SBI_EXT_TIME, 1}, {"IPI", SBI_EXT_IPI, 1},
    {"RFENCE", SBI_EXT_RFENCE, 7}, {"HSM", SBI_EXT_HSM, 4},   {"SRST", SBI_EXT_SRST, 1},
    {"DBCN", SBI_EXT_DBCN, 3},     {"STA", SBI_EXT_STA, 1},   {"PV", SBI_EXT_PV, 3},
    {"PMU", 0x504d55, 8},          {"SUSP", 0x53555350, 1},   {"CPPC", 0x43505043, 4},
    {"NACL", 0x4e41434c, 5},       {"FWFT", 0x46574654, 2},   {"SSE", 0x535345, 10},
};

#define EXTENSIONS (sizeof extensions / sizeof extensions[0])

/* Registers x1 … x31 around one ecall: in, out. sbi_registers.S fills both. */
uint64_t call_registers[2][32];
void call_with_registers(void);

/* A call whose registers are random but for what names it, and those that it may change. */
static struct sbi_result call_observed(uint64_t eid, uint64_t fid, uint64_t a0, uint64_t a1,
                                       uint64_t a2)
{
    for (unsigned i = 1; i < 32; i++)
        call_registers[0][i] = random_next();
    call_registers[0][10] = a0;
    call_registers[0][11] = a1;
    call_registers[0][12] = a2;
    call_registers[0][16] = fid;
    call_registers[0][17] = eid;
    call_with_registers();
    for (unsigned i = 1; i < 32; i++)
        if (i != 10 && i != 11 &&
            !expect_equal(call_registers[0][i], call_registers[1][i],
                          "an SBI call changes a0 and a1 alone"))
            explain("sbi: x%u in EID 0x%x FID %u\n", (uint64_t)i, eid, fid);
    return (struct sbi_result){(int64_t)call_registers[1][10], call_registers[1][11]};
}

/* A legacy call answers in a0 alone (SBI spec, chapter 5). */
static void expect_legacy(void)
{
    uint64_t a1 = random_next();

    call_observed(SBI_LEGACY_CONSOLE_GETCHAR, random_next(), 0, a1, 0);
    expect_equal(a1, call_registers[1][11], "a legacy call changes a0 alone");
}

static bool probe_says(uint64_t eid)
{
    struct sbi_result result =
        call_observed(SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, eid, random_next(), 0);

    expect_equal(SBI_SUCCESS, (uint64_t)result.error, "probing an extension succeeds");
    return result.value != 0;
}

static void expect_base(void)
{
    uint64_t version = call_observed(SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION, 0, 0, 0).value;

    counter_set(SPEC_VERSION, "spec_version", version);
    counter_set(IMPL_ID, "impl_id",
                call_observed(SBI_EXT_BASE, SBI_BASE_GET_IMPL_ID, 0, 0, 0).value);
    expect_equal(0, version >> 31, "the specification version has bit 31 and above clear");
    if (in_a_vm())
        expect_true(version >= 0x02000000, version, "the specification version is 2.0 or later");
    for (uint64_t fid = 0; fid < 7; fid++)
        expect_equal(SBI_SUCCESS,
                     (uint64_t)call_observed(SBI_EXT_BASE, fid, SBI_EXT_BASE, 0, 0).error,
                     "each function of Base succeeds");
    expect_true(probe_says(SBI_EXT_BASE), 0, "Base says that Base is there");
}

/* Functions past an extension's last are not supported, whether it is there or not; functions of
 * an extension that probing denies are not supported either. */
static void expect_extension(const struct extension *extension, unsigned index)
{
    bool there = probe_says(extension->eid);

    if (there)
        counter_add(AVAILABLE, "available", 1ull << index);
    for (unsigned i = 0; i < 8; i++) {
        uint64_t fid = there ? extension->functions + 8 + (random_next() >> random_below(64))
                             : random_below(16);
        struct sbi_result result = call_observed(extension->eid, fid < 16 && there ? 99 : fid,
                                                 random_next(), random_next(), random_next());

        counter_add(UNKNOWN_FID, "unknown_fid", 1);
        if (!expect_equal((uint64_t)SBI_ERR_NOT_SUPPORTED, (uint64_t)result.error,
                          "a function that is not there is NOT_SUPPORTED"))
            explain("sbi: %s FID 0x%x\n", extension->name, fid);
    }
}

static bool is_known(uint64_t eid)
{
    if (eid <= 0xf || (eid >= 0x08000000 && eid <= 0x0bffffff))
        return true;
    for (unsigned i = 0; i < EXTENSIONS; i++)
        if (extensions[i].eid == eid)
            return true;
    return false;
}

static void expect_unknown(uint64_t eid)
{
    if (is_known(eid))
        return;
    counter_add(UNKNOWN_EID, "unknown_eid", 1);
    expect_true(!probe_says(eid), eid, "probing denies an extension that is not there");
    expect_equal(
        (uint64_t)SBI_ERR_NOT_SUPPORTED,
        (uint64_t)call_observed(eid, random_below(4), random_next(), random_next(), random_next())
            .error,
        "a call to an extension that is not there is NOT_SUPPORTED");
}

/* Upper halves of a7 count: an EID is 32 bits, but the register is compared whole. */
static void expect_neighbours(const struct extension *extension)
{
    expect_unknown(extension->eid + 1);
    expect_unknown(extension->eid ^ 0x80);
    if (in_a_vm())
        expect_unknown(extension->eid | 1ull << (32 + random_below(32)));
}

void probe_main(void)
{
    expect_base();
    if (in_a_vm())
        expect_legacy();
    for (unsigned i = 0; i < EXTENSIONS; i++) {
        expect_extension(&extensions[i], i);
        expect_neighbours(&extensions[i]);
    }
    if (in_a_vm())
        expect_equal(0x1ff, probe_report.counters[AVAILABLE],
                     "a VM has BASE TIME IPI RFENCE HSM SRST DBCN STA PV");
    for (uint64_t i = 0; i < option_number("rounds", 500); i++) {
        expect_unknown(random_next() & 0xffffffff);
        expect_unknown(0x100 + random_below(0x10000));
        probe_report.rounds++;
    }
}
