#!/bin/bash
# The gdb commands (tools/gdb/stagecoach.py), run in batch against a machine that stands still: what
# they say is held against the machine's memory and the image of the guest.
# shellcheck disable=SC2317 # called by the trap and by name
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
passed=0 failed=0
backstop=3600 # seconds: for what hangs, on however busy a machine
folder=$(mktemp -d)
machine=""

leave()
{
    [ -z "$machine" ] || kill "$machine" 2>/dev/null
    rm -rf "$folder"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

# fact "statement" COMMAND…: holds if the command succeeds
fact()
{
    local statement=$1
    shift
    if "$@"; then
        echo "ok $statement"
        passed=$((passed + 1))
    else
        echo "not ok $statement"
        failed=$((failed + 1))
    fi
}

says()
{
    grep -Eq -- "$2" "$folder/$1"
}

finish()
{
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}

if ! command -v gdb-multiarch >/dev/null; then
    echo "ok # skip gdb-multiarch is not installed; make deps installs it"
    passed=1
    finish
fi

# Without a machine, a clear line.
gdb-multiarch -nx -q -batch -ex "source tools/gdb/stagecoach.py" -ex vms \
    "$build/hv/stagecoach.elf" >"$folder/alone" 2>&1
fact "without a machine a command says what to do" says alone "no machine is attached"

timeout "$backstop" setsid "$build/coach" run --icount --gdb "$folder/socket" --wait --trace --for 0 \
    --summary none --vm "image=$build/guest-os/rider.elf,memory=32M,name=alice,weight=3,args=run=ls" \
    --vm "image=$build/guest-os/probes/exit.elf,memory=16M,name=bob,vcpus=2" \
    >"$folder/console" 2>&1 </dev/null &
machine=$!
# QEMU makes the socket before it waits; until then there is nothing to connect to.
until [ -S "$folder/socket" ] || ! kill -0 "$machine" 2>/dev/null; do :; done

# Stops at the end of a VM: memory is filled, records are written, one VM is in the hart.
cat >"$folder/script" <<END
set confirm off
set pagination off
set remotetimeout $backstop
target remote $folder/socket
source tools/gdb/stagecoach.py
echo \\n== early\\n
vms
gstage 0x80000000
tbreak vm_end if vm->id == 0
continue
echo \\n== vms\\n
vms
echo \\n== vcpus\\n
vcpus
echo \\n== gstage\\n
gstage 0x80200000 alice
echo \\n== hole\\n
gstage 0x70000000 0
echo \\n== beyond\\n
gstage 0x20000000000 0
echo \\n== wrong\\n
gstage 0x80200000 nobody
echo \\n== hregs\\n
hregs
echo \\n== regs\\n
vm-regs alice
echo \\n== novcpu\\n
vm-regs alice 5
echo \\n== trace\\n
trace-tail 8
echo \\n== pages\\n
pages
echo \\n== root\\n
printf "root %x\\n", vms[0].gstage.root
printf "total %d\\n", 'hv/memory/page.c'::end_frame - 'hv/memory/page.c'::first_frame
python memory = physical_memory(); memory.__enter__()
python entry = list(steps(vm_of("alice")[1], 0x80200000))[-1][3]
python print("there %08x" % (word(pointed_to(entry)) & 0xffffffff))
kill
END
# A command of its own each: an error that is expected must not end the script.
commands=()
while IFS= read -r line; do
    commands+=(-ex "$line")
done <"$folder/script"
timeout "$backstop" gdb-multiarch -nx -q -batch "${commands[@]}" "$build/hv/stagecoach.elf" \
    >"$folder/all" 2>&1
awk -v folder="$folder" '/^== /{name=$2; next} {print > (folder "/" (name ? name : "start"))}' \
    "$folder/all"
touch "$folder"/{early,vms,vcpus,gstage,hole,beyond,wrong,hregs,regs,novcpu,trace,pages,root}

fact "before there are VMs, gstage says when there will be" says early "no VM has been created yet"
fact "vms shows a VM with its weight and memory" says vms "^ 0 alice +running +1 +3 +0 +32768 "
fact "vms shows the other one's vCPUs" says vms "^ 1 bob +[a-z]+ +2 +1 "
fact "vcpus shows who has the turn" says vcpus "^alice\.0 +runnable +0x[0-9a-f]+ +its turn, CSRs"
fact "vcpus shows a vCPU that was never started" says vcpus "^bob\.1 +stopped +0x0 +-"

riscv64-unknown-elf-objcopy -O binary -j .text "$build/guest-os/rider.elf" "$folder/text"
# What the walk ends at must be the guest's image: its first instruction, read physically.
pa=$(sed -n 's/.*gpa 0x80200000 -> pa \(0x[0-9a-f]*\), a leaf of .*/\1/p' "$folder/gstage")
fact "gstage ends at a leaf" test -n "$pa"
fact "where it ends is the guest's first instruction" test "$(sed -n 's/^there //p' "$folder/root")" = \
    "$(od -An -tx4 -N4 "$folder/text" | tr -d ' ')"
fact "gstage shows each level on the way" says gstage "level 2  entry +2 at 0x[0-9a-f]+ +0x[0-9a-f]{16}  V$"
fact "a leaf of the guest has all permissions and U" says gstage "  V R W X U A D$"
fact "an address without memory is not mapped" says hole "gpa 0x70000000 is not mapped"
fact "an address beyond the limit is refused" says beyond "is beyond 2\^41"
fact "a VM that is not there is named" says wrong "there is no VM nobody; vms lists them"

root=$(sed -n 's/^root //p' "$folder/root")
fact "gstage walks from the VM's root" says gstage "root at 0x$root$"
fact "hregs shows the root that is in the hart" says hregs "hgatp .* Sv39x4 VMID [0-9]+ root 0x$root$"
fact "hregs names the cause of the last trap" says hregs "scause .* EXC_SUPERVISOR_SYSCALL$"
fact "hregs names delegated exceptions" says hregs "hedeleg .* EXC_SYSCALL EXC_INST_PAGE_FAULT "
fact "hregs decodes hstatus" says hregs "hstatus .* SPV SPVP .*VTW"
fact "vm-regs shows the call that ended the VM" says regs "a7 +000000000857c0de"
fact "vm-regs takes VS CSRs from where they are" says regs "^VS CSRs, in the hart"
fact "vm-regs refuses a vCPU that is not there" says novcpu "has 1 vCPUs, there is no number 5"
fact "trace-tail shows as many records as it is asked for" test \
    "$(grep -c ' 0\.0\| 1\.[01]\|  [01]  \|  -  ' "$folder/trace")" = 8
fact "the last record is the call that ends the VM" \
    sh -c "sed '/^$/d' '$folder/trace' | tail -n 1 | grep -q '0\.0 *kvm_exit .* 0x857c0de'"

total=$(sed -n 's/^total //p' "$folder/root")
sum=$(sed -n 's/^ *\([0-9]*\)  in all$/\1/p' "$folder/pages")
fact "pages counts frames, no more than there are" test "${sum:-0}" -gt 1000 -a "${sum:-0}" -le "${total:-0}"
fact "pages shows whose memory it is" says pages "memory of alice$"

finish
