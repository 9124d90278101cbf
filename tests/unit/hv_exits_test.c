/* hv/vcpu and hv/memory, at a guest's exits: what it is given for each, in the machine's words. */
#include "vcpu/exit.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "memory/guest_memory.h"
#include "test.h"
#include "trap/cause.h"
#include "vcpu/run.h"
#include <string.h>

static struct vm *vm;
static struct vcpu *guest;

#define WFI 0x10500073u
#define AT  (GUEST_RAM + 0x40000) /* of the instruction */

static void begin(void)
{
    machine_begin(2);
    vm = &vms[1];
    guest = vm->vcpu[1];
    machine_enter(guest);
    guest->state = VCPU_RUNNABLE;
    guest->pc = AT;
    guest->context.vscause = 0xbad;
    fake_reset(true);
}

static void exits(uint64_t cause)
{
    fake_machine.trap_cause = cause;
    harts[0].handlers[exit_index(cause)](guest);
}

/* The guest was given this exception, and nothing else. */
static void got(uint64_t cause, uint64_t stval)
{
    CU_ASSERT_EQUAL(guest->context.vscause, cause);
    CU_ASSERT_EQUAL(guest->context.vstval, stval);
    CU_ASSERT_EQUAL(guest->pc, AT);
    struct trace_record record = fake_last_record();
    CU_ASSERT_EQUAL(record.event, TRACE_TRAP_INJECT);
    CU_ASSERT_EQUAL(record.vm, 1);
    CU_ASSERT_EQUAL(record.vcpu, 1);
    CU_ASSERT_EQUAL(record.arg, cause);
    CU_ASSERT_EQUAL(record.a, AT);
    CU_ASSERT_EQUAL(record.b, stval);
    guest->context.vscause = 0xbad;
}

static void got_nothing(void)
{
    CU_ASSERT_EQUAL(guest->context.vscause, 0xbad);
}

static void every_exception_of_its_own_is_handed_back(void)
{
    static const uint64_t causes[] = {0, 1, 3, 4, 5, 6, 7, 8, 12, 13, 15};

    begin();
    for (unsigned i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        fake_machine.stval = 0x5000 + i;
        exits(causes[i]);
        got(causes[i], 0x5000 + i);
    }
    CU_ASSERT_EQUAL(vm->report->injections, 11);
    machine_end();
}

static void a_cause_that_nobody_handles_ends_the_vm(void)
{
    static const uint64_t causes[] = {9, 11, 14, 16, 24, 31, CAUSE_INTERRUPT | IRQ_S_GEXT};

    for (unsigned i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        begin();
        fake_machine.stval = 0x77;
        exits(causes[i]);
        CU_ASSERT_EQUAL(vm->report->end, VM_END_GUEST_FAULT);
        CU_ASSERT_PTR_NOT_NULL(strstr(vm->report->why, cause_name(causes[i])));
        CU_ASSERT_PTR_NOT_NULL(strstr(
            vm->report->why, ", for which there is no handler, at pc 0x80040000, stval 0x77"));
        machine_end();
    }
}

/* Second-stage faults */

static void a_touch_of_ram_is_filled_and_one_beside_it_is_a_fault(void)
{
    static const uint64_t causes[][2] = {{EXC_INST_GUEST_PAGE_FAULT, EXC_INST_ACCESS},
                                         {EXC_LOAD_GUEST_PAGE_FAULT, EXC_LOAD_ACCESS},
                                         {EXC_STORE_GUEST_PAGE_FAULT, EXC_STORE_ACCESS}};

    begin();
    for (unsigned i = 0; i < 3; i++) {
        uint64_t resident = vm->report->resident;
        fake_machine.stval = 0x123;
        fake_machine.trap_htval = (GUEST_RAM + 0x90000 + i * 0x1000) >> 2;
        exits(causes[i][0]);
        got_nothing();
        CU_ASSERT_EQUAL(vm->report->resident, resident + 4096);
        fake_machine.trap_htval = (GUEST_END + 0x1000 * i) >> 2;
        exits(causes[i][0]);
        got(causes[i][1], 0x123);
        CU_ASSERT_EQUAL(vm->report->last_fault.gpa, GUEST_END + 0x1000 * i);
        fake_machine.trap_htval = 0;
        exits(causes[i][0]);
        got(causes[i][1], 0x123);
    }
    machine_end();
}

/* Instructions */

static void instruction(uint32_t word)
{
    fake_machine.word = word;
    fake_machine.word_at = guest->pc;
}

static void wfi_waits_in_supervisor_mode_alone(void)
{
    begin();
    instruction(WFI);
    fake_machine.loaded.pending = 0;
    exits(EXC_VIRTUAL_INST_FAULT);
    CU_ASSERT_EQUAL(guest->state, VCPU_BLOCKED);
    CU_ASSERT_EQUAL(guest->pc, AT + 4);
    got_nothing();
    machine_end();
    begin();
    fake_machine.from_user = true;
    instruction(WFI);
    exits(EXC_VIRTUAL_INST_FAULT);
    CU_ASSERT_EQUAL(guest->state, VCPU_RUNNABLE);
    got(EXC_INST_ILLEGAL, WFI);
    machine_end();
}

static uint32_t csr_read_of(unsigned csr, unsigned function, unsigned operand, unsigned rd)
{
    return csr << 20 | operand << 15 | function << 12 | rd << 7 | 0x73;
}

static void counters_are_read_for_the_guest(void)
{
    begin();
    guest->context.htimedelta = 1000;
    guest->cycle_base = 7;
    guest->instret_base = 11;
    const uint64_t values[] = {fake_machine.clock * 100 + 0xc00 - 7, fake_machine.clock + 1000,
                               fake_machine.clock * 100 + 0xc02 - 11};
    for (unsigned i = 0; i < 3; i++)
        for (unsigned function = 2; function < 8; function += function == 3 ? 3 : 1) {
            unsigned rd = 5 + i + 7 * (function & 3);
            guest->x[rd] = 0;
            instruction(csr_read_of(0xc00 + i, function, 0, rd));
            exits(EXC_VIRTUAL_INST_FAULT);
            CU_ASSERT_EQUAL(guest->x[rd], values[i]);
            CU_ASSERT_EQUAL(guest->pc, AT + 4);
            struct trace_record record = fake_last_record();
            CU_ASSERT_EQUAL(record.event, TRACE_CSR_EMULATE);
            CU_ASSERT_EQUAL(record.vm, 1);
            CU_ASSERT_EQUAL(record.vcpu, 1);
            CU_ASSERT_EQUAL(record.arg, 0xc00 + i);
            CU_ASSERT_EQUAL(record.a, AT);
            CU_ASSERT_EQUAL(record.b, values[i]);
            guest->pc = AT;
        }
    guest->x[0] = 0;
    guest->x[31] = 0;
    instruction(csr_read_of(0xc01, 2, 0, 0));
    exits(EXC_VIRTUAL_INST_FAULT);
    CU_ASSERT_EQUAL(guest->x[0], 0);
    CU_ASSERT_EQUAL(guest->pc, AT + 4);
    guest->pc = AT;
    instruction(csr_read_of(0xc01, 2, 0, 31));
    exits(EXC_VIRTUAL_INST_FAULT);
    CU_ASSERT_EQUAL(guest->x[31], values[1]);
    got_nothing();
    machine_end();
}

static void what_is_no_read_of_a_counter_is_illegal(void)
{
    const uint32_t words[] = {
        csr_read_of(0xbff, 2, 0, 5),
        csr_read_of(0xc03, 2, 0, 5),
        csr_read_of(0xc00, 2, 1, 5),
        csr_read_of(0xc00, 2, 31, 5),
        csr_read_of(0xc00, 1, 0, 5),
        csr_read_of(0xc00, 5, 0, 5),
        csr_read_of(0xc00, 2, 0, 5) ^ 0x40,
        csr_read_of(0xc00, 2, 0, 5) ^ 4,
        0x60003073,
        csr_read_of(0xc00, 0, 0, 5),
        csr_read_of(0xc00, 4, 0, 5),
        0x12000073 /* sfence.vma */,
    };

    begin();
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        instruction(words[i]);
        exits(EXC_VIRTUAL_INST_FAULT);
        got(EXC_INST_ILLEGAL, (words[i] & 3) == 3 ? words[i] : words[i] & 0xffff);
    }
    instruction(0xdead9002); /* compressed: the upper half is the next one's */
    exits(EXC_VIRTUAL_INST_FAULT);
    got(EXC_INST_ILLEGAL, 0x9002);
    machine_end();
}

static void user_mode_reads_what_its_kernel_lets_it(void)
{
    begin();
    fake_machine.from_user = true;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t word = csr_read_of(0xc00 + i, 2, 0, 9);
        fake_machine.scounteren = ~(1u << i);
        instruction(word);
        exits(EXC_VIRTUAL_INST_FAULT);
        got(EXC_INST_ILLEGAL, word);
        fake_machine.scounteren = 1u << i;
        exits(EXC_VIRTUAL_INST_FAULT);
        CU_ASSERT_EQUAL(guest->pc, AT + 4);
        got_nothing();
        guest->pc = AT;
    }
    machine_end();
}

static void an_illegal_instruction_is_given_back_unless_it_is_the_first_of_fp(void)
{
    begin();
    fake_machine.stval = 0xffff;
    exits(EXC_INST_ILLEGAL);
    got(EXC_INST_ILLEGAL, 0xffff);
    fake_machine.fp_on_in_guest = true;
    fake_machine.fp = FP_CLEAN;
    exits(EXC_INST_ILLEGAL);
    got(EXC_INST_ILLEGAL, 0xffff);
    fake_machine.fp = FP_OFF;
    guest->fp.f[3] = 33;
    fake_trace_count = 0;
    exits(EXC_INST_ILLEGAL);
    got_nothing();
    CU_ASSERT_EQUAL(guest->pc, AT);
    CU_ASSERT_EQUAL(fake_machine.fp, FP_CLEAN);
    CU_ASSERT_EQUAL(fake_machine.fp_registers.f[3], 33);
    CU_ASSERT_PTR_EQUAL(harts[0].fp_loaded, guest);
    struct trace_record record = fake_last_record();
    CU_ASSERT_EQUAL(fake_trace_count, 1);
    CU_ASSERT_EQUAL(record.event, TRACE_SWITCH_FP);
    CU_ASSERT_EQUAL(record.vm, 1);
    CU_ASSERT_EQUAL(record.vcpu, 1);
    CU_ASSERT_EQUAL(record.arg, 1);
    fake_machine.fp = FP_OFF; /* a later turn: the registers are still there */
    guest->fp.f[3] = 34;
    exits(EXC_INST_ILLEGAL);
    CU_ASSERT_EQUAL(fake_machine.fp_registers.f[3], 33);
    CU_ASSERT_EQUAL(fake_trace_count, 1);
    CU_ASSERT_EQUAL(fake_machine.fp, FP_CLEAN);
    machine_end();
}

TEST_SUITE(hv_exits,
           {"every exception of its own is handed back", every_exception_of_its_own_is_handed_back},
           {"a cause that nobody handles ends the VM", a_cause_that_nobody_handles_ends_the_vm},
           {"a touch of RAM is filled, and one beside it is a fault",
            a_touch_of_ram_is_filled_and_one_beside_it_is_a_fault},
           {"wfi waits in supervisor mode alone", wfi_waits_in_supervisor_mode_alone},
           {"counters are read for the guest", counters_are_read_for_the_guest},
           {"what is no read of a counter is illegal", what_is_no_read_of_a_counter_is_illegal},
           {"user mode reads what its kernel lets it", user_mode_reads_what_its_kernel_lets_it},
           {"an illegal instruction is given back unless it is the first of FP",
            an_illegal_instruction_is_given_back_unless_it_is_the_first_of_fp});
