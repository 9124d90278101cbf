#!/bin/bash
# Harts: all that the board has come, whatever their numbers and whichever boots; one that is not
# what it should be, or does not come, is told of in one line and the machine runs on; a panic on one
# stops all and shows each.
. "$(dirname "$0")/facts.sh"

probe=$build/guest-os/probes/exit.elf
elf=$build/hv/stagecoach.elf
"$coach" pack -o "$work/boot.bundle" --vm "image=$probe,memory=16M" >"$work/out" 2>&1

# The machine as coach starts it, but for what a test changes: the board's tree, the harts.
board() {
    timeout "$backstop" qemu-system-riscv64 -nodefaults -no-user-config -no-reboot -display none \
        -machine virt -cpu rv64 -m 256M -icount shift=0,sleep=off -chardev stdio,id=con \
        -serial chardev:con -initrd "$work/boot.bundle" "$@" >"$work/out" 2>"$work/err" </dev/null
}

# says NAME LINES: what the hypervisor printed has each of the lines, in that order.
says() {
    local name=$1 line rest
    rest=$(cat "$work/out")
    shift
    for line; do
        case $rest in
        *"$line"*) rest=${rest#*"$line"} ;;
        *)
            not_ok "$name (\"$line\" is not said)" "$work/out" "$work/err"
            return
            ;;
        esac
    done
    ok "$name"
}

# never_says NAME WORDS
never_says() {
    if grep -qF -- "$2" "$work/out"; then not_ok "$1" "$work/out"; else ok "$1"; fi
}

for count in 1 2 16; do
    board -smp "$count" -kernel "$elf" -append "at=300:harts"
    online=$(grep -c '^  hart [0-9]* online' "$work/out")
    echo "$online harts are online" >>"$work/err"
    holds "of $count harts, all come" [ "$online" = "$count" ]
    never_says "and none is missed" "without it"
done

qemu-system-riscv64 -machine virt -cpu rv64 -m 256M -smp 4 \
    -machine "dumpdtb=$work/four.dtb" >"$work/out" 2>&1
board -smp 3 -dtb "$work/four.dtb" -kernel "$elf" -append "at=300:harts"
says "a hart that does not come is told of, and the others run" "exit: code 0" \
    "hart 3 was started and has not come in 100 ms: the machine runs on without it" \
    "hart 0 online" "hart 1 online" "hart 2 online" "hart 3 was started and has not come"

# One of the tree's four is not okay: its number is a gap.
perl -0777 -pe '$n = 0; s/okay/++$n == 3 ? "fail" : "okay"/ge' "$work/four.dtb" >"$work/gap.dtb"
board -smp 4 -dtb "$work/gap.dtb" -kernel "$elf" -append "at=300:harts"
holds "numbers may have gaps" [ "$(grep -c '^  hart [0-9]* online' "$work/out")" = 3 ]
holds "a hart that is not okay is none" [ "$(grep -c '^  hart [0-9]*' "$work/out")" = 3 ]

perl -0777 -pe '$n = 0; s/rv64imafdch/++$n == 2 ? "rv64imafdcx" : $&/ge' "$work/four.dtb" \
    >"$work/unlike.dtb"
board -smp 4 -dtb "$work/unlike.dtb" -kernel "$elf" -append "at=300:harts"
says "a hart of another kind is left alone" "is left alone: it is \"rv64imafdcx" "exit: code 0"
online=$(grep -c '^  hart [0-9]* online' "$work/out")
holds "and the others come" [ "$online" = 3 ]

board -smp 17 -kernel "$elf"
says "of more harts than there is room for, the rest is left alone" \
    "1 harts are left alone: there is room for 16" "exit: code 0"

# A hypervisor with a bug of its own: a command that panics, on the hart that has it typed.
mkdir "$work/tree"
cp -r hv abi Makefile "$work/tree"
cat >"$work/tree/hv/console/bug.c" <<'END'
/* A bug to look at. */
#include "console/command.h"
#include "trap/panic.h"

static void bug(unsigned count, char **words)
{
    (void)words;
    panic("a bug of %u words", count);
}

HV_COMMAND("bug", "", "panics", bug);
END
make -C "$work/tree" BUILD=build build/hv/stagecoach.elf >"$work/out" 2>&1
holds "it builds" [ -e "$work/tree/build/hv/stagecoach.elf" ]
board -smp 3 -kernel "$work/tree/build/hv/stagecoach.elf" -append "at=300:bug"
says "a panic on one hart stops all, and shows each" "panic: a bug of 1 words" "panic: hart " \
    "panic: hart " "panic: hart "
never_says "and each answers" "in the hypervisor"

# Another, on a hart that has just begun and has no interrupt enabled yet.
sed -i -e 's/^    init_run(INIT_HART);/    panic("a bug of a hart that begins");/' \
    -e 's/^#include "trap.cause.h"/&\n#include "trap\/panic.h"/' "$work/tree/hv/hart/secondary.c"
make -C "$work/tree" BUILD=build build/hv/stagecoach.elf >"$work/out" 2>&1
board -smp 3 -kernel "$work/tree/build/hv/stagecoach.elf" -append "at=300:harts"
says "a panic of a hart that begins ends the machine, too" "panic: a bug of a hart that begins" \
    "panic: hart 0" ", this one"
sum
