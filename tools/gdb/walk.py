"""What the walks of the handouts are written with (labs/*/walk.py, tools/walks): stops by name in
the hypervisor or in a guest, and lines of registers, CSRs and memory as they are there. Sourced
behind stagecoach.py, whose names are used.
"""

import os
import re
import subprocess

import gdb

gdb.execute("set confirm off")
gdb.execute("set pagination off")
out = open(os.environ["WALK_OUT"], "w")
lines = []
blocks = []


def block():
    """Ends a block: what was shown since the last one belongs to one place in the handout."""
    if lines:
        blocks.append(list(lines))
    lines.clear()


def discard():
    """Forgets what has been shown so far."""
    blocks.clear()
    lines.clear()


def write_block(shown):
    width = max(len(line[0]) for line in shown)
    values = max(len(line[1]) for line in shown)
    out.write("== \n")
    for name, value, meaning in shown:
        out.write(("%-*s  %-*s  %s" % (width, name, values, value, meaning)).rstrip() + "\n")


def end():
    """The walk has come to its end."""
    block()
    for shown in blocks:
        write_block(shown)
    out.write("== end\n")
    out.close()


def show(name, value, meaning=""):
    """One line: a number is shown in hexadecimal."""
    lines.append((name, value if isinstance(value, str) else "0x%x" % number(value), meaning))


class Image:
    """An ELF file's symbols: gdb itself knows the hypervisor's alone."""

    def __init__(self, path):
        self.symbols = []
        text = subprocess.run([os.environ["WALK_NM"], "-n", path], capture_output=True, text=True,
                              check=True).stdout
        for line in text.splitlines():
            found = re.match(r"([0-9a-f]+) [tTdDbBrR] ([a-zA-Z_]\w*)$", line)
            if found:
                self.symbols.append((int(found[1], 16), found[2]))

    def address(self, name):
        return next(address for address, symbol in self.symbols if symbol == name)

    def place(self, address):
        """"name+offset" """
        below = [symbol for symbol in self.symbols if symbol[0] <= address]
        if not below:
            return ""
        start = below[-1][0]
        name = next(symbol for symbol in below if symbol[0] == start)[1]
        return name if start == address else "%s+%d" % (name, address - start)


def tree(path):
    """A file that was built in the learner's tree: "guest-os/rider.elf"."""
    return os.path.join(os.environ["WALK_TREE"], path)


def course(path):
    """A file that was built in the course: "guest-os/probes/touch.elf"."""
    return os.path.join(os.environ["WALK_COURSE"], path)


HYPERVISOR = Image(tree("hv/stagecoach.elf"))


def guest_runs():
    """V. While it is 1, the name stvec means the guest's."""
    return register("stvec") != HYPERVISOR.address("trap_vector")


def in_guest(address, most=100000):
    """Goes on until a guest is about to execute the instruction there."""
    reach(address, True, most)


def in_hypervisor(name, most=100000):
    """Goes on until the hypervisor is about to execute the function's first instruction."""
    reach(HYPERVISOR.address(name) if isinstance(name, str) else name, False, most)


def reach(address, guest, most):
    stop = gdb.Breakpoint("*0x%x" % address, gdb.BP_HARDWARE_BREAKPOINT, internal=True)
    stop.silent = True
    for _ in range(most):
        gdb.execute("continue", to_string=True)
        if register("pc") == address and guest_runs() == guest:
            break
    else:
        raise gdb.GdbError("0x%x is not reached" % address)
    stop.delete()


def first_of(*names):
    """Goes on until the hypervisor is at one of these functions; which."""
    stops = [gdb.Breakpoint("*0x%x" % HYPERVISOR.address(name), gdb.BP_HARDWARE_BREAKPOINT,
                            internal=True) for name in names]
    while True:
        gdb.execute("continue", to_string=True)
        found = [name for name in names if HYPERVISOR.address(name) == register("pc")]
        if found and not guest_runs():
            break
    for stop in stops:
        stop.delete()
    return found[0]


def step(count=1):
    """Instructions that do not trap: QEMU does not stop at the vector."""
    gdb.execute("stepi %d" % count, to_string=True)


def step_until(condition, most=2000):
    for _ in range(most):
        if condition():
            return
        step()
    raise gdb.GdbError("the place is not reached")


def at_sret():
    """Is the next instruction an sret?"""
    return instruction(register("pc")) == 0x10200073


def physical(address, size=8):
    """A number in memory, by its physical address."""
    with physical_memory():
        return int.from_bytes(bytes(gdb.selected_inferior().read_memory(address, size)), "little")


def instruction(address):
    """The instruction there, by the address that the code uses which runs now."""
    return int.from_bytes(bytes(gdb.selected_inferior().read_memory(address, 4)), "little")


def field(expression):
    """A C expression's value, in the hypervisor."""
    with physical_memory():
        return number(evaluate(expression))


def flags(value, names):
    """Such as "SPP=1 SPIE=0"."""
    by_name = {name: bit for table in (HSTATUS, STATUS) for bit, name in table.items()}
    return " ".join("%s=%d" % (name, value >> by_name[name] & 1) for name in names)


def cause(value):
    """The name in hv/trap/cause.c, or the interrupt's number."""
    return "interrupt %d" % (value & 63) if value >> 63 else cause_name(value)


def vcpu(address, member):
    """A member of a struct vcpu: "pc", "x[10]"."""
    return field("((struct vcpu *)0x%x)->%s" % (address, member))


def next_trap(wanted, most=100000):
    """Goes on until the hypervisor's vector has a guest's trap of that scause."""
    for _ in range(most):
        in_hypervisor("trap_vector")
        if register("scause") == wanted and register("hstatus") >> 7 & 1:
            return
    raise gdb.GdbError("no trap of scause 0x%x" % wanted)


def ascii_of(value):
    """A number that is a word: "DBCN"."""
    return value.to_bytes(4, "big").decode("ascii")
