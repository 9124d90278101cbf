/* See fake_metal.h. */
#include "hv/fake_metal.h"

#include "metal/metal.h"
#include "trace/trace.h"
#include "trap/panic.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_fences fake_fences;
struct fake_tlb fake_tlb;
struct trace_record fake_trace[FAKE_TRACE_RECORDS];
unsigned fake_trace_count;
void (*fake_on_trace)(void);
struct trace_header trace_header;

void fake_reset(bool tracing)
{
    fake_fences = (struct fake_fences){0};
    memset(&fake_tlb, 0, sizeof fake_tlb);
    fake_trace_count = 0;
    fake_on_trace = NULL;
    trace_header.enabled = tracing;
}

struct trace_record fake_last_record(void)
{
    unsigned last = fake_trace_count - 1;
    return last < FAKE_TRACE_RECORDS ? fake_trace[last] : (struct trace_record){0};
}

void trace_write(enum trace_event event, uint8_t vm, uint8_t vcpu, uint32_t arg, uint64_t a,
                 uint64_t b)
{
    if (fake_on_trace != NULL)
        fake_on_trace();
    if (fake_trace_count == FAKE_TRACE_RECORDS)
        return;
    fake_trace[fake_trace_count++] = (struct trace_record){
        .event = (uint16_t)event, .vm = vm, .vcpu = vcpu, .arg = arg, .a = a, .b = b};
}

static void remember(uint64_t *held)
{
    *held = *held == 0 || *held == fake_tlb.hgatp ? fake_tlb.hgatp : FAKE_TLB_MIXED;
}

/* The hart walks both stages under the hgatp that is in force. */
static void tlb_walk(void)
{
    unsigned vmid = fake_tlb.hgatp >> 44 & (FAKE_VMIDS - 1);

    remember(&fake_tlb.first[vmid]);
    remember(&fake_tlb.second[vmid]);
}

void second_stage_load(uint64_t hgatp)
{
    fake_tlb.hgatp = hgatp;
    tlb_walk();
}

void fake_tlb_forget_first(void)
{
    fake_tlb.first[fake_tlb.hgatp >> 44 & (FAKE_VMIDS - 1)] = 0;
    tlb_walk();
}

void hfence_gvma_all(void)
{
    fake_fences.all++;
    memset(fake_tlb.second, 0, sizeof fake_tlb.second);
    tlb_walk();
}

void hfence_gvma_vmid(uint16_t vmid)
{
    fake_tlb.second[vmid] = 0;
    tlb_walk();
    fake_fences.vmid++;
    fake_fences.last_vmid = vmid;
}

void hfence_gvma_page(uint64_t gpa, uint16_t vmid)
{
    fake_fences.page++;
    fake_fences.last_gpa = gpa;
    fake_fences.last_vmid = vmid;
}

jmp_buf fake_panic_return;
bool fake_panic_expected;
char fake_panic_message[256];

void panic(const char *template, ...)
{
    va_list args;

    va_start(args, template);
    vsnprintf(fake_panic_message, sizeof fake_panic_message, template, args);
    va_end(args);
    if (fake_panic_expected)
        longjmp(fake_panic_return, 1);
    fprintf(stderr, "panic that no test expected: %s\n", fake_panic_message);
    abort();
}

/* splitmix64 */
uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint64_t random_below(struct random *random, uint64_t limit)
{
    return random_next(random) % limit;
}
