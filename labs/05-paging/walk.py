# The first instruction of Rider's first program: its page is missing.
RIDER = Image(tree("guest-os/rider.elf"))
FETCH = 12
PTE_V = 1


def table_entries(root, address):
    """As the guest's kernel reads them: its RAM is mapped where it is."""
    table, level = root, 2
    while True:
        index = address >> (12 + 9 * level) & 511
        entry = int.from_bytes(
            bytes(gdb.selected_inferior().read_memory(table + 8 * index, 8)), "little")
        yield level, index, entry
        if level == 0 or entry & 15 != PTE_V:
            return
        table, level = (entry >> 10) << 12, level - 1


def show_entries(root, address):
    for level, index, entry in table_entries(root, address):
        show("level %d, entry %d" % (level, index), entry,
             bits(entry, PTE) if entry else "nothing there")


next_trap(FETCH)
at = register("sepc")
root = (register("vsatp") & ((1 << 44) - 1)) << 12
show("scause", register("scause"), cause(register("scause")))
show("sepc", at, "the program's first instruction")
show("stval", register("stval"))
show("hstatus", "…", flags(register("hstatus"), ["SPV", "SPVP"]))
show("sstatus", "…", flags(register("sstatus"), ["SPP"]))
show("vsatp", register("vsatp"), "Sv39, root at 0x%x" % root)
block()

in_hypervisor("vcpu_enter")
show("vsepc", register("vsepc"))
show("vscause", register("vscause"), cause(register("vscause")))
show("vstval", register("vstval"))
show("vsstatus", "…", flags(register("vsstatus"), ["SPP", "SPIE", "SIE"]))
show("pc", vcpu(register("a0"), "pc"), "Rider's %s, from vstvec" % RIDER.place(vcpu(register("a0"), "pc")))
block()

in_guest(RIDER.address("trap_vector"))
show("pc", register("pc"), RIDER.place(register("pc")))
show("scause", register("scause"), "the guest's own name for vscause")
show("sepc", register("sepc"))
show("sscratch", register("sscratch"), "not 0: the trap came from a program")
show("sp", register("sp"), "the program's")
show_entries(root, at)
block()

in_guest(RIDER.address("trap_return"))
step_until(at_sret)
show_entries(root, at)
show("sepc", register("sepc"))
show("sstatus", "…", flags(register("sstatus"), ["SPP"]))
block()

in_guest(at)
show("pc", register("pc"), "in the program, VU-mode")
show("instruction", "0x%08x" % instruction(at), "there is a page now")
end()
