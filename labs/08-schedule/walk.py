# A turn passes from one VM to another, both of which have run before.
# by chance: which two they are depends on time, so values are not compared.
CSRS = ["vsstatus", "vsie", "vstvec", "vsepc", "vsscratch", "vsatp"]
MANY = 12  # turns, so that each VM has had one


def vm_name(address):
    with physical_memory():
        return evaluate("((struct vcpu *)0x%x)->vm->report->name" % address).string()


def show_hart():
    for csr in ["hgatp"] + CSRS:
        value = register(csr)
        show(csr, value, "VMID %d" % (value >> 44 & 0x3FFF) if csr == "hgatp" else "")
    show("htimedelta", "%d" % (register("htimedelta") - (1 << 64)))


def show_turn():
    """From context_save to the entry; false: the turn stays in the VM."""
    old = register("a0")
    show("vcpu", old, "of the VM that leaves")
    show("vcpu->pc", vcpu(old, "pc"), "x1 to x31 and pc are saved: that was the exit")
    show_hart()
    block()
    in_hypervisor(register("ra"))
    for csr in CSRS:
        show("context." + csr, vcpu(old, "context." + csr))
    block()
    in_hypervisor("context_load")
    new = register("a0")
    show("vcpu", new, "of the VM that comes")
    show("hgatp", register("hgatp"),
         "VMID %d: the second stage has changed" % (register("hgatp") >> 44 & 0x3FFF))
    show("vsatp", register("vsatp"), "bare meanwhile: no walk through the wrong tables")
    show("vstvec", register("vstvec"), "still that of the VM that leaves")
    block()
    in_hypervisor("vcpu_enter")
    show("a0", register("a0"), "the vCPU of the VM that comes")
    show("a0->pc", vcpu(new, "pc"))
    show_hart()
    return vm_name(old) != vm_name(new) and register("vstvec") != 0


turns = 0
while True:
    in_hypervisor("context_save")
    turns += 1
    if turns > MANY and register("vstvec") != 0:
        discard()
        if show_turn():
            break
end()
