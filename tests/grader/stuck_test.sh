#!/bin/bash
# coach try ends where a learner's code gets nowhere, and says which trap, where and how often.
. "$(dirname "$0")/facts.sh"

# stuck NAME LAB FILE EDIT WORDS: the lab's tree with this sed edit.
stuck() {
    local tree=$work/tree
    rm -rf "$tree"
    "$coach" start "$2" "$tree" --solved --filled all --no-git >"$work/out" 2>&1
    cp "$tree/$3" "$work/before"
    sed -i "$4" "$tree/$3"
    if cmp -s "$work/before" "$tree/$3"; then
        not_ok "$1: the edit changes $3"
        return
    fi
    if ! make -C "$tree" --no-print-directory say= images >"$work/out" 2>&1; then
        not_ok "$1: it builds" "$work/out"
        return
    fi
    says "$1" 1 "$5" "$coach" try --no-build --tree "$tree" -- --for 0
}

stuck "a trap vector that traps is named" 1 hv/metal/vector.S 's/^trap_vector:/& ld t0, 0(zero)/' \
    "trapped 1000 times in a row with EXC_LOAD_PAGE_FAULT, stval 0x0, at"
stuck "an expected trap that comes again and again is named" 1 hv/trap/trap.c \
    's/    frame->sepc = hart->trap_resume;//; s/    hart->trap_resume = 0;//' \
    "the hypervisor gets nowhere: it trapped 1000 times in a row with EXC_INST_ILLEGAL"
stuck "a trap vector to which something branches is no trap" 1 hv/metal/vector.S \
    's/csrrw   t0, sscratch, zero/csrr t0, sscratch/' "its trap vector ran 1000 times without a trap, after EXC_BREAKPOINT"
stuck "a loop without traps is named with its place" 2 hv/metal/world_switch.S \
    's/^vcpu_enter:/& j vcpu_enter/' "it was at 0x"
stuck "a hypercall that does not advance is named" 3 hv/sbi/sbi.c 's/vcpu->pc += 4;//' \
    "trapped there at once with EXC_SUPERVISOR_SYSCALL"
stuck "a fault that nobody handles is named" 4 hv/memory/guest_fault.c \
    's/guest_memory_fill(vcpu->vm, gpa))/gpa)/' "trapped there at once with EXC_LOAD_GUEST_PAGE_FAULT"
stuck "a wfi that does not advance is named" 7 hv/vcpu/illegal.c 's/vcpu->pc += 4;//' \
    "trapped there at once with EXC_VIRTUAL_INST_FAULT"

stuck "trap_resume that is kept is named, soon" 1 hv/trap/trap.c 's/    hart->trap_resume = 0;//' \
    "behind the trap that it was set for: it is for one trap"
stuck "sscratch that guest_exit keeps is named" 2 hv/metal/world_switch.S \
    's/csrrw   t0, sscratch, zero/csrr    t0, sscratch/' "sscratch must be zero while the hypervisor runs"
stuck "sscratch that trap_vector keeps is named" 1 hv/metal/vector.S \
    's/csrrw   t0, sscratch, zero/csrr    t0, sscratch/' "sscratch must be zero while the hypervisor runs"

says "a guest that spins where it is interrupted is not stuck" 0 "exit code 0" \
    "$coach" run --stop-when-stuck --icount --for 3s --vm "image=$build/guest-os/probes/spinner.elf"
sum
