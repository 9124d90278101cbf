#!/bin/bash
# Rider: its own regression suite on bare OpenSBI and under the hypervisor, alone and with others,
# by both timers, counted and at speed; its exit codes; its shell. Under the hypervisor the verdict
# is how the VMs end; on bare OpenSBI 1.1, which tells no exit code, it is what Rider prints.
# Needs the built tree; ends with "N passed, N failed".
set -u
. "$(dirname "$0")/facts.sh"
rider=$build/guest-os/rider.elf

# verdict RIGHT NAME: counts; a run was right if RIGHT is 0.
verdict() {
    if [ "$1" = 0 ]; then ok "$2"; else not_ok "$2" "$work/out"; fi
}

# bare NAME OPTION…: usertests passes on bare OpenSBI, on a machine with these options.
bare() {
    local name=$1
    shift
    timeout -k 5 "$backstop" qemu-system-riscv64 -machine virt -m 64M -display none -nodefaults \
        -serial stdio -kernel "$rider" -append "run=usertests" "$@" </dev/null >"$work/out" 2>&1
    grep -qaE '^[1-9][0-9]+ passed, 0 failed' "$work/out"
    verdict $? "bare: $name"
}

# ends STATUS NAME OPTION…: coach run with these options ends with STATUS. A word VM:ARGS:MORE
# among them is a Rider with these bootargs (commas doubled) and these other properties.
ends() {
    local expected=$1 name=$2 word arguments more index=0
    local -a words=()
    shift 2
    for word in "$@"; do
        if [[ $word != VM:* ]]; then
            words+=("$word")
            continue
        fi
        IFS=: read -r _ arguments more <<<"$word"
        index=$((index + 1))
        words+=(--vm "image=$rider,name=rider-$index,args=$arguments${more:+,$more}")
    done
    [[ " ${words[*]} " = *" --for "* ]] || words+=(--for 0) # at speed, it would be the wall's time
    timeout -k 5 "$backstop" "$coach" run "${words[@]}" <"${input:-/dev/null}" >"$work/out" 2>&1
    [ $? = "$expected" ]
    verdict $? "hypervisor: $name"
}

# shows LINE: what the run before printed has this line (after the VM's name).
shows() {
    grep -qaF -- "$1" "$work/out"
    verdict $? "hypervisor: the console shows '$1'"
}

bare "usertests" -cpu rv64 -icount shift=0,sleep=off
bare "usertests, timer by SBI" -cpu rv64,sstc=off -icount shift=0,sleep=off
bare "usertests, at speed, 16 MiB" -cpu rv64 -m 16M

ends 0 "usertests" --icount --for 60s VM:run=usertests:memory=64M
ends 0 "usertests, timer by SBI" --icount --for 60s --cpu rv64,sstc=off VM:run=usertests:memory=64M
ends 0 "usertests, at speed" VM:run=usertests:memory=64M
ends 0 "usertests, traced" --icount --for 60s --trace VM:run=usertests:memory=64M
ends 0 "usertests beside two that stress, weighted" --icount --for 60s \
    VM:run=usertests:memory=32M VM:run=stress,,8,,10:memory=32M,weight=3 \
    VM:run=stress,,8,,10:memory=32M,weight=10
ends 0 "three with floating point, in turns of 1 ms" --icount --for 60s --sched rr --slice 1ms \
    VM:run=stress,,6,,20:memory=16M VM:run=stress,,6,,20:memory=16M VM:run=mandel:memory=16M
ends 0 "in 4 MiB" --icount --for 60s VM:run=echo,,small:memory=4M

ends 0 "an exit code of 0" --icount --for 10s VM:run=true:memory=16M
ends 1 "an exit code of 1" --icount --for 10s VM:run=false:memory=16M
ends 1 "the first program ends by a fault" --icount --for 10s VM:run=first:memory=16M
shows "first: store page fault"
ends 1 "a program that is not there" --icount --for 10s VM:run=nothing:memory=16M
shows "init: nothing: no such file"

mkdir "$work/initrd"
printf 'cat motd\necho one two | wc\nexit 7\n' >"$work/initrd/script"
echo 'a greeting from the initrd' >"$work/initrd/motd"
(cd "$work/initrd" && printf 'script\nmotd\n' | cpio --quiet -o -H newc) >"$work/initrd.cpio"
ends 1 "a script from the initrd" --icount --for 10s \
    "VM:run=sh,,script:memory=16M,initrd=$work/initrd.cpio"
shows "a greeting from the initrd"
shows "exit code 7"

printf 'echo typed | grep type | wc\nshutdown 5\n' >"$work/typed"
input=$work/typed ends 1 "a shell with typed input" --icount --for 10s VM::memory=16M
shows "      1       1       6"
shows "exit code 5"

sum
