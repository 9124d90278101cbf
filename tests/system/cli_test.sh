#!/bin/bash
# What coach answers on its command line: one clear line and the right status for bad input, the
# truth about how VMs ended, and nothing left behind. Needs the built tree; ends with the line
# "N passed, N failed".
set -u
. "$(dirname "$0")/facts.sh"
probes=$build/guest-os/probes
export COACH_QEMU=""

run=("$coach" run --summary none)
exit_elf=$probes/exit.elf
spinner=$probes/spinner.elf

# Commands and options.
fact "coach alone shows its commands and exits with 2" 2 "Usage: coach COMMAND" "$coach"
fact "--help lists the commands" 0 "boot guests under the hypervisor" "$coach" --help
fact "--version names the version" 0 "coach 0" "$coach" --version
refused "an unknown command is named" 'no command "dance"' "$coach" dance
for command in run pack doctor; do
    fact "$command --help tells its options" 0 "--" "$coach" "$command" --help
    fact "$command refuses an unknown option" 2 "unrecognized option" "$coach" "$command" --dance
done
refused "run without VMs" "0 VMs: expected 1 to 16" "${run[@]}"
mapfile -t seventeen < <(yes "$exit_elf" | head -n 17)
refused "seventeen VMs" "at most 16 VMs" "${run[@]}" "${seventeen[@]}"
refused "two VMs of one name" 'two VMs are called "a"' "${run[@]}" \
    --vm "image=$exit_elf,name=a" --vm "image=$exit_elf,name=a"
refused "a key that is none" 'key "colour" is unknown' "${run[@]}" --vm "image=x,colour=red"
refused "a scheduler that is none" 'expected fair or rr' "${run[@]}" --sched lottery "$exit_elf"
refused "a console that is none" 'expected all or focus' "${run[@]}" --console none "$exit_elf"
refused "a slice of nothing" "expected 1us to 10s" "${run[@]}" --slice 0 "$exit_elf"
refused "a time that is none" "expected a number such as 2s" "${run[@]}" --for soon "$exit_elf"
refused "a backstop that is none" "--wall" "${run[@]}" --wall soon "$exit_elf"
refused "trace records that are no power of two" "power of two" "${run[@]}" --trace-records 3 \
    "$exit_elf"
refused "an image that is text" "is text; expected a program" "${run[@]}" README.md
refused "17 harts" "--harts 17: expected 1 to 16" "${run[@]}" --harts 17 "$exit_elf"

# Files.
echo text >"$work/text"
: >"$work/empty"
gzip -c "$exit_elf" >"$work/image.gz"
head -c 100 "$exit_elf" >"$work/short.elf"
head -c 3M /dev/zero >"$work/zeros"
refused "an image that is not there" "No such file" "${run[@]}" "$work/nowhere"
refused "an image that is a folder" "is a folder" "${run[@]}" "$work"
refused "an empty image" "is empty" "${run[@]}" "$work/empty"
refused "an image cut short" "cut short" "${run[@]}" "$work/short.elf"
refused "a compressed image" "gunzip" "${run[@]}" "$work/image.gz"
refused "a program of this computer as image" "expected 243 (RISC-V)" "${run[@]}" /bin/true
refused "an initrd that is not there" "No such file" "${run[@]}" \
    --vm "image=$exit_elf,initrd=$work/nowhere"
refused "a hypervisor that is not there" "No such file" "${run[@]}" --hypervisor "$work/nowhere" \
    "$exit_elf"
refused "a hypervisor that is a folder" "is a folder" "${run[@]}" --hypervisor "$work" "$exit_elf"
if [ "$(id -u)" != 0 ]; then
    chmod 000 "$work/empty"
    refused "an image that may not be read" "Permission denied" "${run[@]}" "$work/empty"
    chmod 600 "$work/empty"
fi

# Sizes.
refused "a VM without memory" "memory of 0 bytes" "${run[@]}" --vm "image=$exit_elf,memory=0"
refused "a VM of odd memory" "multiple of 4096" "${run[@]}" --vm "image=$exit_elf,memory=64000001"
refused "a VM smaller than its image" "the VM's memory is" "${run[@]}" \
    --vm "image=$work/zeros,memory=4M"
refused "an initrd that does not fit" "give it more memory" "${run[@]}" \
    --vm "image=$exit_elf,memory=4M,initrd=$work/zeros"
refused "a machine without memory" "the machine needs memory" "${run[@]}" --memory 0 "$exit_elf"
refused "a machine of odd memory" "multiple of 4096" "${run[@]}" --memory 268435457 "$exit_elf"
refused "a machine larger than this computer" "this computer has" "${run[@]}" --memory 64T \
    "$exit_elf"
refused "VMs larger than the machine" "the VMs ask for 512 MiB together" "${run[@]}" \
    --memory 256M --vm "image=$exit_elf,memory=512M"

# QEMU.
fake() {
    printf '#!/bin/sh\n%s\n' "$1" >"$work/qemu"
    chmod +x "$work/qemu"
}
fact "QEMU that is not there" 3 "make deps" env COACH_QEMU="$work/nowhere" "${run[@]}" "$exit_elf"
fake 'echo "QEMU emulator version 6.2.0"'
fact "QEMU that is too old" 3 "6.2.0, too old: 7.2 or later is needed" \
    env COACH_QEMU="$work/qemu" "${run[@]}" "$exit_elf"
fake 'echo "QEMU emulator version 11.0.0"'
fact "QEMU that is too new" 3 "7.2 to 10.x were tried" \
    env COACH_QEMU="$work/qemu" "${run[@]}" "$exit_elf"
fake 'echo "hello"'
fact "QEMU that is none" 3 "not QEMU's version" env COACH_QEMU="$work/qemu" "${run[@]}" "$exit_elf"
# shellcheck disable=SC2016
fake '[ "$1" = --version ] && echo "QEMU emulator version 7.2.0" && exit; echo "no!" >&2; exit 5'
fact "QEMU that gives up at once" 3 "QEMU did not start: no!" \
    env COACH_QEMU="$work/qemu" "${run[@]}" "$exit_elf"
fact "a CPU that QEMU does not know" 3 "QEMU did not start" "${run[@]}" --cpu rv65 "$exit_elf"

# How VMs end is how coach ends.
fact "exit code 0 is success" 0 "" "${run[@]}" "$exit_elf"
fact "another exit code is a failure, named" 1 'VM "exit" ended badly: exit code 7' \
    "${run[@]}" --vm "image=$exit_elf,args=code=7"
fact "an orderly shutdown is success" 0 "shutdown" "$coach" run --vm "image=$exit_elf,args=how=srst"
fact "a legacy shutdown is success" 0 "shutdown" "$coach" run --vm "image=$exit_elf,args=how=legacy"
fact "a shutdown after a failure is one" 1 "shutdown after a failure" \
    "${run[@]}" --vm "image=$exit_elf,args='how=srst code=1'"
fact "one bad VM of two is a failure" 1 'VM "b" ended badly' "${run[@]}" \
    --vm "image=$exit_elf,name=a" --vm "image=$exit_elf,name=b,args=code=1"
fact "time that runs out is 124" 124 "1 of 1 VMs had not ended" "${run[@]}" --for 5s --vm "image=$spinner,args=ms=0"
fact "machine time that runs out is 124" 124 "the time of 0.3 s is over" \
    "${run[@]}" --icount --for 300ms "$spinner"
# A guest whose trap vector only its own tables deny executes nothing: its clock stands still.
fact "a machine whose clock stands still is given up, and said so" 3 \
    "given up after 2 s of real time" "${run[@]}" --icount --for 10s --wall 2s \
    --vm "image=$probes/broken_stvec.elf,args=how=paged"
holds "with what to do" grep -q "run it without --icount" "$work/err"
fact "a hypervisor that is none does not boot" 124 "has not booted" \
    "${run[@]}" --for 500ms --hypervisor "$spinner" "$exit_elf"

fact "a hypervisor that panics has failed, and says where" 1 "hv/boot/options.c:" \
    "${run[@]}" --append slice=banana "$exit_elf"
holds "and in what words" grep -q "the hypervisor panicked: option slice=banana" "$work/err"
fact "an option that nobody knows ends the boot, and those that are known are named" 1 \
    "option colour=red is unknown; expected NAME=VALUE with one of the names" \
    "${run[@]}" --append "sched=rr colour=red" "$exit_elf"

# Determinism: the deadline falls on the same instruction.
"$coach" run --icount --for 100ms --summary json "$spinner" >"$work/one" 2>/dev/null </dev/null
"$coach" run --icount --for 100ms --summary json "$spinner" >"$work/two" 2>/dev/null </dev/null
holds "two runs by instruction count are the same to the last figure" \
    cmp "$work/one" "$work/two"
holds "and there are figures" grep -q '"cpu_ticks": [1-9]' "$work/one"
holds "the summary for programs is there" grep -q '"schema": "stagecoach/run/v1"' "$work/one"

# The HTML report.
fact "the report is named, with the audit's verdict" 0 \
    "report: $work/page.html (isolation holds: " "$coach" run --icount --trace \
    --report="$work/page.html" --vm "image=$exit_elf,name=a" --vm "image=$spinner,args=ms=5"
holds "it is one file that fetches nothing" sh -c \
    "! grep -Eiq 'https?:|src=|<link|<script|@import|url\(' $work/page.html"
holds "it tells each VM's end" grep -q "VM a: exit code 0" "$work/page.html"
holds "it has a timeline with both VMs" test \
    "$(grep -cE '<text [^>]*>vm (a|spinner)</text>' "$work/page.html")" = 2
holds "it has a memory map with an owner" grep -qE "<title>0x[0-9a-f]+ vm (a|spinner)," \
    "$work/page.html"
fact "a VM that fails is shown as one" 1 "" "$coach" run --summary none \
    --report="$work/page.html" --vm "image=$exit_elf,args=code=7"
holds "in the report" grep -q "guest fault</span> VM exit: exit code 7" "$work/page.html"
fact "a report that cannot be written is a fault" 3 "$work/nowhere/page.html" \
    "${run[@]}" --report="$work/nowhere/page.html" "$exit_elf"

# Bundles.
holds "pack writes a bundle" "$coach" pack --vm "image=$exit_elf" -o "$work/bundle"
fact "pack shows a bundle" 0 "exit: 64M, 1 vCPU, weight 1" "$coach" pack --show "$work/bundle"
fact "a packed bundle boots" 0 "" "${run[@]}" --bundle "$work/bundle"
refused "pack without a place to write to" "-o FILE is missing" "$coach" pack \
    --vm "image=$exit_elf"
fact "pack where nothing can be written" 3 "cannot be written" "$coach" pack \
    --vm "image=$exit_elf" -o "$work/nowhere/bundle"
cp "$work/bundle" "$work/flipped"
printf '\377' | dd of="$work/flipped" bs=1 seek=5000 conv=notrunc 2>/dev/null
head -c 6000 "$work/bundle" >"$work/cut"
refused "a bundle with a flipped byte" "damaged" "$coach" pack --show "$work/flipped"
refused "a bundle cut short" "cut short" "$coach" pack --show "$work/cut"
refused "a file that is no bundle" "not a bundle" "$coach" pack --show "$exit_elf"
for bundle in flipped cut text; do
    fact "the hypervisor refuses the bundle \"$bundle\" and stops" 3 \
        "stopped the machine before its VMs had ended" "${run[@]}" --bundle "$work/$bundle"
done

# Ends under way. The first line that a run prints tells that its machine is up.
qemu_of() {
    tr -d ' ' <"/proc/$1/task/$1/children"
}
start() {
    rm -f "$work/console"
    mkfifo "$work/console"
    "$coach" run --console all --for 0 --summary none \
        --vm "image=$exit_elf,name=sign" --vm "image=$spinner,args=ms=0" \
        </dev/null >"$work/console" 2>"$work/told" &
    coach_pid=$!
    exec 7<"$work/console"
    read -r -u 7 _
    qemu_pid=$(qemu_of $coach_pid)
}
# It has ended; that nobody reaps it, as in a container without an init, is not its fault.
gone() {
    # shellcheck disable=SC2016 # for the inner shell
    timeout "$backstop" sh -c 'while state=$(ps -o state= -p "$1") && [ "$state" != Z ]; do :; done' sh "$1"
}

start
kill -KILL "$qemu_pid"
cat <&7 >/dev/null
wait $coach_pid
status=$?
holds "QEMU killed under way is a fault (status $status)" test $status = 3
holds "and is told" grep -q "QEMU died under way: killed by signal 9" "$work/told"
exec 7<&-

start
kill -KILL $coach_pid
holds "coach killed takes QEMU with it" gone "$qemu_pid"
wait $coach_pid 2>/dev/null
exec 7<&-

start
kill -TERM $coach_pid
cat <&7 >/dev/null
wait $coach_pid
status=$?
holds "coach ended by SIGTERM says so by its status ($status)" test $status = 143
holds "and in a line" grep -q "stopped by Terminated" "$work/told"
holds "and leaves no QEMU" gone "$qemu_pid"
exec 7<&-

start
exec 7<&-
wait $coach_pid
status=$?
kill -0 "$qemu_pid" 2>/dev/null && status=$((status + 1000))
holds "output that nobody reads does not keep QEMU alive (status $status)" test $status -lt 1000

# A terminal: keys are told, Ctrl-A x ends, the terminal is as it was.
if command -v script >/dev/null; then
    cat >"$work/session" <<EOF
stty -g >$work/before
$coach run --for 0 --vm image=$spinner,args=ms=0
echo "status \$?"
stty -g >$work/after
EOF
    mkfifo "$work/keys"
    exec 8<>"$work/keys"
    printf '\001x' >&8
    timeout "$backstop" script -qec "sh $work/session" /dev/null <&8 >"$work/session.out" 2>&1
    exec 8>&-
    holds "the keys are told on a terminal" grep -q "Keys: Ctrl-A, then" "$work/session.out"
    holds "Ctrl-A x ends the session, and the VMs well" grep -q "^status 0" "$work/session.out"
    holds "the terminal is put back as it was" cmp "$work/before" "$work/after"
fi

holds "nothing is left in the temporary folder" test -z "$(ls -A "$TMPDIR")"
fact "doctor finds what is needed" 0 "Everything that is needed is there." "$coach" doctor
fact "doctor speaks JSON" 0 '"schema": "stagecoach/doctor/v1"' "$coach" doctor --json
fact "doctor names the sandbox tier in force" 0 "limits: bounded time" \
    env COACH_SANDBOX=limits "$coach" doctor
fact "doctor names what is missing" 1 "not found" env COACH_QEMU="$work/nowhere" "$coach" doctor
holds "no colour in a pipe" sh -c "! $coach run $exit_elf </dev/null | grep -q \$'\\033'"

# What a VM without the focus writes is spelled out: a terminal obeys none of it, and text is shown.
escapes=$build/guest-os/probes/escapes.elf
fact "two VMs write what a terminal obeys" 0 "shown| escape" "$coach" run --summary none \
    --vm "image=$escapes,name=shown,memory=16M" --vm "image=$escapes,name=other,memory=16M"
LC_ALL=C grep -a '^other| ' "$work/out" >"$work/other"
LC_ALL=C tr -d '\n\040-\176\303\251\342\202\254' <"$work/other" >"$work/left"
holds "the one without the focus is spelled out" sh -c "[ -s $work/other ] && [ ! -s $work/left ]"
for spelled in '^[[2J^[[1;1H' '\x9b' '\xc2\x9b' 'other^G' '\xe2\x80\xae' '^H^H^H^H^?' 'é €'; do
    holds "as $spelled" grep -qF -- "$spelled" "$work/other"
done
holds "the one with it has its way" grep -qF -- "$(printf '\033[2J')" "$work/out"

sum
