/*
 * Does at random all that a VM can do: SBI calls, CSRs, both modes, RAM and holes, tables, code,
 * FP, timers, vCPUs. Each vCPU does `ops=` (100) operations, each of a stream of its own that
 * follows from seed=, its vCPU and its number; only=A-B,C… does these alone (operation N of vCPU V
 * is 8N+V), so that a failing run can be reduced. Every operation catches its own traps and states
 * what it can know itself. end=exit|shutdown|legacy says how it ends; secret= changes what
 * registers and RAM hold and nothing else. Reports facts; counters: operations by family, and the
 * digest of all.
 */
#include "generator/generator.h"

const char probe_name[] = "generator";

struct worker workers[PROBE_MAX_VCPUS];
uint64_t ram_end;
uint64_t secret;

static uint64_t operations; /* of each vCPU */
static uint64_t failing;    /* number of an operation that is to fail; ~0: none */
static const char *only;    /* what follows only=, or NULL */

static const struct operation *const families[] = {calls, buffers, csrs,  accesses, tables,
                                                   code,  floats,  times, vcpus};

#define FAMILIES (sizeof families / sizeof families[0])

uint64_t draw(struct worker *w)
{
    return probe_pattern(w->stream, w->drawn++);
}

uint64_t draw_below(struct worker *w, uint64_t bound)
{
    return draw(w) % bound;
}

uint64_t draw_data(struct worker *w)
{
    return draw(w) ^ secret;
}

uint64_t draw_number(struct worker *w)
{
    static const uint64_t ends[] = {0,          1,          2,          0x7fffffff,
                                    0x80000000, 0xffffffff, 1ull << 32, ~0ull >> 1,
                                    1ull << 63, ~0ull,      ~0ull - 1};

    switch (draw_below(w, 4)) {
    case 0:
        return ends[draw_below(w, sizeof ends / sizeof ends[0])];
    case 1:
        return draw_below(w, 2) ? ram_end - draw_below(w, 16)
                                : board.memory.start + draw_below(w, 16);
    default:
        return draw(w) >> draw_below(w, 64);
    }
}

uint64_t draw_nowhere(struct worker *w)
{
    uint64_t address = draw_number(w);

    if (address + 64 > board.memory.start && address < ram_end)
        address += board.memory.bytes + PAGE_BYTES;
    return address > ~0ull - 64 ? ~0ull - 63 : address;
}

/* Stirs it into the digest, which is never 0: a seal for the reader, no evidence. */
void note(struct worker *w, uint64_t outcome)
{
    w->digest = probe_pattern(w->digest ^ w->stream, outcome) | 1;
}

/* Does the list A-B,C… hold the number? */
static bool listed(const char *at, uint64_t number)
{
    while (*at >= '0' && *at <= '9') {
        uint64_t bound[2] = {0, 0};

        for (unsigned i = 0; i < 2; i++) {
            for (; *at >= '0' && *at <= '9'; at++)
                bound[i] = bound[i] * 10 + (uint64_t)(*at - '0');
            if (i == 0 && *at != '-')
                bound[i = 1] = bound[0];
            else if (i == 0)
                at++;
        }
        if (number >= bound[0] && number <= bound[1])
            return true;
        if (*at == ',')
            at++;
    }
    return false;
}

static const struct operation *choose(struct worker *w, unsigned *family)
{
    uint64_t total = 0, at;

    *family = (unsigned)draw_below(w, FAMILIES);
    for (const struct operation *o = families[*family]; o->name; o++)
        total += o->weight;
    at = draw_below(w, total);
    for (const struct operation *o = families[*family];; o++) {
        if (at < o->weight)
            return o;
        at -= o->weight;
    }
}

/* How the operation was left: the next one begins as any other. */
static void tidy(struct worker *w)
{
    csr_write(sie, 0);
    csr_clear(sstatus, SSTATUS_SUM | SSTATUS_MXR);
    w->attempting = false;
}

static void work(struct vcpu *vcpu)
{
    struct worker *w = &workers[vcpu->hart_id];

    for (uint64_t i = 0; i < operations; i++) {
        uint64_t number = 8 * i + w->number;
        unsigned family;

        if (only && !listed(only, number))
            continue;
        w->stream = probe_pattern(probe_report.seed, number);
        w->drawn = 0;

        const struct operation *operation = choose(w, &family);

        probe_report.progress[w->number] = number + 1;
        note(w, number);
        if (option_given("tell"))
            say("generator: operation %u: %s\n", number, operation->name);
        operation->act(w);
        expect_true(number != failing, number, "an operation that was asked to fail");
        tidy(w);
        counter_add(family,
                    (const char *const[]){"calls", "buffers", "csrs", "accesses", "tables", "code",
                                          "floats", "times", "vcpus"}[family],
                    1);
    }
}

static void worker_init(unsigned number)
{
    struct worker *w = &workers[number];

    w->number = number;
    w->vcpu = &vcpu_areas[number].vcpu;
    w->stream = probe_pattern(probe_report.seed, ~(uint64_t)number);
    w->deadline = ~0ull;
    w->digest = w->stream | 1;
    cells_init(w);
    tables_init(w);
}

/* RAM's last bytes are written by DBCN: something to be read. */
static void end_of_ram_init(void)
{
    uint64_t tree_end = board.device_tree.start + board.device_tree.bytes;

    if (tree_end > ram_end - 16)
        return;
    for (uint64_t at = ram_end - 16; at < ram_end; at++)
        *(volatile uint8_t *)(uintptr_t)at = (uint8_t)('0' + at % 10);
}

static _Noreturn void end(void)
{
    if (probe_report.failures || option_is("end", "exit") || !option_given("end"))
        probe_finish();
    probe_report.code = PROBE_PASSED;
    __atomic_store_n(&probe_report.verdict, (uint32_t)PROBE_PASSED, __ATOMIC_RELEASE);
    if (option_is("end", "legacy"))
        sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0);
    sbi_call(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_SHUTDOWN, SBI_SRST_REASON_NONE, 0);
    probe_abandon("a guest that ends itself is no more", 0);
}

void probe_main(void)
{
    uint64_t limit = time_now() + ticks_of_microseconds(option_number("ms", 10000) * 1000);

    if (!in_a_vm())
        probe_unable("a hypervisor");
    ram_end = board.memory.start + board.memory.bytes;
    operations = option_number("ops", 100);
    secret = option_number("secret", 0);
    failing = option_number("fail", ~0ull);
    only = option_text("only");
    piece_init();
    end_of_ram_init();
    for (unsigned i = 0; i < board.cpu_count && i < PROBE_MAX_VCPUS; i++)
        worker_init(i);
    for (unsigned i = 1; i < board.cpu_count; i++)
        expect_equal(0, (uint64_t)vcpu_start(i, work, 0), "a vCPU can be started");
    work(vcpu_self());
    workers[0].stream = probe_pattern(probe_report.seed, 0x656e64);
    while (!all_done(&workers[0])) {
        if (time_now() > limit)
            probe_abandon("all vCPUs get through their operations", probe_report.progress[1]);
        sleep_a_little(&workers[0]);
    }
    csr_write(satp, 0);
    for (unsigned i = 1; i < board.cpu_count; i++)
        note(&workers[0], workers[i].digest);
    counter_set(FAMILIES, "digest", workers[0].digest);
    end();
}
