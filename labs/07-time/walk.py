# One deadline of the guest `timer`, without Sstc.
TIMER = Image(course("guest-os/probes/timer.elf"))
SUPERVISOR_TIMER = 1 << 63 | 5
NEVER = 1 << 63


def signed(value):
    return value - (1 << 64) if value >> 63 else value


asked = None
while first_of("time", "timer_fired") == "time" or asked is None:
    me = register("a0")
    if vcpu(me, "x[10]") < NEVER:  # more than that is no deadline: it disarms
        asked = vcpu(me, "x[10]")
        word = vcpu(me, "x[17]")
        delta = signed(register("htimedelta"))
show("vcpu->x[17]", word, "a7: \"%s\"" % ascii_of(word))
show("vcpu->x[10]", str(asked), "a0: the deadline, in the guest's time")
show("htimedelta", str(delta), "ticks")
show("deadline", str(asked - delta), "the difference: in the machine's time")
block()

show("hvip", register("hvip"), "not yet pending")
block()

in_hypervisor("vcpu_enter")
show("hvip", register("hvip"), "VSTIP")
show("hideleg", register("hideleg"), "VSTI, VSSI, VSEI: the guest's own affair")
show("vsie", register("vsie"), "STIE: the guest wants it")
show("vsstatus", "…", flags(register("vsstatus"), ["SIE"]))
vector = register("vstvec")
block()

in_guest(vector)
show("pc", register("pc"), TIMER.place(vector) + ", the guest's stvec")
show("scause", register("scause"), cause(register("scause")) + ": the supervisor timer")
show("sepc", register("sepc"))
show("sstatus", "…", flags(register("sstatus"), ["SPIE", "SIE"]))
end()
