#!/bin/bash
# All of tests/system/checks pass on the reference, with the same bytes each time; reports can be
# read by others; bad input gets one clear line and the right status, and leaves nothing behind.
# Needs the built tree; ends with the line "N passed, N failed".
set -u
. "$(dirname "$0")/facts.sh"
checks=tests/system/checks

# ---- Every check, an item a line -----------------------------------------------------------
timeout "$backstop" "$coach" check "$checks" --emit tap="$work/tap" --emit junit="$work/junit.xml" \
    --emit json="$work/json" --emit html="$work/report.html" >"$work/out" 2>"$work/err" </dev/null
grep '^ok\|^not ok' "$work/tap" | sed 's/^\(not ok\|ok\) [0-9]* - /\1 /'
sed -n '/^not ok/,/\.\.\.$/p' "$work/tap" | grep -v '^not ok' | head -n 40
passed=$((passed + $(grep -c '^ok' "$work/tap")))
failed=$((failed + $(grep -c '^not ok' "$work/tap")))
[ -s "$work/tap" ] || not_ok "the checks ran and left a report"

# There are as many of each kind as were promised.
for kind in traps:14 isolation:14 scheduling:12 lifecycle:6 generated:5 noninterference:12; do
    number=$(find "$checks/${kind%:*}" -name '*.check' | wc -l)
    holds "at least ${kind#*:} checks of ${kind%:*}: $number" [ "$number" -ge "${kind#*:}" ]
done

# ---- Reports that others can read ----------------------------------------------------------
command -v prove >/dev/null &&
    fact "prove reads the TAP" 0 "All tests successful" prove -e cat "$work/tap"
command -v xmllint >/dev/null &&
    holds "JUnit is well-formed XML" xmllint --noout "$work/junit.xml"
if command -v chromium >/dev/null; then
    # Its own home, so that it leaves nothing in ours.
    HOME=$work timeout "$backstop" chromium --headless --no-sandbox --disable-gpu \
        --user-data-dir="$work/chromium" --virtual-time-budget=2000 --dump-dom \
        "file://$work/report.html" >"$work/dom" 2>"$work/err"
    holds "Chromium draws the HTML report: a timeline a check" \
        [ "$(grep -o '<svg role="img"' "$work/dom" | wc -l)" -ge 50 ]
fi

# ---- Deterministic -------------------------------------------------------------------------
for check in traps/ecall isolation/two scheduling/sleeper; do
    for run in 1 2; do
        timeout "$backstop" "$coach" check "$checks/$check.check" --seed 7 --emit json="$work/$run" \
            >"$work/out" 2>"$work/err" </dev/null
    done
    holds "two runs of $check give the same bytes" cmp "$work/1" "$work/2"
done
timeout "$backstop" "$coach" check -j 1 "$checks/lifecycle" --emit json="$work/1" >/dev/null 2>&1 </dev/null
timeout "$backstop" "$coach" check -j 4 "$checks/lifecycle" --emit json="$work/2" >/dev/null 2>&1 </dev/null
holds "one at a time or four give the same bytes" cmp "$work/1" "$work/2"
# Timers are what a machine that is watched too closely gets wrong, and only beside others.
busy=()
for _ in 1 2 3; do
    timeout "$backstop" sh -c 'while :; do :; done' &
    busy+=($!)
done
for run in 1 2 3 4 5 6; do
    timeout "$backstop" "$coach" check "$checks/lifecycle/many.check" --emit json="$work/busy$run" \
        >/dev/null 2>&1 </dev/null
done
kill "${busy[@]}"
wait "${busy[@]}" 2>/dev/null
holds "six runs beside three busy processes give the same bytes" \
    [ "$(sha1sum "$work"/busy? | cut -c1-40 | uniq -c | sed 's/^ *//; s/ .*//')" = 6 ]

# ---- A failure names its place, and its replay fails in the same way -------------------------
cat >"$work/wrong.check" <<'END'
title: Expects what does not come
vm a: image=probe:exit memory=16M args="how=pv code=3"
deadline: 300ms
item wrong (2 points): The guest ends with 4
    CHECK: seen_guest_entry vm=a
    HOLDS: vm a ends exit(4)
    HINT: it is 3
END
sed -i "s#probe:#$PWD/$build/guest-os/probes/#; s#\(probes/[a-z]*\) #\1.elf #" "$work/wrong.check"
fact "a failure exits with 1 and shows place, fact and hint" 1 \
    "wrong.check:6:12" "$coach" check "$work/wrong.check"
fact "what was found is said" 1 "it ends exit(3)" "$coach" check "$work/wrong.check"
replay=$(sed -n 's/^ *replay *coach //p' "$work/out")
# shellcheck disable=SC2086
fact "its replay line fails in the same way" 1 "it ends exit(3)" "$coach" $replay
fact "--bless drafts what the run went through" 0 "CHECK: kvm_entry" \
    "$coach" check --bless "$work/wrong.check"
fact "--events shows what was seen" 0 "seen_guest_exit" "$coach" check --events "$work/wrong.check"
holds "--keep leaves the trace" "$coach" check --list "$work/wrong.check"
"$coach" check --keep "$work/kept" "$work/wrong.check" >/dev/null 2>&1 </dev/null
holds "a kept trace can be read by coach trace" "$coach" trace "$work"/kept/*.trace

fact "--secrets asks noninterference of any check" 0 "4/4" \
    "$coach" check --secrets "$checks/lifecycle/restart.check" "$checks/traps/ecall.check"

# ---- Bad input -----------------------------------------------------------------------------
bad() {
    printf 'title: t\nvm a: image=x.elf\n%s\n' "$2" >"$work/bad.check"
    fact "$1" 2 "$3" "$coach" check "$work/bad.check"
}
bad "a mistake has line, column and what was expected" 'item i: t
 CHECK: kvm_exot' 'bad.check:4:9: found "kvm_exot", expected the name of an event'
bad "points on told facts alone are refused" 'item i (1 point): t
 CHECK: kvm_exit' 'add a seen fact'
fact "a missing check file" 2 "No such file" "$coach" check "$work/none.check"
mkdir "$work/empty"
fact "a folder without checks" 2 "holds no file that ends in .check" "$coach" check "$work/empty"
head -c 100000 /dev/urandom >"$work/junk.check"
fact "binary junk" 2 "junk.check:1:" "$coach" check "$work/junk.check"
fact "an unknown format, before anything runs" 2 "expected one of" \
    "$coach" check "$checks/traps/entry.check" --emit junk
fact "no files" 2 "expected check files" "$coach" check
fact "a seed that is none" 2 "--seed" "$coach" check --seed x "$checks/traps/entry.check"
for place in hv/trap /; do
    fact "a check is judged from $place as well" 0 "ok   traps/entry" \
        env -C "$place" "$(realpath "$coach")" check "$PWD/$checks/traps/entry.check"
done
printf 'title: t\nvm a: image=none.elf\nitem i (1 point): t\n CHECK: seen_guest_entry\n' \
    >"$work/image.check"
fact "a missing image is not graded" 3 "not graded" "$coach" check "$work/image.check"
fact "a missing hypervisor is not graded" 3 "not graded" \
    "$coach" check --hypervisor "$work/none.elf" "$checks/traps/entry.check"
fact "QEMU missing is a toolchain fault, not graded" 3 "toolchain fault" \
    env COACH_QEMU="$work/none" "$coach" check --replay "$checks/traps/entry.check"
cat >"$work/killed" <<'END'
#!/bin/sh
case "$*" in *--version*|*-version*) exec qemu-system-riscv64 "$@";; esac
(sleep 0.2; kill -9 $$) &
exec qemu-system-riscv64 "$@"
END
chmod +x "$work/killed"
fact "QEMU killed under way is not graded" 3 "not graded" \
    env COACH_QEMU="$work/killed" "$coach" check "$checks/scheduling/fair-3-1.check"
cat >"$work/stillborn" <<'END'
#!/bin/sh
case "$*" in *--version*|*-version*) exec qemu-system-riscv64 "$@";; esac
echo "Could not load plugin: No such file" >&2
sleep 100000 & # holds every channel open, as a sandbox may that was not ended
kill -TERM $$
END
chmod +x "$work/stillborn"
fact "QEMU killed at its start is told as what it is" 3 "QEMU was killed while it started: signal 15" \
    env COACH_QEMU="$work/stillborn" "$coach" check "$checks/scheduling/fair-3-1.check"
sed 's/kill -9/kill -STOP/' "$work/killed" >"$work/hung"
chmod +x "$work/hung"
fact "QEMU that hangs is not graded, and is ended" 3 "backstop" \
    env COACH_QEMU="$work/hung" "$coach" check --wall 2s "$checks/scheduling/fair-3-1.check"
holds "no QEMU of ours is left" [ -z "$(pgrep -f "$work" || true)" ]
"$coach" check "$checks/traps/entry.check" --emit json >/dev/full 2>"$work/full"
holds "a full disk is said" grep -q "json report" "$work/full"
(
    ulimit -f 1
    "$coach" check "$checks/traps/entry.check" --emit html="$work/part.html" >"$work/out" 2>&1
)
holds "a report that cannot be written whole is not there at all" [ ! -e "$work/part.html" ]

# A guest whose trap vector only its own tables deny executes nothing, so no deadline comes.
cat >"$work/still.check" <<'END'
title: A guest that makes no time pass
vm bad: image=probe:broken_stvec memory=16M args="how=paged"
deadline: 120ms
item ends (1 point): It passes all the same
    HOLDS: probe vm=bad verdict == PASSED
END
fact "a clock that stands still is a failure, never a hang" 1 "all the same: timeout" \
    "$coach" check --build "$build" "$work/still.check"

# Time that QEMU spends is the program's; time that it is not given is the host's.
cat >"$work/spins.check" <<'END'
title: A guest that computes for longer than it may
vm spin: image=probe:spinner memory=16M
deadline: 100s
until: deadline
item goes (1 point): It is entered
    CHECK: seen_guest_entry vm=spin
END
fact "processor time that is used up is a failure" 1 "used up 1 s of processor time" \
    "$coach" check --build "$build" --processor 1s "$work/spins.check"
sed 's/kill -9/kill -ABRT/; s/(sleep 0.2/(sleep 1/' "$work/killed" >"$work/crashed"
chmod +x "$work/crashed"
fact "so is a QEMU that crashes while the program runs" 1 "QEMU crashed on what the program did" \
    env COACH_QEMU="$work/crashed" "$coach" check --build "$build" "$work/spins.check"
sed 's/kill -9/kill -TERM/; s/(sleep 0.2/(sleep 1/' "$work/killed" >"$work/ended"
chmod +x "$work/ended"
fact "one that was ended from outside is not graded" 3 "QEMU was ended from outside" \
    env COACH_QEMU="$work/ended" "$coach" check --build "$build" "$work/spins.check"

# ---- Nothing left behind -------------------------------------------------------------------
holds "no temporary file is left" [ -z "$(ls -A "$work/tmp")" ]

sum
