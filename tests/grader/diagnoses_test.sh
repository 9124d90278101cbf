#!/bin/bash
# What a learner is told of a mistake: its name, and a hint that belongs to it.
. "$(dirname "$0")/facts.sh"

# told NAME LAB CHECK FILE EDIT DIAGNOSIS HINT: the lab's tree with this sed edit, judged by this check.
told() {
    local tree=$work/tree-$2
    [ -d "$tree" ] || "$coach" start "$2" "$tree" --solved --filled all --no-git >"$work/out" 2>&1
    cp "$tree/$4" "$work/before"
    sed -i "$5" "$tree/$4"
    if cmp -s "$work/before" "$tree/$4"; then
        not_ok "$1: the edit changes $4"
        return
    fi
    "$coach" grade "$2" --submission "$tree" --replay "$3" 2>&1 | tr '\n' ' ' | tr -s ' ' >"$work/said"
    cp "$work/before" "$tree/$4"
    if grep -qF -- ": $6 " "$work/said" && grep -qF -- "$7" "$work/said"; then
        ok "$1"
    else
        sed 's/ --- console.*//' "$work/said" | fold -w 190 | head -n 8 >"$work/folded"
        not_ok "$1 (\"$6\" with \"$7\")" "$work/folded"
    fi
}

told "sscratch that is not cleared, before there are guests" 1 01-boot/causes hv/metal/vector.S \
    's/csrrw   t0, sscratch, zero/csrr t0, sscratch/' "sscratch not cleared" \
    "ran 70000 times, for 6 traps"
told "and after an exit" 2 02-enter/entry hv/metal/world_switch.S \
    's/csrrw   t0, sscratch, zero.*/csrr t0, sscratch/' "sscratch not cleared" \
    "While the hypervisor runs, sscratch is zero"
told "a stack pointer that is believed" 1 01-boot/causes hv/metal/vector.S \
    's/^    bltu    a0, sp, 2f/    j 3f/' "stack pointer not checked" "the vector compares sp with"
told "sepc that is not restored" 1 01-boot/causes hv/metal/vector.S '/csrw    sepc, t0/d' \
    "back at the trapping instruction" "the vector writes it back into the CSR"
told "trap_resume that is kept, before an overflow" 1 01-boot/overflow hv/trap/trap.c \
    '/trap_resume = 0/d' "trap_resume is still" "it is for one trap"
told "and before a breakpoint" 1 01-boot/panic hv/trap/trap.c '/trap_resume = 0/d' \
    "trap_resume is still" "it is for one trap"
told "a function that is not written" 1 01-boot/panic hv/trap/panic.c \
    's/^_Noreturn void panic_trap.*/&/; /^\(_Noreturn \)\?void panic_trap/,/^}/{s/^{/{ panic("TODO: 01 boot: panic_trap is yours to write: labs\/01-boot\/README.md, step 3");/}' \
    "stopped at TODO: 01 boot: panic_trap is yours to write: labs/01-boot/README.md, step 3" "It is the next function to write"
told "htval that is not shifted" 4 04-memory/scan hv/memory/guest_fault.c 's/trap_htval() << 2/trap_htval()/' \
    "the faulting instruction is not executed again" "htval holds the guest-physical one without its last two bits"
told "a sum that wraps around" 4 04-memory/scan hv/memory/guest_memory.c \
    's/return offset <= vm->memory && bytes <= vm->memory - offset;/(void)offset; return gpa >= BUNDLE_GUEST_RAM_BASE \&\& gpa + bytes <= BUNDLE_GUEST_RAM_BASE + vm->memory;/' \
    "address wraps around" "A sum may be more than 2^64"
told "FP registers of another vCPU" 6 06-delegate/floating hv/vcpu/fp.c 's/^ *fp_load(vcpu);//' \
    "FP register leaked" "loaded before another one's first use"
sum
