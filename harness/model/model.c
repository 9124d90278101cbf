/* The model as a whole: made from the setup, told the events, and asked for nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/entry.h"
#include "model/fp.h"
#include "model/interrupt.h"
#include "model/life.h"
#include "model/parts.h"

extern const struct model_part *const __start_model_parts[] __attribute__((visibility("hidden")));
extern const struct model_part *const __stop_model_parts[] __attribute__((visibility("hidden")));

/* The section holds at least this one, so that it exists. */
MODEL_PART(no_part) = {.bytes = 0};

/* Calls a function of every part that has it. */
#define TELL(model, function, ...)                                                                 \
    do {                                                                                           \
        void **state_ = (model)->part_state;                                                       \
        for (const struct model_part *const *part = __start_model_parts;                           \
             part < __stop_model_parts; part++, state_++)                                          \
            if ((*part)->function)                                                                 \
                (*part)->function(model, *state_, ##__VA_ARGS__);                                  \
    } while (0)

void model_life_begins(struct model *model, struct model_vm *vm)
{
    vm->seen = vm->ending = vm->reboots = vm->time_known = vm->time_read = false;
    vm->known_count = 0;
    vm->base_seen = vm->features = 0;
    vm->lives++;
    for (unsigned i = 0; i < MODEL_VCPUS; i++)
        vm->vcpu[i] = (struct model_vcpu){.vm = vm->index, .index = i, .life = MODEL_STOPPED};
    vm->vcpu[0].life = MODEL_STARTING;
    vm->vcpu[0].start = (struct model_start){vm->packed->entry, vm->packed->dtb.gpa, false};
    TELL(model, life, vm);
}

struct model *model_new(const struct model_setup *setup)
{
    struct model *model = calloc(1, sizeof(*model));
    size_t parts = (size_t)(__stop_model_parts - __start_model_parts);

    if (!model || !(model->part_state = calloc(parts, sizeof(void *)))) {
        free(model);
        return NULL;
    }
    model->setup = *setup;
    model->packed = (const void *)(setup->bundle + 1);
    model->vms = setup->bundle->vm_count < MODEL_VMS ? setup->bundle->vm_count : MODEL_VMS;
    for (size_t i = 0; i < parts; i++)
        model->part_state[i] = calloc(1, __start_model_parts[i]->bytes + 1);
    TELL(model, begin);
    for (unsigned i = 0; i < model->vms; i++) {
        model->vm[i].packed = &model->packed[i];
        model->vm[i].index = i;
        model_life_begins(model, &model->vm[i]);
    }
    return model;
}

void model_free(struct model *model)
{
    size_t parts = (size_t)(__stop_model_parts - __start_model_parts);

    if (!model)
        return;
    TELL(model, release);
    for (size_t i = 0; i < parts; i++)
        free(model->part_state[i]);
    free(model->part_state);
    free(model->trees);
    free(model);
}

uint64_t model_now(const struct model *model)
{
    return model->setup.time ? model->setup.time(model->setup.argument) : 0;
}

uint64_t model_instructions(const struct model *model)
{
    return model->setup.instructions ? model->setup.instructions(model->setup.argument) : 0;
}

void model_broken(struct model *model, const struct model_rule *rule, unsigned hart,
                  const struct model_vcpu *vcpu, uint64_t code, const char *expected,
                  const char *seen)
{
    struct model_breach breach = {.rule = rule,
                                  .hart = hart,
                                  .vm = vcpu ? (int)vcpu->vm : -1,
                                  .vcpu = vcpu ? (int)vcpu->index : -1,
                                  .instructions = model_instructions(model),
                                  .code = code};

    snprintf(breach.expected, sizeof(breach.expected), "%s", expected);
    snprintf(breach.seen, sizeof(breach.seen), "%s", seen);
    model->breaches++;
    if (model->setup.broken)
        model->setup.broken(&breach, model->setup.argument);
}

void model_exit(struct model *model, unsigned hart, const struct model_state *state)
{
    struct model_hart *here = &model->hart[hart];
    struct model_vcpu *vcpu = here->current;

    if (!here->inside)
        return;
    TELL(model, leaving, hart, state);
    here->inside = false;
    here->left = model_instructions(model);
    if (!vcpu)
        return;
    vcpu->life = MODEL_OUTSIDE;
    vcpu->stops = false;
    vcpu->at = *state;
    vcpu->left = model_instructions(model);
    vcpu->left_at = model_now(model);
    interrupt_exit(model, hart, vcpu);
    fp_exit(vcpu);
    exit_take(model, vcpu);
    TELL(model, exit, hart, vcpu, state);
}

void model_entry(struct model *model, unsigned hart, const struct model_state *state)
{
    struct model_hart *here = &model->hart[hart];
    struct model_vcpu *vcpu = entry_judge(model, hart, state);
    bool first = vcpu && vcpu->life == MODEL_STARTING;

    if (first) /* what was in the hart is of its former life */
        vcpu->timer_kept = vcpu->fp_known = false, vcpu->cycle_read = vcpu->instret_read = 0;

    here->inside = true;
    here->current = vcpu;
    if (vcpu) {
        life_entry(model, hart, vcpu, state);
        interrupt_entry(model, hart, vcpu, state, first);
        fp_entry(model, hart, vcpu, state);
        vcpu->life = MODEL_INSIDE;
        vcpu->entries++;
        model->vm[vcpu->vm].seen = true;
        model->vm[vcpu->vm].hgatp = state->csr.hgatp;
    }
    TELL(model, entry, hart, vcpu, state, first);
    TELL(model, entered, hart, vcpu, state);
}

void model_store(struct model *model, unsigned hart, uint64_t code, uint64_t physical,
                 unsigned bytes)
{
    TELL(model, store, hart, code, physical, bytes);
}

bool model_watches(const struct model *model, uint64_t physical)
{
    void **state = model->part_state;

    for (const struct model_part *const *part = __start_model_parts; part < __stop_model_parts;
         part++, state++)
        if ((*part)->watches && (*part)->watches(model, *state, physical))
            return true;
    return false;
}

void model_dma(struct model *model, unsigned hart, uint64_t code, uint64_t physical, uint64_t bytes)
{
    TELL(model, dma, hart, code, physical, bytes);
}

void model_fence(struct model *model, unsigned hart, uint64_t code, enum model_fence fence,
                 bool has_address, uint64_t address, bool has_id, uint64_t id)
{
    TELL(model, fence, hart, code, fence, has_address ? &address : NULL, has_id ? &id : NULL);
}

void model_guest_access(struct model *model, unsigned hart, uint64_t code)
{
    TELL(model, guest_access, hart, code);
}

void model_csr_written(struct model *model, unsigned hart, uint64_t code, unsigned csr,
                       uint64_t value)
{
    TELL(model, csr_written, hart, code, csr, value);
}

void model_stray_code(struct model *model, unsigned hart, uint64_t physical)
{
    TELL(model, stray_code, hart, physical);
}

void model_console_in(struct model *model, uint8_t byte)
{
    TELL(model, console_in, byte);
}

void model_end(struct model *model)
{
    TELL(model, end);
}
