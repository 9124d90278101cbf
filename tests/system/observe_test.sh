#!/bin/bash
# Watching: it changes nothing in a run, the audit tells right from broken, traces are shown,
# filtered and exported, and bad input gets one clear line. Needs the built tree; ends with the
# line "N passed, N failed".
set -u
. "$(dirname "$0")/facts.sh"
probes=$build/guest-os/probes

vms=(--vm "image=$probes/sbi.elf,memory=16M,name=one" --vm "image=$probes/self_tables.elf,memory=16M,name=two")
cat >"$work/all.check" <<END
title: Everything is watched at once
vm one: image=probe:sbi memory=16M
vm two: image=probe:self_tables memory=16M
deadline: 2s

item all (1 point): Told and seen agree, tables and registers are as they must be
    HOLDS: told equals seen
    HOLDS: isolation holds
    HOLDS: registers preserved
END

# The same guests, watched less and less: by everything, by the plugin alone, by nothing.
fact "a run is watched by all means" 0 "1 of 1 points" \
    "$coach" check --hypervisor "$build/hv/stagecoach.elf" --keep "$work" "$work/all.check"
fact "a run is watched by the plugin" 0 "isolation holds" \
    "$coach" run --icount --trace="$work/plugin" "${vms[@]}"
fact "a run goes unwatched" 0 "VM-EXIT" \
    env COACH_PLUGINS=/nowhere "$coach" run --icount --trace="$work/bare" "${vms[@]}"
"$coach" trace "$work/plugin" >"$work/plugin.lines"
"$coach" trace "$work/bare" >"$work/bare.lines"
fact "watching changes no event and no time of a run" 0 "are identical" \
    diff -s "$work/plugin.lines" "$work/bare.lines"

fact "the audit counts what it visited" 0 "isolation holds: " \
    "$coach" audit --map=none "${vms[@]}"
fact "the map names each VM's memory" 0 "tables of two" "$coach" audit "${vms[@]}"
fact "the map is drawn" 0 "</svg>" "$coach" audit --map=svg "${vms[@]}"

# A machine that was saved, with a tree that is as wrong as can be: all zero, or in the image.
truncate -s 16M "$work/ram"
fact "a root outside RAM is named" 1 "hgatp root outside RAM" \
    "$coach" audit --ram "$work/ram" --hgatp 8000000000090000 --map=none
fact "a bare second stage is named" 1 "second stage is bare" \
    "$coach" audit --ram "$work/ram" --hgatp 0 --map=none
fact "a root that is not aligned is named" 1 "hgatp root not aligned" \
    "$coach" audit --ram "$work/ram" --hgatp 8000000000080101 --map=none
fact "a RAM file that is gone is named" 2 "/nowhere/ram" \
    "$coach" audit --ram /nowhere/ram --hgatp 8000000000080100
fact "an audit of nothing is refused" 2 "--vm" "$coach" audit
fact "a process that runs no machine is named" 2 "process $$ runs no machine" \
    "$coach" audit --pid $$

# A machine that somebody else runs: every VM's tree is found, also of those that no hart is in.
"$coach" run --for 0 --gdb "$work/socket" --vm "image=$probes/spinner.elf,memory=16M,name=one" \
    --vm "image=$probes/spinner.elf,memory=16M,name=two" >"$work/running" 2>&1 </dev/null &
running=$!
until "$coach" audit --pid $running --map=none 2>/dev/null | grep -q "in 2 second-stage trees"; do
    kill -0 $running 2>/dev/null || break
done
fact "a running machine's VMs are all audited" 0 "in 2 second-stage trees" \
    "$coach" audit --pid $running --map=none
fact "likewise while the debugger holds it" 0 "in 2 second-stage trees" \
    "$coach" audit --pid $running --gdb "$work/socket"
kill $running
wait $running 2>/dev/null

# QEMU dies under way: coach says so and leaves nothing behind.
"$coach" audit --map=none --for 100s --vm "image=$probes/broken_stvec.elf" \
    >"$work/died" 2>&1 </dev/null &
audit=$!
until qemu=$(pgrep -P $audit -f -- -nodefaults); do
    kill -0 $audit || break
done
kill -KILL "$qemu"
wait $audit
fact "a QEMU that is killed is a fault of the harness, not a verdict" 3 "coach: " \
    sh -c "cat '$work/died'; exit $?"

fact "a trace is filtered by VM and event" 0 "kvm_exit" \
    "$coach" trace --vm 1 --event kvm_exit --from 0ms --to 1s "$work/plugin"
if grep -qv "1\.0 *kvm_exit" "$work/out"; then
    not_ok "only the events asked for are shown" "$work/out"
else
    ok "only the events asked for are shown"
fi
fact "a trace is summed up" 0 "EXC_SUPERVISOR_SYSCALL" "$coach" trace --summary "$work/plugin"
fact "a trace is exported as JSON lines" 0 '"event":"vm_create"' \
    "$coach" trace --export=jsonl "$work/plugin"
fact "a trace is exported for Perfetto" 0 '"traceEvents"' \
    "$coach" trace --export=chrome "$work/plugin"
fact "an unknown event is named" 2 "no event of that name" "$coach" trace -e kvm_exot "$work/plugin"
head -c 2000 "$work/plugin" >"$work/cut"
fact "a cut trace file is refused" 2 "cut short" "$coach" trace "$work/cut"
fact "another file is refused" 2 "not one" "$coach" trace Makefile
fact "a missing file is named" 2 "/nowhere/trace" "$coach" trace /nowhere/trace

sum
