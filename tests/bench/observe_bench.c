/*
 * What observing costs on this computer: records, log lines and exits handled in a second, and
 * the audit of a VM with 128 MiB in 4 KiB leaves. Prints "name value unit goal" lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/audit.h"
#include "machine/traplog.h"
#include "trace/trace.h"

#define BASE    0x80000000ull
#define RECORDS (1u << 20)
#define ROUNDS  5

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void give_up(const char *why)
{
    fprintf(stderr, "observe_bench: %s\n", why);
    exit(3);
}

/* The best of some rounds of count items, in items a second. */
static double rate(double (*round)(void *), void *argument, double count)
{
    double best = 0;

    for (unsigned i = 0; i < ROUNDS; i++) {
        double here = count / round(argument);

        best = here > best ? here : best;
    }
    return best;
}

static bool told_goal(const char *name, double value, const char *unit, double goal, bool most)
{
    printf("%s %.0f %s %s%.0f\n", name, value, unit, most ? "<=" : ">=", goal);
    return most ? value <= goal : value >= goal;
}

/* A machine with a full ring of exits of two causes, maps and entries. */
static struct ram *make_ring(void)
{
    static struct ram ram;
    uint64_t size = (uint64_t)RECORDS * sizeof(struct trace_record), bytes = 4096 + size;
    uint8_t *memory = aligned_alloc(4096, bytes);
    struct trace_record *record = (struct trace_record *)(memory + 4096);

    *(struct trace_header *)memory =
        (struct trace_header){.magic = TRACE_MAGIC,
                              .version = TRACE_VERSION,
                              .record_bytes = sizeof(struct trace_record),
                              .hart_count = 1,
                              .timebase_hz = 10000000,
                              .ring[0] = {.base = BASE + 4096, .mask = size - 1, .head = size}};
    for (unsigned i = 0; i < RECORDS; i++) {
        static const struct trace_record kinds[4] = {{.event = TRACE_KVM_EXIT, .arg = 21},
                                                     {.event = TRACE_GSTAGE_MAP, .arg = 0xdf},
                                                     {.event = TRACE_KVM_ENTRY},
                                                     {.event = TRACE_KVM_EXIT, .arg = 10}};

        record[i] = kinds[i % 4];
        record[i].time = i * 3ull;
        record[i].a = 0x80200000 + i;
    }
    ram_from_memory(&ram, memory, BASE, bytes);
    return &ram;
}

static double read_ring(void *argument)
{
    struct trace_reader reader;
    struct event_list list = {0};
    struct error error;
    double begin = now();

    if (trace_reader_open(&reader, argument, BASE, &error) != 0)
        give_up(error.text);
    reader.still = true;
    if (trace_reader_poll(&reader, &list, &error) != 0)
        give_up(error.text);
    event_list_sort(&list);
    event_list_free(&list);
    return now() - begin;
}

static double export_lines(void *argument)
{
    FILE *to = fopen("/dev/null", "w");
    double begin = now();

    trace_export_jsonl(to, argument, 10000000);
    fclose(to);
    return now() - begin;
}

static double parse_log(void *argument)
{
    static const char exit[] =
        "riscv_cpu_do_interrupt: hart:0, async:0, cause:000000000000000a, "
        "epc:0x0000000080200010, tval:0x0000000000000000, desc=guest_supervisor_ecall\n"
        "@V 0 7a12f3\n@S 0 7a1400 80209276 800000000008fe04\n";
    static const char boot[] = "@F 0 1\n@M 0 2\n@S 0 3 4 5\n";
    struct event_list list = {0};
    struct traplog *log = argument;
    double begin;

    traplog_init(log);
    traplog_feed(log, boot, sizeof(boot) - 1, &list);
    begin = now();
    for (unsigned i = 0; i < RECORDS / 4; i++) {
        if (!traplog_feed(log, exit, sizeof(exit) - 1, &list))
            give_up("a result is not what it should be");
    }
    double took = now() - begin;
    event_list_free(&list);
    return took;
}

struct pair {
    struct event_list told, seen;
};

static double compare(void *argument)
{
    struct pair *pair = argument;
    struct truth_verdict verdict;
    double begin = now();

    truth_compare(&pair->told, &pair->seen, false, &verdict);
    if (verdict.truth != TRUTH_EQUAL)
        give_up("a result is not what it should be");
    return now() - begin;
}

static void make_pair(struct pair *pair)
{
    for (unsigned i = 0; i < RECORDS; i++) {
        struct event event = {.type = event_type(TRACE_KVM_EXIT), .value = {10, i, 0}};

        event_list_add(&pair->told, &event);
        event.type = event_type(SEEN_GUEST_EXIT);
        event_list_add(&pair->seen, &event);
    }
}

/* A VM with 128 MiB in 4 KiB leaves, whose pages lie in the order that hurts the caches most. */
static struct audit_input *make_tree(void)
{
    static struct audit_input input;
    static struct ram ram;
    uint64_t bytes = 256ull << 20, pages = (128ull << 20) / 4096, root = BASE + 0x100000;
    uint8_t *memory = calloc(1, bytes);
    uint64_t *level1 = (uint64_t *)(memory + 0x104000);

    ram_from_memory(&ram, memory, BASE, bytes);
    ((uint64_t *)(memory + 0x100000))[2] = (BASE + 0x104000) >> 12 << 10 | PTE_V;
    for (uint64_t i = 0; i < pages; i++) {
        uint64_t table = BASE + 0x105000 + (i >> 9) * 4096;
        uint64_t page = BASE + (64ull << 20) + (i * 2654435761u % pages) * 4096;

        level1[i >> 9] = table >> 12 << 10 | PTE_V;
        ((uint64_t *)(memory + (table - BASE)))[i & 511] = page >> 12 << 10 | 0xdf;
    }
    input = (struct audit_input){
        .ram = &ram,
        .trees = 1,
        .tree = {{.hgatp = 8ull << 60 | 1ull << 44 | root >> 12, .name = "a", .memory = 128 << 20}},
        .reserved = {{BASE, BASE + 0x100000, "hypervisor"}},
        .reserved_count = 1};
    return &input;
}

static double audit(void *argument)
{
    struct audit_report report;
    double begin = now();

    if (audit_run(argument, &report) != 0 || !report.holds || report.leaves != 32768)
        give_up("a result is not what it should be");
    audit_free(&report);
    return now() - begin;
}

int main(void)
{
    struct trace_reader reader;
    struct event_list list = {0};
    struct error error;
    struct pair pair = {0};
    struct ram *ram = make_ring();
    struct traplog *log = calloc(1, sizeof(*log));
    bool good = true;

    good &= told_goal("trace_read_sort", rate(read_ring, ram, RECORDS), "records/s", 1e6, false);
    trace_reader_open(&reader, ram, BASE, &error);
    trace_reader_poll(&reader, &list, &error);
    good &= told_goal("trace_export_jsonl", rate(export_lines, &list, (double)list.count),
                      "events/s", 1e6, false);
    good &= told_goal("trap_log", rate(parse_log, log, RECORDS / 4), "exits/s", 1e5, false);
    make_pair(&pair);
    good &= told_goal("told_against_seen", rate(compare, &pair, RECORDS), "exits/s", 1e6, false);
    good &= told_goal("audit_128M_4K_leaves", 1e6 / rate(audit, make_tree(), 1), "us", 20000, true);
    return good ? 0 : 1;
}
