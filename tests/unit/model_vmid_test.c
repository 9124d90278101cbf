/* What one guest may leave in a hart for the next: VMIDs, vCPUs of one VM, hgatp with vsatp. */
#include "model_memory_fixture.h"

/* VM b gets VM a's VMID. */
static void reuse(struct world *world, bool g, bool vs, bool early)
{
    begin(world);
    load(world, 0, hgatp(0, 1));
    start(world, 0, 1);
    world->at.csr.vsatp = SV39 | 0x80008; /* the guest has switched its own stage on */
    leave(world, TIMER);
    if (early) /* while the former tree is still in hgatp */
        fence(world, MODEL_HFENCE_GVMA);
    load(world, 0, hgatp(1, 1));
    if (g)
        fence_vmid(world, 1);
    if (vs)
        fence(world, MODEL_HFENCE_VVMA);
    start(world, 1, 1);
}

static void a_vmid_changes_hands_with_both_fences(void)
{
    struct world world;

    reuse(&world, true, true, false);
    HOLDS(&world);
    end(&world);
    reuse(&world, false, true, false);
    BREAKS(&world, "tlb.vmid-two-trees");
    end(&world);
    reuse(&world, true, false, false);
    BREAKS(&world, "tlb.vmid-two-vms");
    end(&world);
    reuse(&world, false, true, true);
    BREAKS(&world, "tlb.vmid-two-trees");
    end(&world);
}

static void two_vms_with_two_vmids_need_no_fence(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    const struct model_state a = world.at;
    run_first(&world, 1, 2);
    world.at = a;
    load(&world, 0, hgatp(0, 1));
    enter(&world);
    HOLDS(&world);
    end(&world);
}

static void bare_is_a_mode_under_a_vmid(void)
{
    struct world world;

    for (unsigned vmid = 0; vmid < 2; vmid++) {
        begin(&world);
        run_first(&world, 0, vmid);
        load(&world, 0, 0); /* hgatp is 0: Bare, VMID 0 */
        load(&world, 0, hgatp(0, vmid));
        enter(&world);
        CU_ASSERT_STRING_EQUAL(world.broken, vmid ? "" : "tlb.vmid-mode");
        end(&world);
    }
}

/* vCPU 1 of VM a is started by vCPU 0 and follows it. */
static void second_vcpu(struct world *world, bool fenced)
{
    begin(world);
    load(world, 0, hgatp(0, 1));
    start(world, 0, 1);
    world->at.csr.vsatp = SV39 | 0x80008;
    world->at.x[10] = 1;
    world->at.x[11] = GUEST + 0x100;
    world->at.x[12] = 5;
    call(world, SBI_EXT_HSM, 0);
    answer(world, 0, 0);
    leave(world, TIMER);
    const struct model_state first = world->at;
    world->at = (struct model_state){.pc = GUEST + 0x100, .code = CODE};
    world->at.x[10] = 1;
    world->at.x[11] = 5;
    world->at.csr = first.csr;
    world->at.csr.vsatp = world->at.csr.vsstatus = 0;
    model_csr_written(world->model, 0, CODE, CSR_VSATP, 0);
    if (fenced)
        fence(world, MODEL_HFENCE_VVMA);
    enter(world);
    world->at.csr.vsatp = SV39 | 0x80009;
    leave(world, TIMER);
    world->at = first;
    model_csr_written(world->model, 0, CODE, CSR_VSATP, world->at.csr.vsatp);
    if (fenced)
        fence(world, MODEL_HFENCE_VVMA);
    enter(world);
}

static void siblings_have_a_tlb_of_their_own(void)
{
    struct world world;

    second_vcpu(&world, true);
    HOLDS(&world);
    end(&world);
    second_vcpu(&world, false);
    BREAKS(&world, "tlb.siblings");
    end(&world);
}

static void vsatp_is_zero_while_hgatp_changes(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    world.at.csr.vsatp = SV39 | 0x80008;
    enter(&world);
    leave(&world, TIMER);
    model_csr_written(world.model, 0, CODE, CSR_HGATP, hgatp(1, 2));
    BREAKS(&world, "tlb.switch-order");
    end(&world);
    begin(&world); /* the new guest's vsatp before its hgatp */
    run_first(&world, 1, 2);
    const struct model_state b = world.at;
    run_first(&world, 0, 1);
    model_csr_written(world.model, 0, CODE, CSR_VSATP, SV39 | 0x80008);
    model_csr_written(world.model, 0, CODE, CSR_HGATP, hgatp(1, 2));
    world.at = b;
    world.at.csr.vsatp = SV39 | 0x80008;
    enter(&world);
    BREAKS(&world, "tlb.switch-order");
    end(&world);
}

/* VM a is gone; the pages of its tables become VM b's, under the VMID that a had. */
static void inherit(struct world *world, bool before, bool after)
{
    begin(world);
    load(world, 0, hgatp(0, 1));
    start(world, 0, 1);
    world->at.x[5] = 1;
    leave(world, TIMER);
    load(world, 0, 0);
    store(world, TABLES(0) + 16, 0);
    if (before)
        fence_vmid(world, 1);
    store(world, TABLES(0) + 0x4000, pointer(TABLES(1) + 0x5000));
    store(world, TABLES(0) + 16, pointer(TABLES(0) + 0x4000));
    load(world, 0, hgatp(0, 1));
    if (after)
        fence_vmid(world, 1);
    begin_at(world, 1, hgatp(0, 1));
    leave(world, TIMER);
}

static void a_root_may_be_another_vm_s_next(void)
{
    struct world world;

    inherit(&world, false, true);
    HOLDS(&world);
    end(&world);
    inherit(&world, true, false);
    HOLDS(&world);
    end(&world);
    inherit(&world, false, false);
    BREAKS(&world, "tlb.vmid-two-trees");
    end(&world);
}

/* VM b goes on under another root, a page that was VM a's: it is b's by what stands in it. */
static void a_vm_may_change_its_root_in_its_life(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    load(&world, 0, hgatp(1, 2));
    start(&world, 1, 2);
    world.at.pc += 4;
    leave(&world, TIMER);
    store(&world, TABLES(0) + 0x4000, pointer(TABLES(1) + 0x5000));
    load(&world, 0, hgatp(0, 2));
    fence_vmid(&world, 2);
    world.at.csr.hgatp = hgatp(0, 2);
    enter(&world);
    CU_ASSERT_STRING_EQUAL(world.any, "");
    end(&world);
}

TEST_SUITE(model_vmid,
           {"a VMID changes hands with both fences", a_vmid_changes_hands_with_both_fences},
           {"a root may be another VM's next", a_root_may_be_another_vm_s_next},
           {"a VM may change its root in its life", a_vm_may_change_its_root_in_its_life},
           {"two VMs with two VMIDs need no fence", two_vms_with_two_vmids_need_no_fence},
           {"Bare is a mode under a VMID", bare_is_a_mode_under_a_vmid},
           {"siblings have a TLB of their own", siblings_have_a_tlb_of_their_own},
           {"vsatp is zero while hgatp changes", vsatp_is_zero_while_hgatp_changes});
