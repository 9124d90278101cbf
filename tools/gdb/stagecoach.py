"""gdb commands for a machine that runs the hypervisor, in one file because gdb sources one: VMs,
vCPUs, second-stage tables, CSRs of the H extension, the trace. `make debug` loads them; `help
user-defined` lists them.

All is read from the machine's RAM and registers through the types in the ELF file's debug
information. Nothing is called, and nothing but the commands' own state is changed.
"""

import contextlib

import gdb

TABLE_ENTRIES = 512
ROOT_ENTRIES = 2048
ROOT_LEVEL = 2
LEAF = {0: "4 KiB", 1: "2 MiB", 2: "1 GiB"}
MODES = {0: "Bare", 8: "Sv39", 9: "Sv48", 10: "Sv57"}
NOBODY = 0xFF  # record.vm of a trace record that is about no VM

# Bits by name, lowest first: privileged specification, hypervisor extension and supervisor level.
HSTATUS = {5: "VSBE", 6: "GVA", 7: "SPV", 8: "SPVP", 9: "HU", 20: "VTVM", 21: "VTW", 22: "VTSR"}
STATUS = {1: "SIE", 5: "SPIE", 6: "UBE", 8: "SPP", 18: "SUM", 19: "MXR", 63: "SD"}
INTERRUPTS = {2: "VSSI", 6: "VSTI", 10: "VSEI", 12: "SGEI"}
PTE = {0: "V", 1: "R", 2: "W", 3: "X", 4: "U", 5: "G", 6: "A", 7: "D"}
FS = ["off", "initial", "clean", "dirty"]

REGISTERS = (
    "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
    "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6"
).split()


# ---- reading ----


def packet(text):
    """Sends a packet of the remote protocol; False if the other side does not know it."""
    connection = gdb.selected_inferior().connection
    return connection is not None and connection.send_packet(text) == b"OK"


@contextlib.contextmanager
def physical_memory():
    """Addresses are physical meanwhile, whatever runs in the hart: the hypervisor maps itself one
    to one, and a guest's tables must not come between."""
    if gdb.selected_inferior().pid == 0:
        raise gdb.GdbError("no machine is attached: target remote ... comes first")
    changed = packet("Qqemu.PhyMemMode:1")
    try:
        yield
    finally:
        if changed:
            packet("Qqemu.PhyMemMode:0")


def evaluate(expression):
    return gdb.parse_and_eval(expression)


def number(value):
    return int(value) & 0xFFFFFFFFFFFFFFFF


def register(name):
    return number(evaluate("$" + name))


def word(address):
    return int.from_bytes(bytes(gdb.selected_inferior().read_memory(address, 8)), "little")


def names_of(value, type_name, prefix):
    """An integer as the enumerator of that type, without its prefix and in lower case."""
    text = str(value.cast(gdb.lookup_type(type_name)))
    return text[len(prefix):].lower() if text.startswith(prefix) else text


def bits(value, names):
    return " ".join(name for bit, name in names.items() if value >> bit & 1) or "-"


def cause_name(cause):
    """The cause's name, from the hypervisor's own table (trap/cause.c)."""
    table = evaluate("'hv/trap/cause.c'::texts")
    for index in range(table.type.range()[1] + 1):
        if number(table[index]["cause"]) == cause:
            return table[index]["name"].string()
    return "unknown"


def existing_vms():
    """The VMs that were ever created, as (number, struct vm)."""
    vms = evaluate("vms")
    for index in range(vms.type.range()[1] + 1):
        if number(vms[index]["report"]) != 0:
            yield index, vms[index]


def vm_of(text):
    """The VM of that name or number; without a text the one whose second stage is in the hart."""
    found = list(existing_vms())
    if not found:
        raise gdb.GdbError("no VM has been created yet; tbreak run_loop stops when all have")
    root = register("hgatp") << 12 & ((1 << 56) - 1)
    for index, vm in found:
        if text and text in (str(index), vm["report"]["name"].string()):
            return index, vm
        if not text and number(vm["gstage"]["root"]) == root:
            return index, vm
    if not text:
        return found[0]
    raise gdb.GdbError("there is no VM %s; vms lists them" % text)


def integer(text, what):
    try:
        return number(gdb.parse_and_eval(text))
    except gdb.error as error:
        raise gdb.GdbError("%s: %s is expected: %s" % (text, what, error))


class Command(gdb.Command):
    """A command whose method run(words) reads physical memory."""

    def __init__(self, name):
        super().__init__(name, gdb.COMMAND_USER)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        with physical_memory():
            self.run(gdb.string_to_argv(argument))


# ---- commands ----


class Vms(Command):
    """vms: all VMs: state, limits, memory, time and how they ended."""

    def run(self, words):
        rate = number(evaluate("monitor.timebase_hz")) // 1000 or 1
        line = "%2s %-16s %-10s %5s %6s %4s %10s %10s %9s  %s"
        print(line % ("id", "name", "state", "vcpus", "weight", "cap", "memory KiB",
                      "resident", "cpu ms", "end"))
        for index, vm in existing_vms():
            report = vm["report"]
            why = report["why"].string()
            end = names_of(report["end"], "enum vm_end", "VM_END_")
            print(line % (index, report["name"].string(),
                          names_of(report["state"], "enum vm_state", "VM_STATE_"),
                          report["vcpus"], report["weight"], report["cap"],
                          number(report["memory"]) // 1024, number(report["resident"]) // 1024,
                          number(report["cpu_ticks"]) // rate,
                          "-" if end == "none" else end + (": " + why if why else "")))


class Vcpus(Command):
    """vcpus: all vCPUs: state, where they are, and what the hart holds of them."""

    def run(self, words):
        hart = evaluate("harts[0]")
        line = "%-20s %-9s %-18s %s"
        print(line % ("vm.vcpu", "state", "pc", "in the hart"))
        for _, vm in existing_vms():
            for index in range(number(vm["vcpu_count"])):
                vcpu = vm["vcpu"][index]
                holds = [text for field, text in (("current", "its turn"), ("loaded", "CSRs"),
                                                  ("fp_loaded", "FP"))
                         if number(hart[field]) == number(vcpu)]
                print(line % ("%s.%d" % (vm["report"]["name"].string(), index),
                              names_of(vcpu["state"], "enum vcpu_state", "VCPU_"),
                              "0x%x" % number(vcpu["pc"]), ", ".join(holds) or "-"))
        print("A pc is that of the last exit.")


def steps(vm, gpa):
    """The walk through a VM's second stage: (level, slot, the entry's address, entry) each, down
    to a leaf or to what is not mapped."""
    table = number(vm["gstage"]["root"])
    for level in range(ROOT_LEVEL, -1, -1):
        entries = ROOT_ENTRIES if level == ROOT_LEVEL else TABLE_ENTRIES
        slot = gpa >> (12 + 9 * level) & (entries - 1)
        entry = word(table + slot * 8)
        yield level, slot, table + slot * 8, entry
        if entry & 0xF != 1:
            return
        table = pointed_to(entry)


def pointed_to(entry):
    """The physical address in a page-table entry."""
    return (entry >> 10 & ((1 << 44) - 1)) << 12


class Gstage(Command):
    """gstage GPA [VM]: walks the second stage for a guest-physical address, level by level.
    Without VM: the one whose tables are in the hart."""

    def run(self, words):
        if len(words) not in (1, 2):
            raise gdb.GdbError("gstage GPA [VM]: one address is expected")
        gpa = integer(words[0], "a guest-physical address")
        index, vm = vm_of(words[1] if len(words) == 2 else "")
        print("VM %d \"%s\", root at 0x%x" % (index, vm["report"]["name"].string(),
                                             number(vm["gstage"]["root"])))
        if gpa >> 41:
            print("  0x%x is beyond 2^41: no second stage maps it" % gpa)
            return
        for level, slot, address, entry in steps(vm, gpa):
            print("  level %d  entry %4d at 0x%-10x 0x%016x  %s"
                  % (level, slot, address, entry, bits(entry, PTE)))
        if not entry & 1:
            print("  gpa 0x%x is not mapped" % gpa)
        elif not entry & 0xE:
            print("  the entry of level 0 is no leaf: the tables are broken")
        else:
            offset = gpa & ((1 << (12 + 9 * level)) - 1)
            print("  gpa 0x%x -> pa 0x%x, a leaf of %s"
                  % (gpa, pointed_to(entry) + offset, LEAF[level]))


class Hregs(Command):
    """hregs: the H extension's registers of this hart, and the guest's, decoded."""

    def run(self, words):
        def show(name, text):
            print("  %-11s 0x%016x  %s" % (name, register(name), text))

        def status(name):
            value = register(name)
            show(name, "%s FS=%s" % (bits(value, STATUS), FS[value >> 13 & 3]))

        print("what traps, and whence")
        show("scause", cause_name(register("scause")))
        for name in ("sepc", "stval", "htval", "htinst"):
            show(name, "gpa 0x%x" % (register(name) << 2) if name == "htval" else "")
        show("hstatus", bits(register("hstatus"), HSTATUS))
        status("sstatus")
        print("what is the guest's affair")
        hedeleg = register("hedeleg")
        show("hedeleg", " ".join(cause_name(cause) for cause in range(64) if hedeleg >> cause & 1))
        for name in ("hideleg", "hvip", "hip", "hie"):
            show(name, bits(register(name), INTERRUPTS))
        hgatp, vsatp = register("hgatp"), register("vsatp")
        mode = {0: "Bare", 8: "Sv39x4"}.get(hgatp >> 60, "mode %d" % (hgatp >> 60))
        print("what it translates by")
        show("hgatp", "%s VMID %d root 0x%x" % (mode, hgatp >> 44 & 0x3FFF,
                                                (hgatp & ((1 << 44) - 1)) << 12))
        show("vsatp", "%s ASID %d root 0x%x" % (MODES.get(vsatp >> 60, "?"), vsatp >> 44 & 0xFFFF,
                                                (vsatp & ((1 << 44) - 1)) << 12))
        print("what it believes")
        status("vsstatus")
        show("vscause", cause_name(register("vscause")))
        for name in ("vsepc", "vstval", "vstvec", "vsscratch", "htimedelta"):
            show(name, "")


class VmRegs(Command):
    """vm-regs VM [VCPU]: a vCPU's general registers at its last exit, and its VS CSRs."""

    CSRS = ("vsstatus", "vsepc", "vscause", "vstval", "vstvec", "vsscratch", "vsatp", "vsie")

    def run(self, words):
        if len(words) not in (1, 2):
            raise gdb.GdbError("vm-regs VM [VCPU]: the name or number of a VM is expected")
        _, vm = vm_of(words[0])
        which = integer(words[1], "a vCPU's number") if len(words) == 2 else 0
        if which >= number(vm["vcpu_count"]):
            raise gdb.GdbError("VM %s has %d vCPUs, there is no number %d"
                               % (words[0], number(vm["vcpu_count"]), which))
        vcpu = vm["vcpu"][which].dereference()
        print("  %-4s %016x" % ("pc", number(vcpu["pc"])))
        for at in range(1, 32):
            print("  %-4s %016x" % (REGISTERS[at], number(vcpu["x"][at])),
                  end="\n" if at % 4 == 0 or at == 31 else "")
        loaded = number(evaluate("harts[0].loaded")) == number(vm["vcpu"][which])
        print("VS CSRs, %s" % ("in the hart" if loaded else "saved"))
        for name in self.CSRS:
            saved = number(vcpu["context"][name])
            print("  %-10s %016x" % (name, register(name) if loaded else saved))


class TraceTail(Command):
    """trace-tail [N]: the last N records of the trace (20)."""

    def run(self, words):
        wanted = integer(words[0], "a number of records") if words else 20
        ring = evaluate("trace_header.ring[0]")
        if number(ring["mask"]) == 0:
            raise gdb.GdbError("there is no trace; the machine must be started with trace=on")
        record_type = gdb.lookup_type("struct trace_record")
        records = gdb.Value(number(ring["base"])).cast(record_type.pointer())
        written = number(ring["head"]) // record_type.sizeof
        capacity = (number(ring["mask"]) + 1) // record_type.sizeof
        first = max(written - min(wanted, capacity), 0)
        print("%d records written, %d of them overwritten" % (written, max(written - capacity, 0)))
        for at in range(first, written):
            self.show(records[at % capacity])

    @staticmethod
    def fields(event, arg):
        """The fields that a record of the event has behind arg: abi/trace.h."""
        if event == "kvm_entry":
            return "abc"
        if event == "kvm_exit" and arg in (10, 20, 21, 23):
            return "abcd"
        return "ab"

    @staticmethod
    def show(record):
        event = names_of(record["event"], "enum trace_event", "TRACE_")
        vm, vcpu, arg = number(record["vm"]), number(record["vcpu"]), number(record["arg"])
        who = "-" if vm == NOBODY else "%d" % vm if vcpu == NOBODY else "%d.%d" % (vm, vcpu)
        text = "0x%x" % arg
        if event == "kvm_exit":
            text = cause_name((arg >> 31) << 63 | arg & 0x7FFFFFFF)
        values = ["0x%-14x" % number(record[name]) for name in TraceTail.fields(event, arg)]
        print("%12d  %-5s %-14s %-26s %s" % (number(record["time"]), who, event, text,
                                           " ".join(values).rstrip()))


class Pages(Command):
    """pages: page frames by owner."""

    def run(self, words):
        count = evaluate("'hv/memory/page.c'::count")
        names = {0: "free", 1: "the hypervisor's"}
        for index, vm in existing_vms():
            name = vm["report"]["name"].string()
            names[16 + index] = "memory of %s" % name
            names[32 + index] = "tables and vCPUs of %s" % name
        total = 0
        for owner in range(count.type.range()[1] + 1):
            frames = number(count[owner])
            total += frames
            if frames or owner == 0:
                print("  %8d  %s" % (frames, names.get(owner, "owner %d" % owner)))
        print("  %8d  in all" % total)


Vms("vms")
Vcpus("vcpus")
Gstage("gstage")
Hregs("hregs")
VmRegs("vm-regs")
TraceTail("trace-tail")
Pages("pages")
