# Rider's first call to the Debug Console.
RIDER = Image(tree("guest-os/rider.elf"))
ECALL, DBCN = 0x73, 0x4442434E

in_hypervisor("second_stage_load")  # for the probe's turn
for _ in range(3):
    step()
in_hypervisor("second_stage_load")
while True:
    in_guest(RIDER.address("sbi_call"))
    step_until(lambda: instruction(register("pc")) == ECALL)
    if register("a7") == DBCN:
        break
at, length = register("pc"), register("a0")
show("pc", at, RIDER.place(at))
show("instruction", "0x%08x" % instruction(at), "ecall")
show("a7", register("a7"), "\"%s\" in ASCII" % ascii_of(register("a7")))
show("a6", register("a6"), "Console Write")
show("a0", length, "bytes: %d" % length)
show("a1", register("a1"), "address of the text, low half")
show("a2", register("a2"), "high half")
block()

next_trap(10)
show("scause", register("scause"), cause(register("scause")))
show("sepc", register("sepc"), RIDER.place(register("sepc")))
show("a7", register("a7"))
show("a0, a1", "0x%x, 0x%x" % (register("a0"), register("a1")))
block()

in_hypervisor("sbi_handle")
me = register("a0")
show("vcpu", me)
show("vcpu->pc", vcpu(me, "pc"), RIDER.place(vcpu(me, "pc")))
show("vcpu->x[17]", vcpu(me, "x[17]"), "a7")
show("vcpu->x[10]", vcpu(me, "x[10]"), "a0")
show("vcpu->x[11]", vcpu(me, "x[11]"), "a1")
block()

in_hypervisor("vcpu_enter")
show("vcpu->pc", vcpu(me, "pc"), RIDER.place(vcpu(me, "pc")))
show("vcpu->x[17]", vcpu(me, "x[17]"), "as it was")
show("vcpu->x[10]", vcpu(me, "x[10]"), "error: SBI_SUCCESS")
show("vcpu->x[11]", vcpu(me, "x[11]"), "value: bytes written")
block()

in_guest(at + 4)
show("pc", register("pc"), RIDER.place(register("pc")))
show("a0", register("a0"))
show("a1", register("a1"))
show("a7", register("a7"))
end()
