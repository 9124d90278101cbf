/* SBI calls of guests, from ecall to the extension that serves it. */
#include "sbi/sbi.h"
#include "boot/init.h"
#include "boot/options.h"
#include "trap/cause.h"
#include "trap/panic.h"
#include "vcpu/exit.h"
#include "vm/vm.h"

/* The low bits of an extension's number are its place in the table. Where another extension has
 * that slot already, it is in the next free one. There are more slots than extensions. */
#define SLOTS 32u
#define FREE  UINT64_MAX /* of this number there is no extension */

struct slot {
    uint64_t extension;
    sbi_function *serve;
};

static struct slot slots[SLOTS];

static void not_supported(struct vcpu *vcpu, uint64_t function)
{
    (void)function;
    sbi_return(vcpu, (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0});
}

/* The slot that has the extension, or if none has it the first free slot from its place on. */
static struct slot *find(uint64_t extension)
{
    unsigned at = extension % SLOTS;

    while (slots[at].extension != extension && slots[at].extension != FREE)
        at = (at + 1) % SLOTS;
    return &slots[at];
}

bool sbi_extension_exists(uint64_t extension)
{
    return find(extension)->extension == extension && extension != FREE;
}

void sbi_handle(struct vcpu *vcpu)
{
    uint64_t extension = vcpu->x[REG_A7];
    const struct slot *slot = &slots[extension % SLOTS];

    if (__builtin_expect(slot->extension != extension, 0))
        slot = find(extension);
    vcpu->pc += 4;
    slot->serve(vcpu, vcpu->x[REG_A6]);
}

/* Option without=EID: a machine that lacks that extension. */
static void sbi_init(void)
{
    uint64_t lacks = option_number("without", FREE);

    for (unsigned i = 0; i < SLOTS; i++)
        slots[i] = (struct slot){FREE, not_supported};
    REGISTRY_EACH (hv_sbi, struct sbi_entry, entry) {
        struct slot *slot = find(entry->extension);
        if (entry->extension == lacks)
            continue;
        if (slot->extension != FREE)
            panic("SBI extension 0x%lx is registered twice", entry->extension);
        *slot = (struct slot){entry->extension, entry->serve};
    }
}

HV_INIT(INIT_TABLES, sbi_init);
HV_OPTION("without");
HV_EXIT(EXC_SUPERVISOR_SYSCALL, sbi_handle);
