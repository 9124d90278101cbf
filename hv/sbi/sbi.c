/* SBI calls of guests, from ecall to the extension that serves it. */
#include "sbi/sbi.h"
#include "boot/init.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "trap/panic.h"
#include "vcpu/exit.h"
#include "vm/vm.h"

/* Extensions by a multiplicative hash of their number. Most stand where the hash says, so that
 * a call finds its own at the first look; the rest stand in the next free slot. */
#define SLOT_BITS 5
#define SLOTS     (1u << SLOT_BITS)

typedef struct sbi_result sbi_function(struct vcpu *vcpu, uint64_t function);

struct slot {
    uint64_t extension;
    sbi_function *call; /* NULL: the slot is free */
};

static struct slot slots[SLOTS];

static inline unsigned hash(uint64_t extension)
{
    return (uint32_t)extension * 0x9E3779B1u >> (32 - SLOT_BITS);
}

static struct sbi_result not_supported(struct vcpu *vcpu, uint64_t function)
{
    (void)vcpu;
    (void)function;
    return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
}

/* The slot of that extension, or the free one where it would be. */
static struct slot *find(uint64_t extension)
{
    unsigned at = hash(extension);

    while (slots[at].extension != extension && slots[at].call)
        at = (at + 1) % SLOTS;
    return &slots[at];
}

static __attribute__((noinline)) sbi_function *look_further(uint64_t extension)
{
    sbi_function *call = find(extension)->call;

    return call ? call : not_supported;
}

bool sbi_extension_exists(uint64_t extension)
{
    return find(extension)->call != NULL;
}

static inline struct sbi_result serve(struct vcpu *vcpu)
{
    uint64_t extension = vcpu->x[REG_A7];
    const struct slot *slot = &slots[hash(extension)];
    bool found = slot->extension == extension && slot->call;
    sbi_function *call = __builtin_expect(found, 1) ? slot->call : look_further(extension);
    struct sbi_result result;

    vcpu->pc += 4;
    result = call(vcpu, vcpu->x[REG_A6]);
    vcpu->x[REG_A0] = (uint64_t)result.error;
    if (extension > SBI_LEGACY_SHUTDOWN)
        vcpu->x[REG_A1] = result.value;
    return result;
}

static __attribute__((noinline)) void serve_traced(struct vcpu *vcpu)
{
    uint32_t extension = (uint32_t)vcpu->x[REG_A7];
    uint8_t vm = vcpu->vm_id, index = vcpu->index; /* an exit may take the vCPU away */
    struct sbi_result result;

    trace_write(TRACE_HYPERCALL, vm, index, extension, vcpu->x[REG_A6], vcpu->x[REG_A0]);
    result = serve(vcpu);
    trace_write(TRACE_HYPERCALL_RET, vm, index, extension, (uint64_t)result.error, result.value);
}

void sbi_handle(struct vcpu *vcpu)
{
    if (__builtin_expect(trace_header.enabled, 0))
        serve_traced(vcpu);
    else
        serve(vcpu);
}

int64_t sbi_each_target(struct vcpu *caller, uint64_t mask, uint64_t base,
                        void (*visit)(struct vcpu *target, void *argument), void *argument)
{
    struct vm *vm = caller->vm;
    uint64_t harts = (1ull << vm->vcpu_count) - 1, targets = harts;

    if (base != UINT64_MAX) {
        if (mask && (base >= vm->vcpu_count || (mask & ~(harts >> base))))
            return SBI_ERR_INVALID_PARAM;
        targets = mask ? mask << base : 0;
    }
    for (unsigned i = 0; i < vm->vcpu_count; i++)
        if ((targets >> i & 1) && vm->vcpu[i]->state != VCPU_STOPPED)
            visit(vm->vcpu[i], argument);
    return SBI_SUCCESS;
}

static void sbi_init(void)
{
    REGISTRY_EACH (hv_sbi, struct sbi_entry, entry)
        for (uint64_t extension = entry->first; extension <= entry->last; extension++) {
            struct slot *slot = find(extension);
            if (slot->call)
                panic("SBI extension 0x%lx is registered twice", extension);
            *slot = (struct slot){extension, entry->call};
        }
}

HV_INIT(INIT_TABLES, sbi_init);
HV_EXIT(EXC_SUPERVISOR_SYSCALL, sbi_handle);
