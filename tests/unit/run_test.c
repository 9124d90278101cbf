/* Facts about coach run: the firmware's greeting, the monitor, the summary. */
#include <stdlib.h>
#include <string.h>

#include "abi/sbi.h"
#include "machine/ram.h"
#include "monitor/monitor.h"
#include "monitor/summary.h"
#include "run/banner.h"
#include "test.h"

static const char greeting[] = "\r\nOpenSBI v1.1\r\n   ____\r\nBoot HART ID : 0\r\n"
                               "Boot HART MEDELEG         : 0x0000000000f0b509\r\n";

/* What is shown when `text` comes in pieces of `piece` bytes. */
static char *shown(const char *text, size_t piece)
{
    struct banner banner = {0};
    struct buffer out = {0};
    size_t length = strlen(text);
    for (size_t at = 0; at < length; at += piece)
        banner_filter(&banner, text + at, at + piece < length ? piece : length - at, &out);
    banner_end(&banner, &out);
    buffer_reserve(&out, 0);
    return out.data;
}

static void greeting_hidden(void)
{
    char *text = format_string("%sstagecoach: 1 VM\n", greeting);
    for (size_t piece = 1; piece < 100; piece++) {
        char *seen = shown(text, piece);
        CU_ASSERT_STRING_EQUAL(seen, "stagecoach: 1 VM\n");
        free(seen);
    }
    free(text);
}

static void greeting_alone(void)
{
    char *seen = shown(greeting, 7);
    CU_ASSERT_PTR_NOT_NULL(strstr(seen, "OpenSBI v1.1"));
    free(seen);
}

static void no_greeting(void)
{
    char *seen = shown("\nOpen sesame\n", 3);
    CU_ASSERT_STRING_EQUAL(seen, "\nOpen sesame\n");
    free(seen);
}

#define AT RAM_BASE

static struct monitor sample(void)
{
    struct monitor monitor = {.version = MONITOR_VERSION,
                              .vm_count = 2,
                              .timebase_hz = 10000000,
                              .ram_bytes = 256 << 20,
                              .boot_ticks = 1000,
                              .finished = 1};
    memcpy(monitor.magic, MONITOR_MAGIC, sizeof(monitor.magic));
    monitor.vm[0] = (struct monitor_vm){.name = "alice",
                                        .state = VM_STATE_ENDED,
                                        .end = VM_END_EXIT,
                                        .weight = 3,
                                        .cpu_ticks = 600,
                                        .ended_ticks = 5000};
    monitor.vm[1] = (struct monitor_vm){.name = "bob",
                                        .state = VM_STATE_ENDED,
                                        .end = VM_END_GUEST_FAULT,
                                        .why = "jumped to 0",
                                        .weight = 1,
                                        .cpu_ticks = 200,
                                        .ended_ticks = 7000};
    monitor.vm[0].exits[10] = 9;
    monitor.vm[1].exits[10] = 1;
    monitor.vm[1].exits[MONITOR_EXCEPTIONS + 5] = 10;
    return monitor;
}

static int read_back(const struct monitor *monitor, struct monitor *copy, struct error *error)
{
    struct ram ram;
    ram_from_memory(&ram, monitor, AT, sizeof(*monitor));
    return monitor_read(&ram, AT, copy, error);
}

static void monitor_refused(void)
{
    struct monitor good = sample(), bad, copy;
    struct error error = {0};
    CU_ASSERT_EQUAL(read_back(&good, &copy, &error), 0);
    bad = good;
    bad.magic[3] = 'x';
    CU_ASSERT_EQUAL(read_back(&bad, &copy, &error), -1);
    bad = good;
    bad.version = 7;
    CU_ASSERT_EQUAL(read_back(&bad, &copy, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "version 7, expected 3"));
    bad = good;
    bad.vm_count = MONITOR_MAX_VMS + 1;
    CU_ASSERT_EQUAL(read_back(&bad, &copy, &error), -1);
    struct ram ram;
    ram_from_memory(&ram, &good, AT, sizeof(good));
    CU_ASSERT_EQUAL(monitor_read(&ram, AT + 8, &copy, &error), -1);
}

static void monitor_cleaned(void)
{
    struct monitor monitor = sample(), copy;
    memset(monitor.vm[0].name, 'n', sizeof(monitor.vm[0].name));
    memcpy(monitor.vm[1].why, "\033[2Jgone", 9);
    CU_ASSERT_EQUAL(read_back(&monitor, &copy, NULL), 0);
    CU_ASSERT_EQUAL(strlen(copy.vm[0].name), sizeof(copy.vm[0].name) - 1);
    CU_ASSERT_STRING_EQUAL(copy.vm[1].why, "?[2Jgone");
}

static void expect_end(const struct monitor_vm *vm, bool well, const char *words)
{
    struct buffer text = {0};
    vm_end_describe(vm, &text);
    CU_ASSERT_EQUAL(vm_ended_well(vm), well);
    CU_ASSERT_STRING_EQUAL(buffer_string(&text), words);
    buffer_free(&text);
}

static void ends_in_words(void)
{
    struct monitor_vm vm = {.state = VM_STATE_RUNNING};
    expect_end(&vm, false, "still running");
    vm.end = VM_END_EXIT;
    expect_end(&vm, true, "exit code 0");
    vm.end_code = 3;
    expect_end(&vm, false, "exit code 3");
    vm = (struct monitor_vm){.end = VM_END_SHUTDOWN};
    expect_end(&vm, true, "shutdown");
    vm.end_code = SBI_SRST_REASON_FAILURE;
    expect_end(&vm, false, "shutdown after a failure");
    vm = (struct monitor_vm){.end = VM_END_GUEST_FAULT, .why = "jumped to 0"};
    expect_end(&vm, false, "guest fault: jumped to 0");
    vm = (struct monitor_vm){.end = VM_END_KILLED};
    expect_end(&vm, true, "ended by the operator");
    vm = (struct monitor_vm){.end = VM_END_NO_MEMORY};
    expect_end(&vm, false, "no memory left for it");
    vm = (struct monitor_vm){.end = 99};
    expect_end(&vm, false, "end 99, which is unknown");
}

static void time_elapsed(void)
{
    struct monitor monitor = sample();
    CU_ASSERT_EQUAL(monitor_elapsed(&monitor), 6000);
    monitor.vm[0].end = VM_END_NONE;
    CU_ASSERT_EQUAL(monitor_elapsed(&monitor), 0);
}

static void shares_wanted(void)
{
    /* alice (3) and bob (1) live from 0; alice ends at 5000, bob at 7000. */
    struct monitor monitor = sample();
    double share[MONITOR_MAX_VMS];
    monitor.boot_ticks = 0;
    monitor_wanted(&monitor, 7000, share);
    CU_ASSERT_DOUBLE_EQUAL(share[0], 0.75 * 5 / 7, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(share[1], (0.25 * 5 + 2) / 7, 1e-9);
    monitor.vm[0].cap = 50;
    monitor_wanted(&monitor, 7000, share);
    CU_ASSERT_DOUBLE_EQUAL(share[0], 0.5 * 5 / 7, 1e-9);
    monitor_wanted(&monitor, 0, share);
    CU_ASSERT_DOUBLE_EQUAL(share[0], 0, 1e-9);
}

static void shares_wanted_over_many_lives(void)
{
    /* What the lives before 6000 came to has been counted; bob lives on alone until 7000. */
    struct monitor monitor = sample();
    double share[MONITOR_MAX_VMS];
    monitor.boot_ticks = 0;
    monitor.claims_until = monitor.claimed_ticks = 6000;
    monitor.vm[0].claim_ticks = 1500;
    monitor.vm[1].claim_ticks = 4500;
    monitor.vm[1].created_ticks = 5990;
    monitor_wanted(&monitor, 7000, share);
    CU_ASSERT_DOUBLE_EQUAL(share[0], 1500.0 / 7000, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(share[1], 5500.0 / 7000, 1e-9);
}

static void summary_counts(void)
{
    struct monitor monitor = sample();
    struct summary summary = {.monitor = &monitor, .elapsed = 6000};
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    summary_print(stream, &summary);
    fclose(stream);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  3  50.0%  75.0%"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "guest fault: jumped to 0"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "EXC_SUPERVISOR_SYSCALL           10    50.0%        9        1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "IRQ_S_TIMER                      10    50.0%"));
    CU_ASSERT_PTR_NULL(strchr(text, '\033'));
    free(text);
}

static void summary_as_json(void)
{
    struct monitor monitor = sample();
    struct summary summary = {.monitor = &monitor};
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    CU_ASSERT_EQUAL(summary_json(stream, &summary), 0);
    fclose(stream);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"schema\": \"stagecoach/run/v1\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"EXC_SUPERVISOR_SYSCALL\": 9"));
    free(text);
}

TEST_SUITE(run, {"the firmware's greeting is not shown, however it comes", greeting_hidden},
           {"a greeting that nothing follows is shown", greeting_alone},
           {"output that is no greeting is shown as it is", no_greeting},
           {"a monitor with wrong magic, version, count or place is refused", monitor_refused},
           {"what a monitor says cannot steer the terminal", monitor_cleaned},
           {"each end of a VM has its words and its judgement", ends_in_words},
           {"time runs from the first instruction to the last VM's end", time_elapsed},
           {"a VM is wanted by its weight while it lives, up to its cap", shares_wanted},
           {"shares wanted over many lives", shares_wanted_over_many_lives},
           {"the summary counts exits by cause and VM, and shares", summary_counts},
           {"the summary is a JSON object too", summary_as_json});
