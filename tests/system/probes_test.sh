#!/bin/bash
# The probes of guest-os/probes under the hypervisor: alone and with others, on one vCPU and on
# several, with Sstc and without, counted and at speed. Judged by how the VMs end, which a probe's
# exit code says, never by what they print. Needs the built tree; ends with "N passed, N failed".
set -u
. "$(dirname "$0")/facts.sh"
probes=$build/guest-os/probes

# ends STATUS NAME OPTION…: coach run with these options ends with STATUS. Each word VM:NAME:ARGS
# or VM:NAME:ARGS:vcpus=2,… among them is a VM that runs the probe NAME with ARGS.
ends() {
    local expected=$1 name=$2 status word probe arguments more index=0
    local -a words=()
    shift 2
    for word in "$@"; do
        if [[ $word != VM:* ]]; then
            words+=("$word")
            continue
        fi
        IFS=: read -r _ probe arguments more <<<"$word"
        index=$((index + 1))
        words+=(--vm "image=$probes/$probe.elf,name=$probe-$index,args=$arguments,memory=16M${more:+,$more}")
    done
    # Counted, a run has so much of the machine's time; at speed it would be the wall's.
    [[ " ${words[*]} " = *" --icount "* ]] && words=(--for 20s "${words[@]}") || words=(--for 0 "${words[@]}")
    timeout -k 5 "$backstop" "$coach" run "${words[@]}" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    if [ "$status" = "$expected" ]; then
        ok "$name"
    else
        not_ok "$name (status $status, expected $expected)" "$work/out" "$work/err"
    fi
}

# says NAME TEXT…: one line of the last run's summary has all of these.
says() {
    local name=$1 lines
    shift
    lines=$(cat "$work/out")
    for text in "$@"; do
        lines=$(grep -F -- "$text" <<<"$lines")
    done
    if [ -n "$lines" ]; then
        ok "$name"
    else
        not_ok "$name" "$work/out"
    fi
}

# Few rounds, for the slower settings; csr_scan has 4096 CSRs in each.
rounds_of() {
    [ "$1" = csr_scan ] || echo rounds=20
}

# What QEMU 7.2 can add to its CPU model, the state-bearing ones among them; later ones have a model
# with all that they know.
all_extensions=rv64,x-ssaia=on,x-smaia=on,v=on,zba=on,svinval=on,svnapot=on,svpbmt=on,sscofpmf=on
all_extensions+=,Zfh=on,zkr=on,zbkb=on
"${COACH_QEMU:-qemu-system-riscv64}" -machine virt -cpu help | grep -qw max && all_extensions=max

# Alone, the same every time.
while read -r probe arguments; do
    ends 0 "$probe $arguments" --icount "VM:$probe:$arguments"
done <<'LIST'
entry
registers seed=1 rounds=20
registers seed=2 rounds=20
scan seed=1
hypercall_pointers seed=1 rounds=3
sbi seed=1
stale_tlb seed=1
self_tables seed=1
fetch_faults
sleeper seed=1
timer seed=1
timer seed=2
timer seed=3 timer=sbi
clocks
csr_scan
illegal seed=1
jump_nowhere seed=1
stack_exhaustion
delegation seed=1
memory seed=1
touch order=up
touch order=down pages=512
touch order=random seed=3
hsm
ipi
rfence
steal ms=50
spinner ms=20
hostile seed=1 ms=30
hostile seed=2 ms=30
exit code=0
exit how=srst code=0
exit how=legacy
exit how=return silent=1
LIST

# Several vCPUs on one hart.
for vcpus in 2 3 8; do
    for probe in entry clocks hypercall_pointers stale_tlb hsm ipi rfence broken_stvec spinner; do
        ends 0 "$probe on $vcpus vCPUs" --icount "VM:$probe:seed=$vcpus ms=20:vcpus=$vcpus"
    done
done

ends 0 "registers survive beside a vCPU that stirs them" --icount \
    "VM:registers:seed=21 rounds=10:vcpus=2"

# Without Sstc the guest's timer goes through the SBI.
for probe in timer sleeper registers stale_tlb csr_scan hsm ipi fp_writer; do
    ends 0 "$probe without Sstc" --icount --cpu rv64,sstc=off \
        "VM:$probe:seed=4 ms=20 $(rounds_of $probe):vcpus=2"
done

# At the machine's own speed.
for probe in entry registers scan timer sleeper csr_scan illegal stale_tlb hsm ipi rfence touch; do
    ends 0 "$probe at speed" "VM:$probe:seed=5 patience=1000 $(rounds_of $probe):vcpus=2"
done
ends 0 "a vCPU that loops in its own page faults yields its turns" "VM:broken_stvec:how=paged patience=1000:vcpus=2"
ends 0 "timer at speed without Sstc" --cpu rv64,sstc=off "VM:timer:seed=6 patience=1000"

# With neighbours that want the same hart.
ends 0 "FP registers do not leak" --icount VM:fp_writer:ms=30 VM:fp_reader:ms=30
ends 0 "FP registers do not leak, two writers" --icount \
    "VM:fp_writer:ms=30 seed=2" "VM:fp_writer:ms=30 seed=3" VM:fp_reader:ms=30
ends 0 "CSRs do not leak" --icount VM:csr_writer:ms=30 VM:csr_reader:ms=30
ends 0 "no CSR leaks" --icount "VM:csr_all:ms=30 seed=1" "VM:csr_all:ms=30 seed=2"
ends 0 "no CSR leaks on a hart with all extensions" --icount --cpu "$all_extensions" \
    "VM:csr_all:ms=30 seed=1" "VM:csr_all:ms=30 seed=2"
ends 0 "each CSR answers or is refused on a hart with all extensions" --icount \
    --cpu "$all_extensions" VM:csr_scan:
ends 0 "memory does not leak" --icount "VM:memory:seed=1 rounds=2" "VM:memory:seed=2 rounds=2"
ends 0 "steal time grows beside a rival" --icount "VM:steal:ms=200 compete=1" VM:spinner:ms=300
ends 0 "ticks come beside a rival" --icount VM:timer:seed=7 VM:spinner:ms=100
ends 0 "ticks come beside a rival, without Sstc" --icount --cpu rv64,sstc=off \
    VM:timer:seed=8 VM:spinner:ms=100
ends 0 "translations stay apart among VMs" --icount \
    "VM:stale_tlb:seed=9:vcpus=2" "VM:stale_tlb:seed=10:vcpus=2" VM:spinner:ms=20
ends 0 "registers survive beside a hostile guest" --icount \
    "VM:registers:seed=11 rounds=20" "VM:hostile:seed=12 ms=30"
ends 0 "hostile guests harm no one" --icount "VM:hostile:seed=13 ms=20" "VM:hostile:seed=14 ms=20" \
    "VM:memory:seed=15 rounds=2" "VM:sleeper:seed=16"
ends 0 "all of it with round robin" --icount --sched rr VM:fp_writer:ms=30 VM:fp_reader:ms=30 \
    "VM:hostile:seed=17 ms=20" VM:timer:seed=18
ends 0 "all of it with 4 KiB leaves" --icount --append leaf=4k \
    "VM:registers:seed=19 rounds=20" "VM:touch:order=random" "VM:hostile:seed=20 ms=20" VM:scan:

# RAM is a sparse file: a large machine takes no more of this one than it touches.
for size in 10G 16G 32G 64G; do
    ends 0 "a machine of $size" --memory "$size" VM:touch:order=random VM:entry:
done

# How a VM ends is told as it was; what hangs, hangs alone.
ends 1 "a code other than 0 is told" --icount VM:exit:code=7
ends 1 "a VM whose vCPUs have all stopped has ended" --icount VM:halt: VM:entry:
ends 1 "… whichever was the last" --icount VM:halt:last=second:vcpus=4
ends 1 "a reset with reason failure is told" --icount "VM:exit:how=srst code=1"
ends 124 "a broken stvec hangs its VM alone" --icount --for 20ms VM:broken_stvec: VM:entry:
ends 124 "a jump to nowhere without a handler hangs its VM alone" --icount --for 20ms \
    VM:jump_nowhere:fatal=1 VM:entry:
says "where it loops" "jump_nowhere-1: loops in faults" "EXC_INST_ACCESS at 0x81000000"
says "and what it never did" "jump_nowhere-1: never called the hypervisor"
ends 124 "a VM without a stack hangs alone" --icount --for 20ms VM:stack_exhaustion:fatal=1 VM:entry:

sum
