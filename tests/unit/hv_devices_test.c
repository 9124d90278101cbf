/* hv/metal/uart.c and plic.c, and the ring of hv/trace/trace.c: what stands in memory. */
#include "boot/board.h"
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "test.h"
#include "trace/trace.h"
#include <stdlib.h>
#include <string.h>

void real_uart_open(uint64_t base);
void real_uart_putchar(char byte);
int real_uart_getchar(void);
void real_uart_interrupt_on(void);
void real_plic_open(uint64_t base, unsigned context, unsigned source);
unsigned real_plic_claim(void);
void real_plic_complete(unsigned source);
extern struct trace_header real_trace_header;
void real_trace_init(void);
void real_trace_write(enum trace_event event, uint8_t vm, uint8_t vcpu, uint32_t arg, uint64_t a,
                      uint64_t b);

/* Before the test that opens it. */
static void a_uart_that_is_not_there_has_received_nothing(void)
{
    CU_ASSERT_EQUAL(real_uart_getchar(), -1);
    CU_ASSERT_EQUAL(real_plic_claim(), 0);
}

/* Registers of the 16550: 0 data, 1 interrupts enabled, 2 FIFO control, 5 line status. */
static void a_uart_sends_and_receives(void)
{
    static uint8_t registers[8];

    memset(registers, 0xee, sizeof registers);
    real_uart_open((uint64_t)(uintptr_t)registers);
    static const uint8_t opened[8] = {0xee, 0, 1, 0xee, 0xee, 0xee, 0xee, 0xee};
    CU_ASSERT_EQUAL(memcmp(registers, opened, 8), 0);
    registers[5] = 0x20; /* idle */
    real_uart_putchar('\xf1');
    CU_ASSERT_EQUAL(registers[0], 0xf1);
    registers[5] = 0xfe;
    CU_ASSERT_EQUAL(real_uart_getchar(), -1);
    registers[5] = 0x01;
    registers[0] = 0x9b;
    CU_ASSERT_EQUAL(real_uart_getchar(), 0x9b);
    real_uart_interrupt_on();
    CU_ASSERT_EQUAL(registers[1], 1);
    CU_ASSERT_EQUAL(registers[2], 1);
    CU_ASSERT_EQUAL(registers[4], 0xee);
}

#define WORDS (0x400000 / 4)

static void is_alone(const uint32_t *plic, const uint32_t *places, unsigned count)
{
    unsigned set = 0;

    for (unsigned i = 0; i < WORDS; i++)
        set += plic[i] != 0;
    CU_ASSERT_EQUAL(set, count);
    for (unsigned i = 0; i < count; i++)
        CU_ASSERT_NOT_EQUAL(plic[places[i] / 4], 0);
}

/* RISC-V PLIC specification, "Memory Map": context 3, source 37. */
static void one_source_is_enabled_for_one_context(void)
{
    uint32_t *plic = calloc(WORDS, 4);

    plic[0x203000 / 4] = 7; /* the threshold */
    plic[(0x2180 + 4) / 4] = 1u << 31;
    real_plic_open((uint64_t)(uintptr_t)plic, 3, 37);
    CU_ASSERT_EQUAL(plic[37], 1);
    CU_ASSERT_EQUAL(plic[(0x2180 + 4) / 4], 1u << 31 | 1u << 5);
    is_alone(plic, (uint32_t[]){37 * 4, 0x2184}, 2);
    static uint32_t second[WORDS]; /* the last source of a word: context 1, source 63 */
    real_plic_open((uint64_t)(uintptr_t)second, 1, 63);
    CU_ASSERT_EQUAL(second[(0x2080 + 4) / 4], 1u << 31);
    is_alone(second, (uint32_t[]){63 * 4, 0x2084}, 2);
    real_plic_open((uint64_t)(uintptr_t)plic, 3, 37);
    plic[0x203004 / 4] = 9;
    CU_ASSERT_EQUAL(real_plic_claim(), 9);
    real_plic_complete(11);
    CU_ASSERT_EQUAL(plic[0x203004 / 4], 11);
    is_alone(plic, (uint32_t[]){37 * 4, 0x2184, 0x203004}, 3);
    free(plic);
}

/* The trace */

static void begin(const char *bootargs)
{
    board.bootargs = bootargs;
    machine_prepare(1);
    memset(&real_trace_header, 0, sizeof real_trace_header);
}

static void a_ring_is_made_if_it_is_asked_for(void)
{
    begin("");
    real_trace_init();
    CU_ASSERT_EQUAL(memcmp(real_trace_header.magic, TRACE_MAGIC, 8), 0);
    CU_ASSERT_EQUAL(real_trace_header.version, TRACE_VERSION);
    CU_ASSERT_EQUAL(real_trace_header.record_bytes, 64);
    CU_ASSERT_EQUAL(real_trace_header.timebase_hz, 10000000);
    CU_ASSERT_EQUAL(real_trace_header.hart_count, 0);
    CU_ASSERT_EQUAL(real_trace_header.enabled, 0);
    CU_ASSERT_PTR_NULL(harts[0].trace_ring);
    machine_end();
    begin("trace=on");
    real_trace_init();
    CU_ASSERT_EQUAL(real_trace_header.ring[0].mask, 65536 * 64 - 1);
    CU_ASSERT_EQUAL(real_trace_header.ring[0].base, board.ram.base + board.ram.bytes - 65536 * 64);
    CU_ASSERT_EQUAL(real_trace_header.ring[0].head, 0);
    CU_ASSERT_EQUAL(real_trace_header.hart_count, 1);
    CU_ASSERT_EQUAL(real_trace_header.enabled, 1);
    CU_ASSERT_PTR_EQUAL(harts[0].trace_ring, &real_trace_header.ring[0]);
    machine_end();
}

static void sizes_are_powers_of_two(void)
{
    static const char *const refused[] = {"trace=on trace_records=0", "trace=on trace_records=1",
                                          "trace=on trace_records=3", "trace=on trace_records=6",
                                          "trace=on trace_records=0x20000000"};

    for (volatile unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        begin(refused[i]);
        CU_ASSERT_TRUE(PANICS(real_trace_init()));
        CU_ASSERT_PTR_NOT_NULL(
            strstr(fake_panic_message, ": a power of two from 2 to 268435456 is expected"));
        machine_end();
    }
    begin("trace=on trace_records=0x10000000");
    CU_ASSERT_TRUE(PANICS(real_trace_init())); /* a power of two, and more than there is RAM */
    CU_ASSERT_PTR_NOT_NULL(strstr(fake_panic_message, "too little RAM"));
    CU_ASSERT_PTR_NOT_NULL(strstr(fake_panic_message, "for trace do"));
    machine_end();
}

static void a_ring_goes_round(void)
{
    begin("trace=on trace_records=2");
    real_trace_init();
    const struct trace_record *ring =
        (const struct trace_record *)(uintptr_t)real_trace_header.ring[0].base;
    for (unsigned i = 0; i < 3; i++) {
        fake_machine.clock = 100 + i;
        real_trace_write(TRACE_IRQ_INJECT, 0x12, 0x34, 0x56789abc + i, 7 + i, 8 + i);
        CU_ASSERT_EQUAL(real_trace_header.ring[0].head, (i + 1) * 64);
    }
    for (unsigned i = 1; i < 3; i++) {
        CU_ASSERT_EQUAL(ring[i & 1].time, 100 + i);
        CU_ASSERT_EQUAL(ring[i & 1].event, TRACE_IRQ_INJECT);
        CU_ASSERT_EQUAL(ring[i & 1].vm, 0x12);
        CU_ASSERT_EQUAL(ring[i & 1].vcpu, 0x34);
        CU_ASSERT_EQUAL(ring[i & 1].arg, 0x56789abc + i);
        CU_ASSERT_EQUAL(ring[i & 1].a, 7 + i);
        CU_ASSERT_EQUAL(ring[i & 1].b, 8 + i);
    }
    machine_end();
}

TEST_SUITE(hv_devices,
           {"a UART that is not there has received nothing",
            a_uart_that_is_not_there_has_received_nothing},
           {"a UART sends and receives", a_uart_sends_and_receives},
           {"one source is enabled for one context", one_source_is_enabled_for_one_context},
           {"a ring is made if it is asked for", a_ring_is_made_if_it_is_asked_for},
           {"sizes are powers of two", sizes_are_powers_of_two},
           {"a ring goes round", a_ring_goes_round});
