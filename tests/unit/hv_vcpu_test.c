/* hv/vcpu: interrupts of vCPUs that are loaded, waiting or stopped, and what of an instruction is
 * the instruction. */
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "test.h"
#include "trap/cause.h"
#include "vcpu/exit.h"

#define SOFT     (1ull << IRQ_VS_SOFT)
#define TIMER    (1ull << IRQ_VS_TIMER)
#define EXTERNAL (1ull << IRQ_VS_EXT)

static struct vcpu *loaded, *other;

static void begin(void)
{
    machine_begin(2);
    loaded = vms[0].vcpu[0];
    other = vms[1].vcpu[0];
    machine_enter(loaded);
}

static void interrupts_of_a_loaded_vcpu_are_the_harts(void)
{
    begin();
    uint64_t kept = loaded->context.hvip;
    vcpu_interrupt_set(loaded, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
    vcpu_interrupt_set(loaded, IRQ_VS_EXT, TRACE_WAKEUP_IPI);
    CU_ASSERT_EQUAL(fake_machine.loaded.pending, SOFT | EXTERNAL);
    vcpu_interrupt_clear(loaded, IRQ_VS_SOFT);
    CU_ASSERT_EQUAL(fake_machine.loaded.pending, EXTERNAL);
    CU_ASSERT_EQUAL(loaded->context.hvip, kept);
    machine_end();
}

static void interrupts_of_others_are_in_their_contexts(void)
{
    begin();
    fake_machine.loaded.pending = TIMER;
    other->context.hvip = 0;
    vcpu_interrupt_set(other, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
    vcpu_interrupt_set(other, IRQ_VS_TIMER, TRACE_WAKEUP_TIMER);
    CU_ASSERT_EQUAL(other->context.hvip, SOFT | TIMER);
    vcpu_interrupt_clear(other, IRQ_VS_SOFT);
    CU_ASSERT_EQUAL(other->context.hvip, TIMER);
    vcpu_interrupt_clear(other, IRQ_VS_SOFT); /* is not pending */
    CU_ASSERT_EQUAL(other->context.hvip, TIMER);
    CU_ASSERT_EQUAL(fake_machine.loaded.pending, TIMER);
    machine_end();
}

/* There is nobody to take it, and whoever is started there begins with none. */
static void a_stopped_vcpu_gets_no_interrupt(void)
{
    begin();
    vcpu_stop(other);
    fake_reset(true);
    uint64_t injections = vms[1].report->injections, pending = other->context.hvip;
    vcpu_interrupt_set(other, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
    CU_ASSERT_EQUAL(vms[1].report->injections, injections);
    CU_ASSERT_EQUAL(other->context.hvip, pending);
    CU_ASSERT_EQUAL(fake_trace_count, 0);
    CU_ASSERT_EQUAL(other->state, VCPU_STOPPED);
    machine_end();
}

/* The hart reads a word where a compressed instruction and a half of the next stand. */
static void of_a_compressed_instruction_the_guest_is_told_its_own_bits(void)
{
    static const uint32_t words[][2] = {
        {0x1234a001, 0xa001}, {0x1234a002, 0xa002}, {0x12349000, 0x9000}, {0xffff6101, 0x6101}};

    begin();
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        fake_machine.word = words[i][0];
        fake_machine.word_at = loaded->pc;
        fake_machine.trap_cause = EXC_VIRTUAL_INST_FAULT;
        harts[0].handlers[EXC_VIRTUAL_INST_FAULT](loaded);
        CU_ASSERT_EQUAL(loaded->context.vscause, EXC_INST_ILLEGAL);
        CU_ASSERT_EQUAL(loaded->context.vstval, words[i][1]);
    }
    machine_end();
}

static void a_machine_may_lack_an_extension(void)
{
    board.bootargs = "without=0x54494d45";
    begin();
    CU_ASSERT_EQUAL(CALL(loaded, SBI_EXT_TIME, 0, 1).error, SBI_ERR_NOT_SUPPORTED);
    CU_ASSERT_EQUAL(CALL(loaded, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, SBI_EXT_TIME).value, 0);
    CU_ASSERT_EQUAL(CALL(loaded, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, SBI_EXT_IPI).value, 1);
    machine_end();
    begin(); /* as any other */
    CU_ASSERT_EQUAL(CALL(loaded, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, SBI_EXT_TIME).value, 1);
    machine_end();
}

TEST_SUITE(hv_vcpu,
           {"interrupts of a loaded vCPU are the hart's",
            interrupts_of_a_loaded_vcpu_are_the_harts},
           {"interrupts of others are in their contexts",
            interrupts_of_others_are_in_their_contexts},
           {"a stopped vCPU gets no interrupt", a_stopped_vcpu_gets_no_interrupt},
           {"of a compressed instruction the guest is told its own bits",
            of_a_compressed_instruction_the_guest_is_told_its_own_bits},
           {"a machine may lack an extension", a_machine_may_lack_an_extension});
