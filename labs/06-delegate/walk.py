# The first read of a counter by the probe `clocks`.
CLOCKS = Image(course("guest-os/probes/clocks.elf"))
VIRTUAL = 22

next_trap(VIRTUAL)
word, at = register("stval"), register("sepc")
show("scause", register("scause"), cause(register("scause")))
show("sepc", at, CLOCKS.place(at))
show("stval", word, "the instruction")
show("hstatus", "…", flags(register("hstatus"), ["SPV", "SPVP"]) + ": from VS-mode")
block()

show("bits 6:0", word & 127, "SYSTEM")
show("bits 14:12", word >> 12 & 7, {1: "csrrw", 2: "csrrs", 3: "csrrc"}[word >> 12 & 7])
show("bits 31:20", word >> 20, {0xC00: "cycle", 0xC01: "time", 0xC02: "instret"}[word >> 20])
show("bits 11:7", word >> 7 & 31, "rd is x%d" % (word >> 7 & 31))
show("bits 19:15", word >> 15 & 31, "rs1 is x%d: nothing is written" % (word >> 15 & 31))
block()

target = word >> 7 & 31
in_hypervisor("exit_virtual_instruction")
me = register("a0")
show("vcpu->pc", vcpu(me, "pc"), CLOCKS.place(vcpu(me, "pc")))
show("vcpu->x[%d]" % target, vcpu(me, "x[%d]" % target), "what the register held before")
block()

in_hypervisor("vcpu_enter")
value = vcpu(me, "x[%d]" % target)
show("vcpu->pc", vcpu(me, "pc"), CLOCKS.place(vcpu(me, "pc")) + ": four bytes further")
show("vcpu->x[%d]" % target, str(value), "cycles since this vCPU began")
block()

in_guest(at + 4)
show("pc", register("pc"), CLOCKS.place(register("pc")))
show(REGISTERS[target], str(register(REGISTERS[target])))
end()
