/* The trap log: the way of a trap through the marks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/traplog.h"
#include "test.h"

#define TRAP(hart, async, cause, epc, tval)                                                        \
    "riscv_cpu_do_interrupt: hart:" #hart ", async:" #async ", cause:" cause ", epc:" epc          \
    ", tval:" tval ", desc=whatever\n"
#define ECALL   TRAP(0, 0, "000000000000000a", "0x0000000080200010", "0x0000000000000000")
#define ILLEGAL TRAP(0, 0, "0000000000000002", "0x0000000080200020", "0x0000000000000bad")
#define TIMER   TRAP(0, 1, "0000000000000005", "0x0000000080200030", "0x0000000000000000")
#define M_TIMER TRAP(0, 1, "0000000000000007", "0x0000000080200030", "0x0000000000000000")
#define M_SOFT  TRAP(0, 1, "0000000000000003", "0x0000000080200030", "0x0000000000000000")
#define SYSCALL TRAP(0, 0, "0000000000000008", "0x0000000000010000", "0x0000000000000000")
#define UNPRIV  TRAP(0, 0, "0000000000000005", "0x0000000080000abc", "0x0000000080200020")
#define BOOT    "@P 0 0 1\n@F 0 10\n@M 0 100\n"
#define ENTER   "@S 0 200 80205000 8000000000080100\n"
#define VECTOR  "@V 0 300\n"
#define FIRM    "@F 0 310\n"
#define MRET    "@M 0 320\n"

/* Feeds a whole log; the events are in *list. Result: whether all of it was understood. */
static bool feed(const char *text, struct event_list *list, struct traplog *log)
{
    *list = (struct event_list){0};
    traplog_init(log);
    return traplog_feed(log, text, strlen(text), list) && traplog_end(log, list);
}

/* "exit:10@80200010 entry …" of a list, for comparison. */
static void sketch(const struct event_list *list, char *to, size_t bytes)
{
    size_t length = 0;

    to[0] = '\0';
    for (size_t i = 0; i < list->count && length < bytes; i++) {
        const struct event *event = &list->event[i];

        length += (size_t)snprintf(to + length, bytes - length, "%s%s", i ? " " : "",
                                   event->type->name + strlen("seen_"));
        if (event->type->fields >= 3 && length < bytes)
            length += (size_t)snprintf(to + length, bytes - length, ":%x@%llx",
                                       (unsigned)event->value[EXIT_SCAUSE],
                                       (unsigned long long)event->value[EXIT_SEPC]);
    }
}

static void expect(const char *log_text, const char *expected)
{
    struct event_list list;
    struct traplog log;
    char found[1024];

    CU_ASSERT_TRUE(feed(log_text, &list, &log));
    sketch(&list, found, sizeof(found));
    CU_ASSERT_STRING_EQUAL(found, expected);
    if (strcmp(found, expected) != 0)
        printf("  found    %s\n  expected %s\n", found, expected);
    event_list_free(&list);
}

static void a_trap_to_the_vector_is_an_exit(void)
{
    expect(BOOT ENTER ECALL VECTOR ENTER TIMER VECTOR,
           "guest_entry guest_exit:a@80200010 guest_entry guest_exit:80000005@80200030");
}

static void a_trap_that_the_guest_took_itself_is_none(void)
{
    expect(BOOT ENTER SYSCALL SYSCALL ECALL VECTOR,
           "guest_entry guest_trap:8@10000 guest_trap:8@10000 guest_exit:a@80200010");
}

static void a_trap_that_the_firmware_passes_on_is_an_exit(void)
{
    expect(BOOT ENTER ILLEGAL FIRM MRET VECTOR, "guest_entry guest_exit:2@80200020");
}

static void a_trap_that_the_firmware_keeps_is_none(void)
{
    expect(BOOT ENTER M_TIMER FIRM MRET TIMER VECTOR, "guest_entry guest_exit:80000005@80200030");
    expect(BOOT ENTER ILLEGAL FIRM MRET ECALL VECTOR, "guest_entry guest_exit:a@80200010");
}

/* It may come where nothing has run since the firmware's mret, or since the trap: epc is there. */
static void an_interrupt_of_the_firmware_hides_no_trap(void)
{
    expect(BOOT ENTER ILLEGAL FIRM MRET M_TIMER FIRM MRET VECTOR,
           "guest_entry guest_exit:2@80200020");
    expect(BOOT ENTER ILLEGAL FIRM MRET M_SOFT FIRM MRET M_TIMER FIRM MRET VECTOR,
           "guest_entry guest_exit:2@80200020");
    expect(BOOT ENTER ECALL M_TIMER FIRM MRET VECTOR, "guest_entry guest_exit:a@80200010");
    expect(BOOT ENTER SYSCALL M_TIMER FIRM MRET ECALL VECTOR,
           "guest_entry guest_trap:8@10000 guest_exit:a@80200010");
    expect(BOOT ENTER ILLEGAL FIRM M_TIMER MRET VECTOR, "guest_entry guest_exit:2@80200020");
    expect(BOOT ENTER ILLEGAL FIRM MRET M_TIMER FIRM UNPRIV MRET TIMER VECTOR,
           "guest_entry guest_exit:80000005@80200030");
    expect(BOOT ECALL M_TIMER FIRM MRET VECTOR ENTER, "host_trap:a@80200010 guest_entry");
}

static void a_trap_inside_the_firmware_is_its_own(void)
{
    struct event_list list;
    struct traplog log;

    CU_ASSERT_TRUE(feed(BOOT ENTER ILLEGAL FIRM UNPRIV MRET VECTOR, &list, &log));
    CU_ASSERT_EQUAL(list.count, 2);
    const struct event *exit = &list.event[1];
    CU_ASSERT_EQUAL(exit->value[EXIT_SCAUSE], 2);
    CU_ASSERT_EQUAL(exit->value[EXIT_SEPC], 0x80200020);
    CU_ASSERT_TRUE(exit->complete); /* the firmware may have passed on its own fault instead */
    CU_ASSERT_EQUAL(exit->value[SEEN_OTHER_SCAUSE], 5);
    event_list_free(&list);
}

static void the_hypervisors_own_traps_are_no_exits(void)
{
    expect(BOOT ECALL VECTOR ENTER ECALL VECTOR,
           "host_trap:a@80200010 guest_entry guest_exit:a@80200010");
    /* its SBI calls lead to the firmware and back */
    expect(BOOT ECALL FIRM MRET ENTER ECALL VECTOR, "guest_entry guest_exit:a@80200010");
}

static void an_sret_back_into_the_hypervisor_is_no_entry(void)
{
    expect(BOOT ECALL VECTOR ENTER "@B 0 210\n" ECALL VECTOR,
           "host_trap:a@80200010 host_trap:a@80200010");
}

static void harts_do_not_mix(void)
{
    expect(BOOT "@F 1 10\n@M 1 20\n" ENTER "@S 1 201 80205000 8000100000080200\n" ECALL TRAP(
               1, 0, "0000000000000016", "0x80300000", "0x0") "@V 1 250\n" VECTOR,
           "guest_entry guest_entry guest_exit:16@80300000 guest_exit:a@80200010");
}

static void a_vector_without_a_trap_is_refused(void)
{
    struct event_list list;
    struct traplog log;

    CU_ASSERT_FALSE(feed(BOOT ENTER VECTOR, &list, &log));
    CU_ASSERT_PTR_NOT_NULL(strstr(log.error, "line 5: hart 0 reached the trap vector"));
    event_list_free(&list);
}

static void first_entries_and_holds_are_noted(void)
{
    struct event_list list;
    struct traplog log;

    CU_ASSERT_TRUE(
        feed(BOOT "@N 0 190 8000000000080100\n" ENTER ECALL VECTOR "@K 0 300\n", &list, &log));
    CU_ASSERT_EQUAL(log.holds, 2);
    CU_ASSERT_EQUAL(log.hgatp_count, 1);
    CU_ASSERT_EQUAL(log.hgatps[0], 0x8000000000080100);
    CU_ASSERT_EQUAL(log.hold_hgatp, 0);
    CU_ASSERT_EQUAL(list.event[1].value[SEEN_HGATP], 0x8000000000080100);
    event_list_free(&list);
}

static void note_registers(const struct traplog_registers *registers, void *argument)
{
    struct traplog_registers *noted = argument;

    noted[registers->entry] = *registers;
}

static void registers_come_with_the_exit_that_they_belong_to(void)
{
    struct traplog_registers noted[2] = {0};
    struct event_list list = {0};
    struct traplog log;
    char text[2048], registers[700] = "";

    for (unsigned n = 1; n < 32; n++)
        snprintf(registers + strlen(registers), sizeof(registers) - strlen(registers), " %x",
                 0x100 + n);
    snprintf(text, sizeof(text),
             BOOT ENTER ECALL VECTOR "@X 0 300 0 0%s\n" ENTER "@X 0 400 1 80200014%s\n", registers,
             registers);
    traplog_init(&log);
    log.on_registers = note_registers;
    log.argument = noted;
    CU_ASSERT_TRUE(traplog_feed(&log, text, strlen(text), &list));
    CU_ASSERT_EQUAL(noted[0].x[0], 0);
    CU_ASSERT_EQUAL(noted[0].x[31], 0x11f);
    CU_ASSERT_EQUAL(noted[0].pc, 0x80200010);
    CU_ASSERT_EQUAL(noted[0].trap.scause, 10);
    CU_ASSERT_EQUAL(noted[0].hgatp, 0x8000000000080100);
    CU_ASSERT_EQUAL(noted[1].pc, 0x80200014);
    CU_ASSERT_EQUAL(noted[1].x[10], 0x10a);
    CU_ASSERT_FALSE(traplog_feed(&log, "@X 0 1 0 0 1 2\n", 15, &list)); /* too few */
    event_list_free(&list);
}

/* However the bytes are cut into pieces, the events are the same. */
static void pieces_of_any_size_give_the_same(void)
{
    static const char text[] = BOOT ENTER SYSCALL ECALL VECTOR ENTER ILLEGAL FIRM MRET VECTOR;
    char whole[512], found[512];
    struct event_list list;
    struct traplog log;

    feed(text, &list, &log);
    sketch(&list, whole, sizeof(whole));
    event_list_free(&list);
    for (size_t piece = 1; piece < 40; piece++) {
        traplog_init(&log);
        for (size_t at = 0; at < strlen(text); at += piece) {
            size_t rest = strlen(text) - at;

            CU_ASSERT_TRUE(traplog_feed(&log, text + at, rest < piece ? rest : piece, &list));
        }
        CU_ASSERT_TRUE(traplog_end(&log, &list));
        sketch(&list, found, sizeof(found));
        CU_ASSERT_STRING_EQUAL(found, whole);
        event_list_free(&list);
    }
}

/* The trap into the guest's vector comes first; then what the vector's first block shows. */
static void calls_of_programs_are_events(void)
{
    struct event_list list;
    struct traplog log;

    CU_ASSERT_TRUE(feed(BOOT ENTER SYSCALL "@U 0 250 2 5 7ffe 104cc 8000 8000000000080100\n"
                                           "@Q 0 280 9 7fff 104d0 8000 8000000000080100\n",
                        &list, &log));
    CU_ASSERT_EQUAL_FATAL(list.count, 4);
    CU_ASSERT_EQUAL(list.event[1].type->kind, SEEN_GUEST_TRAP);
    CU_ASSERT_EQUAL(list.event[2].type->kind, SEEN_SYSCALL);
    CU_ASSERT_EQUAL(list.event[2].value[0], 2);
    CU_ASSERT_EQUAL(list.event[2].value[3], 0x104cc);
    CU_ASSERT_EQUAL(list.event[2].value[5], 0x8000000000080100);
    CU_ASSERT_EQUAL(list.event[3].type->kind, SEEN_USER_RETURN);
    CU_ASSERT_EQUAL(list.event[3].value[0], 9);
    event_list_free(&list);
}

/* A guest's call comes behind the exit by which it was made. */
static void calls_of_guests_are_events(void)
{
    struct event_list list;
    struct traplog log;

    CU_ASSERT_TRUE(feed(BOOT ENTER ECALL VECTOR "@C 0 250 4442434e 0 5 80201000 80200010 "
                                                "8000000000080100\n",
                        &list, &log));
    CU_ASSERT_EQUAL_FATAL(list.count, 3);
    CU_ASSERT_EQUAL(list.event[1].type->kind, SEEN_GUEST_EXIT);
    CU_ASSERT_EQUAL(list.event[2].type->kind, SEEN_CALL);
    CU_ASSERT_EQUAL(list.event[2].value[0], 0x4442434e);
    CU_ASSERT_EQUAL(list.event[2].value[5], 0x8000000000080100);
    event_list_free(&list);
}

static void an_overlong_line_is_cut_not_overrun(void)
{
    char *text = malloc(5000);
    struct event_list list = {0};
    struct traplog log;

    memset(text, 'x', 5000);
    text[4999] = '\n';
    traplog_init(&log);
    CU_ASSERT_TRUE(traplog_feed(&log, text, 5000, &list));
    CU_ASSERT_TRUE(traplog_feed(&log, BOOT ENTER, strlen(BOOT ENTER), &list));
    CU_ASSERT_EQUAL(list.count, 1);
    event_list_free(&list);
    free(text);
}

TEST_SUITE(traplog, {"calls of guests are events", calls_of_guests_are_events},
           {"calls of a guest's programs are events", calls_of_programs_are_events},
           {"a trap to the vector is an exit", a_trap_to_the_vector_is_an_exit},
           {"a trap that the guest took itself is none", a_trap_that_the_guest_took_itself_is_none},
           {"a trap that the firmware passes on is an exit",
            a_trap_that_the_firmware_passes_on_is_an_exit},
           {"a trap that the firmware keeps is none", a_trap_that_the_firmware_keeps_is_none},
           {"an interrupt of the firmware hides no trap",
            an_interrupt_of_the_firmware_hides_no_trap},
           {"a trap inside the firmware is its own", a_trap_inside_the_firmware_is_its_own},
           {"the hypervisor's own traps are no exits", the_hypervisors_own_traps_are_no_exits},
           {"an sret back into the hypervisor is no entry",
            an_sret_back_into_the_hypervisor_is_no_entry},
           {"harts do not mix", harts_do_not_mix},
           {"a vector without a trap is refused", a_vector_without_a_trap_is_refused},
           {"first entries and holds are noted", first_entries_and_holds_are_noted},
           {"registers come with the exit that they belong to",
            registers_come_with_the_exit_that_they_belong_to},
           {"pieces of any size give the same events", pieces_of_any_size_give_the_same},
           {"an overlong line is cut", an_overlong_line_is_cut_not_overrun});
