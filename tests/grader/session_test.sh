#!/bin/bash
# A learner at work: coach gdb stops where the last step is; coach watch boots anew at each save.
. "$(dirname "$0")/facts.sh"
tree=$work/tree
"$coach" start 1 "$tree" --no-git >/dev/null || exit 3
cp "$root/hv/metal/vector.S" "$tree/hv/metal/vector.S"
# shellcheck disable=SC2016 # a variable of gdb
printf 'printf "cause %%lu\\n", $scause\nbacktrace 2\n' >"$work/script"

if command -v gdb-multiarch >/dev/null; then
    says "coach gdb stops at the function that was written last" 0 "cause 2" \
        sh -c "cd $tree/hv && $coach gdb --script $work/script | tee $work/stopped"
    fact "which is the vector" grep -q '^#0 .*trap_vector' "$work/stopped"
    says "or at another one" 0 "hv_main" sh -c "cd $tree && $coach gdb hv_main -x $work/script"
    cp "$work/tree/hv/metal/vector.S" "$work/vector.S"
    "$coach" start 1 "$work/blank" --no-git >/dev/null
    says "where nothing is written, at the stop" 0 "panic (template=" sh -c "cd $work/blank && $coach gdb -x $work/script"

    # ends_with SIGNAL: no machine stays behind when coach gdb ends by it at its stop.
    mkfifo "$work/reached"
    printf 'shell echo here >%s\npython __import__("signal").pause()\n' "$work/reached" >"$work/waits"
    ends_with() {
        (cd "$tree" && TMPDIR=$work/tmp exec "$coach" gdb -x "$work/waits") >"$work/out" 2>&1 &
        local debugging=$! machine
        read -r <"$work/reached"
        machine=$(pgrep -of -- "--gdb=$work/tmp/coach\..*--wait")
        kill "-$1" "$debugging"
        wait "$debugging"
        timeout "$backstop" tail --pid="${machine:?}" -f /dev/null
    }
    for signal in TERM KILL; do
        name="coach gdb that $signal ends takes its machine along"
        if ends_with "$signal" 2>/dev/null; then ok "$name"; else not_ok "$name" "$work/out"; fi
    done
else
    ok "coach gdb stops where the last step is # skip gdb-multiarch is not installed"
fi
says "coach gdb wants a learner's tree" 2 "is no learner's tree" sh -c "cd $work/tmp && $coach gdb"

# await WORDS COUNT: until the watcher has said so that often; fails if it is gone before.
await() {
    [ "$(grep -m "$2" -cF -- "$1" <(timeout "$backstop" tail --pid="$watcher" -n +1 -f "$work/watched"))" = "$2" ]
}
: >"$work/watched"
(cd "$tree/hv" && exec "$coach" watch) >"$work/watched" 2>&1 &
watcher=$!
reached() { # reached NAME WORDS COUNT
    if await "$2" "$3"; then ok "$1"; else not_ok "$1" "$work/watched"; fi
}
reached "coach watch boots the tree" "trap_from_hypervisor is yours to write" 1
reached "and waits" "waits for a file" 1
cp "$root/hv/trap/trap.c" "$tree/hv/trap/trap.c"
reached "it does so again when a file is saved" "panic_trap is yours to write" 1
await "waits for a file" 2
echo 'int broken(' >>"$tree/hv/trap/trap.c"
reached "what does not build is told" "the tree does not build" 1
kill -INT "$watcher"
wait "$watcher"
fact "an interrupt ends it in good order" [ $? = 0 ]
sum
