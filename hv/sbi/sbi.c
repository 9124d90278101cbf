/* SBI calls of guests, from ecall to the extension that serves it. */
#include "sbi/sbi.h"
#include "boot/init.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "trap/panic.h"
#include "vcpu/exit.h"
#include "vm/vm.h"

/* Extensions by a multiplicative hash of their number, open addressing. */
#define SLOT_BITS 5
#define SLOTS     (1u << SLOT_BITS)

struct slot {
    uint64_t extension;
    struct sbi_result (*call)(struct vcpu *vcpu, uint64_t function);
};

static struct slot slots[SLOTS];

static struct sbi_result not_supported(struct vcpu *vcpu, uint64_t function)
{
    (void)vcpu;
    (void)function;
    return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
}

/* The slot of that extension, or the empty one where it would be. */
static struct slot *find(uint64_t extension)
{
    unsigned at = (uint32_t)extension * 0x9E3779B1u >> (32 - SLOT_BITS);

    while (slots[at].extension != extension && slots[at].call)
        at = (at + 1) % SLOTS;
    return &slots[at];
}

bool sbi_extension_exists(uint64_t extension)
{
    return find(extension)->call != NULL;
}

void sbi_handle(struct vcpu *vcpu)
{
    uint64_t extension = vcpu->x[REG_A7], function = vcpu->x[REG_A6];
    struct sbi_result (*call)(struct vcpu *, uint64_t) = find(extension)->call;

    vcpu->pc += 4;
    trace(TRACE_HYPERCALL, vcpu->vm_id, vcpu->index, (uint32_t)extension, function,
          vcpu->x[REG_A0]);
    struct sbi_result result = (call ? call : not_supported)(vcpu, function);
    vcpu->x[REG_A0] = (uint64_t)result.error;
    if (extension > SBI_LEGACY_SHUTDOWN)
        vcpu->x[REG_A1] = result.value;
    trace(TRACE_HYPERCALL_RET, vcpu->vm_id, vcpu->index, (uint32_t)extension,
          (uint64_t)result.error, result.value);
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
