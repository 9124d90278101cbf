# The first load of the probe `touch` from a page that is not there.
TOUCH = Image(course("guest-os/probes/touch.elf"))
LOAD = 21


def entries(root, gpa):
    """(level, index, the entry's address, entry), from the root down to what is no pointer."""
    table, level = root, 2
    while True:
        index = gpa >> (12 + 9 * level) & (2047 if level == 2 else 511)
        entry = physical(table + 8 * index)
        yield level, index, table + 8 * index, entry
        if level == 0 or entry & 15 != 1:
            return
        table, level = (entry >> 10) << 12, level - 1


def show_entries(root, gpa):
    for level, index, address, entry in entries(root, gpa):
        show("level %d, entry %d" % (level, index), entry,
             "at 0x%x: %s" % (address, bits(entry, PTE) if entry else "nothing there"))


next_trap(LOAD)
gpa = (register("htval") << 2) | (register("stval") & 3)
show("scause", register("scause"), cause(register("scause")))
show("sepc", register("sepc"), TOUCH.place(register("sepc")))
show("stval", register("stval"), "the address that the guest used")
show("htval", register("htval"), "times four: 0x%x" % (register("htval") << 2))
show("hstatus", "…", flags(register("hstatus"), ["SPV", "GVA"]))
show("hgatp", register("hgatp"), "MODE %d, VMID %d, root at 0x%x" % (
    register("hgatp") >> 60, register("hgatp") >> 44 & 0x3FFF,
    (register("hgatp") & ((1 << 44) - 1)) << 12))
at, root = register("sepc"), (register("hgatp") & ((1 << 44) - 1)) << 12
block()

show("gpa", gpa, "= %d | %d | 0x%x" % (gpa >> 30, gpa >> 21 & 511, gpa & 0x1FFFFF))
show_entries(root, gpa)
block()

in_hypervisor("guest_memory_fill")
show("gpa", register("a1"))
in_hypervisor(register("ra"))
show_entries(root, gpa)
leaf = list(entries(root, gpa))[-1][3]
pa = ((leaf >> 10) << 12) | (gpa & 0x1FFFFF)
show("pa", pa, "where the guest-physical address now lies")
show("memory there", physical(pa & ~7), "zeroed")
block()

in_hypervisor("vcpu_enter")
show("pc", vcpu(register("a0"), "pc"), TOUCH.place(vcpu(register("a0"), "pc")))
in_guest(at)
step()
show("pc", register("pc"), "in the guest: the load is done")
end()
