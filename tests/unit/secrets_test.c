/* Noninterference: what two runs showed of a VM is the same, or the first difference is named. */
#include "check/secrets.h"

#include <string.h>

#include "test.h"

#define RECORDS 6

struct scene {
    struct model_record record[RECORDS];
    uint8_t memory[2][SECRETS_PAGE];
    const uint8_t *page[3];
    struct secrets_view view;
};

/* VM 0 exits and is entered twice, and once VM 1 in between; three pages, of which one is not
 * there.
 */
static void fill(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    for (unsigned i = 0; i < RECORDS; i++) {
        struct model_record *record = &scene->record[i];
        record->instructions = 1000 + i;
        record->entry = i % 2;
        record->vm = i == 2 || i == 3;
        record->state.pc = 0x80200000 + 4 * i;
        record->state.csr.scause = 10;
        record->state.has_fp = true;
        record->state.csr.sstatus = 3 << 13;
        for (unsigned n = 1; n < 32; n++)
            record->state.x[n] = n * 100 + i;
    }
    scene->page[0] = scene->memory[0];
    scene->page[2] = scene->memory[1];
    scene->view = (struct secrets_view){
        .record = scene->record,
        .records = RECORDS,
        .base = 0x80000000,
        .pages = 3,
        .page = scene->page,
        .console = "hello",
        .console_bytes = 5,
    };
}

/* Compares, and says what differs: "" when nothing does. */
static const char *differs(const struct scene *one, const struct scene *other)
{
    static struct secrets_difference difference;
    secrets_compare(&one->view, &other->view, &difference);
    return difference.found ? difference.what : "";
}

static struct scene a, b;

static void begin(void)
{
    fill(&a);
    fill(&b);
}

static void two_runs_that_are_the_same(void)
{
    struct secrets_difference difference;

    begin();
    CU_ASSERT_EQUAL(secrets_compare(&a.view, &b.view, &difference), 4);
    CU_ASSERT_FALSE(difference.found);
}

static void another_vm(void)
{
    begin();
    b.record[2].state.x[10] = 1;
    b.record[3].state.csr.vsscratch = 1;
    b.record[3].instructions += 1;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "");
}

static void each_register(void)
{
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned n = 1; n < 32; n++) {
            begin();
            b.record[i].state.x[n]++;
            CU_ASSERT_STRING_NOT_EQUAL(differs(&a, &b), "");
        }
    }
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "t6");
}

static void each_csr(void)
{
    begin();
    b.record[4].state.csr.vsscratch = 1;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "vsscratch");
    begin();
    b.record[5].state.csr.scounteren = 1;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "scounteren");
}

static void fp_where_it_shows(void)
{
    begin();
    b.record[1].state.f[31] = 1;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "f31");
    a.record[1].state.csr.sstatus = b.record[1].state.csr.sstatus = 0;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "");
    begin();
    b.record[1].state.fcsr = 1;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "fcsr");
}

static void what_the_hypervisor_keeps(void)
{
    begin();
    b.record[1].state.csr.hgatp = 1;
    b.record[0].state.csr.stval = 1; /* of a call: nobody's */
    b.record[0].state.csr.htimedelta = 1;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "");
    a.record[0].state.csr.scause = b.record[0].state.csr.scause = 21;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "stval");
}

static void an_event_more(void)
{
    begin();
    b.view.records--;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "number of events");
    CU_ASSERT_STRING_EQUAL(differs(&b, &a), "number of events");
}

static void order_of_events(void)
{
    begin();
    b.record[4].entry = 1;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "entry (or exit)");
    begin();
    b.record[4].vcpu = 1;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "vCPU");
    begin();
    b.record[4].state.csr.scause = 22;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "scause");
    begin();
    b.record[4].state.pc += 4;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "pc");
}

static void memory(void)
{
    begin();
    b.memory[1][SECRETS_PAGE - 1] = 1;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "memory at the end");
    begin();
    b.page[1] = b.memory[0];
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "memory at the end");
}

static void console(void)
{
    begin();
    b.view.console = "hellO";
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "console");
    begin();
    b.view.console_bytes = 4;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "console");
}

static void time_between_events(void)
{
    begin();
    for (unsigned i = 0; i < RECORDS; i++)
        b.record[i].instructions += 50;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "");
    b.record[5].instructions++;
    CU_ASSERT_STRING_EQUAL(differs(&a, &b), "clock (instructions)");
}

static void the_first_difference(void)
{
    struct secrets_difference difference;

    begin();
    b.record[4].state.x[5] = 0xbeef;
    b.record[1].state.x[11] = 0xcafe;
    b.memory[0][0] = 1;
    secrets_compare(&a.view, &b.view, &difference);
    CU_ASSERT_STRING_EQUAL(difference.what, "a1");
    CU_ASSERT_PTR_NOT_NULL(strstr(difference.text,
                                  "a1 is 0x44d in one run and 0xcafe in the other, "
                                  "at event 2 of the VM: vCPU 0 is entered at "
                                  "0x80200004"));
    CU_ASSERT_EQUAL(difference.pc, 0x80200004);
}

TEST_SUITE(secrets, {"two runs that are the same have no difference", two_runs_that_are_the_same},
           {"what another VM shows does not count", another_vm},
           {"each register is compared, at exits and entries", each_register},
           {"each CSR that a guest sees is compared", each_csr},
           {"FP registers are compared where the guest could see them", fp_where_it_shows},
           {"what the hypervisor keeps to itself is not", what_the_hypervisor_keeps},
           {"an event more or less is a difference", an_event_more},
           {"so are their kind, vCPU, cause and place", order_of_events},
           {"memory at the end is compared, and which pages are there", memory},
           {"the console is compared", console},
           {"time is compared between a VM's own events", time_between_events},
           {"the first difference is named, with both values and its place", the_first_difference});
