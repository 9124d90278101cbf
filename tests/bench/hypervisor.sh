#!/bin/bash
# What the hypervisor costs, in instructions of all modes, as a guest measures it
# (guest-os/probes/bench.c) under -icount shift=0,sleep=off: exact and repeatable. One line an
# item: name value unit goal. A second value, with events recorded, says what tracing costs.
set -u
cd "$(dirname "$0")/../.." || exit 3
build=${BUILD:-build}
probe=$build/guest-os/probes/bench.elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missed=0

# item NAME VALUE UNIT GOAL: one line; a value above its goal is a miss, and said.
item() {
    printf '%s %s %s <=%s\n' "$1" "${2:-none}" "$3" "$4"
    if [ -z "$2" ] || awk "BEGIN { exit !($2 > $4) }"; then
        missed=1
        echo "bench: $1 is ${2:-not measured}, the goal is $4" >&2
    fi
}

# measure FILE OPTION…: a deterministic run, its console in FILE.
measure() {
    local into=$1
    shift
    timeout 120 "$build/coach" run --icount --summary=none --memory 256M "$@" \
        </dev/null >"$into" 2>>"$work/err"
}

# value FILE NAME [VM]: what the guest found.
value() {
    awk -v name="$2" -v vm="${3:-b}|" '$1 == vm && $2 == name { value = $3 } END { print value }' "$1"
}

measure "$work/plain" --vm "image=$probe,name=b,memory=33M,vcpus=2"
measure "$work/traced" --trace --trace-records=1048576 \
    --vm "image=$probe,name=b,memory=33M,vcpus=2"
while read -r name goal; do
    item "$name" "$(value "$work/plain" "$name")" instructions "$goal"
done <<'ITEMS'
null_sbi_call 130
set_timer 135
remote_fence_i 150
self_ipi 230
emulated_csr 250
fault_4k 1500
wfi_timer 500
ipi_pingpong 1550
ITEMS
item null_sbi_call_traced "$(value "$work/traced" null_sbi_call)" instructions 165
for name in set_timer remote_fence_i self_ipi emulated_csr fault_4k wfi_timer ipi_pingpong; do
    printf '%s_traced %s instructions -\n' "$name" "$(value "$work/traced" "$name")"
done

# Two VMs that do nothing but yield to each other: each round is two calls and two switches.
measure "$work/switch" --vm "image=$probe,name=b,memory=16M,args='only=yield'" \
    --vm "image=$probe,name=c,memory=16M,args='only=yield'"
item vm_switch "$(awk "BEGIN { print $(value "$work/switch" yield) / 2 }")" instructions 480

# 2 MiB pages that need no zeroing: those that a VM before gave back, scrubbed.
measure "$work/clean" --for 400ms \
    --append "at=80:destroy:b at=100:create:c at=180:destroy:c at=200:create:c" \
    --vm "image=$probe,name=b,memory=110M,args='only=fault_2m'" \
    --vm "image=$probe,name=c,memory=41M,manual=yes,args='only=fault_2m'" \
    --vm "image=$build/guest-os/probes/sleeper.elf,name=s,memory=16M,args='rounds=90 us=4000'"
item fault_2m_clean "$(value "$work/clean" fault_2m c)" instructions 250

# From the hypervisor's first instruction to a guest's: ticks of 100 instructions.
timeout 60 "$build/coach" run --icount --summary=json --trace="$work/trace" \
    --vm "image=$build/guest-os/probes/exit.elf,name=a,memory=16M" </dev/null >"$work/boot" 2>&1
began=$(sed -n '/^{$/,$p' "$work/boot" | jq '.vms[0].ended_ticks - .elapsed_ticks')
entered=$("$build/coach" trace "$work/trace" --event=kvm_entry --export=jsonl |
    head -n 1 | jq '.ticks // .time')
item boot_to_guest $(((entered - began) * 100)) instructions 700000

# Computing costs a guest nothing: the same loops on the bare machine.
timeout 60 qemu-system-riscv64 -machine virt -cpu rv64 -m 64M -display none -nodefaults \
    -serial stdio -icount shift=0,sleep=off -kernel "$probe" -append only=compute_loop \
    </dev/null >"$work/bare" 2>/dev/null
bare=$(awk '$1 == "compute_loop" { print $2 }' "$work/bare")
item compute_loop "$(value "$work/plain" compute_loop)" instructions "${bare:-0}"
exit $missed
