#!/bin/bash
# The life of VMs, steered from the hypervisor's console and read from the machine's RAM: nothing
# here is judged by what a console prints. Needs the built tree and jq; ends with the line
# "N passed, N failed".
set -u
. "$(dirname "$0")/facts.sh"
spinner=$build/guest-os/probes/spinner.elf
rider=$build/guest-os/rider.elf

# shows NAME JQ-EXPRESSION: it holds of the summary of the last run.
shows() {
    if jq -e "$2" "$work/summary" >/dev/null 2>&1; then
        ok "$1"
    else
        not_ok "$1"
        jq -c '{free_bytes, vms: [.vms[]? | {name, state, "end": .end, cpu_ticks, resident_bytes}]}' \
            "$work/summary" | sed 's/^/    /'
    fi
}

# run OPTION…: two VMs, one and two, deterministic; the summary goes to $work/summary.
run() {
    timeout "$backstop" "$build/coach" run --icount --summary=json "$@" >"$work/out" 2>"$work/err"
    sed -n '/^{$/,$p' "$work/out" >"$work/summary"
}
two_vms=(--vm "image=$spinner,name=one,memory=16M,args=ms=100000"
    --vm "image=$rider,name=two,memory=32M")

# Commands are typed on the hypervisor's console, which Ctrl-A h gives the focus to.
typed() {
    printf '\001h'
    printf '%s\n' "$@"
}

typed "destroy one" "destroy two" quit | run "${two_vms[@]}"
shows "destroyed VMs hold no memory" \
    '[.vms[] | .state == "destroyed" and .resident_bytes == 0 and .table_bytes == 0] | all'
free=$(jq .free_bytes "$work/summary")

{
    printf '\001h'
    for _ in $(seq 100); do printf 'restart one\nrestart two\n'; done
    printf 'destroy one\ndestroy two\nquit\n'
} | run "${two_vms[@]}"
shows "after a hundred create and destroy cycles not one page is missing" \
    ".free_bytes == ${free:-0} and ([.vms[].state == \"destroyed\"] | all)"

run --for 300ms --append "at=100:pause:one" "${two_vms[@]}" </dev/null
shows "a paused VM gets no time" '.vms[0] | .state == "paused" and .cpu_ticks < 1010000'
paused=$(jq '.vms[0].cpu_ticks' "$work/summary")

run --for 300ms --append "at=100:pause:one at=200:resume:one" "${two_vms[@]}" </dev/null
shows "a resumed VM goes on" ".vms[0] | .state == \"running\" and .cpu_ticks > ${paused:-0} + 500000"
shows "a pause is not stolen time" '.vms[0].steal_ticks < 500000'

run --for 300ms --append "at=100:kill:one" "${two_vms[@]}" </dev/null
shows "a killed VM has ended, and keeps its memory for whoever wants to look" \
    '.vms[0] | .state == "ended" and .end == 4 and .resident_bytes > 0'
shows "the other VM does not notice" '.vms[1].state == "running"'

run --for 200ms --vm "image=$spinner,name=one,memory=16M,args=ms=100000" \
    --vm "image=$spinner,name=late,memory=16M,manual=yes" </dev/null
shows "a manual VM is not made at boot" '(.vms | length) == 1 or .vms[1].state == "free"'

run --for 200ms --append "at=50:create:late" \
    --vm "image=$spinner,name=one,memory=16M,args=ms=100000" \
    --vm "image=$spinner,name=late,memory=16M,manual=yes,args=ms=100000" </dev/null
shows "a manual VM is made by order, and gets its share from then on" \
    '.vms[1] | .state == "running" and .cpu_ticks > 500000 and .cpu_ticks < 1000000'

run --for 200ms --append "at=50:restart:one" "${two_vms[@]}" </dev/null
shows "a restarted VM begins anew, and its counters go on" \
    '.vms[0] | .state == "running" and .created_ticks > 500000 and .cpu_ticks > 1500000'

run --for 400ms --append "at=200:destroy:one at=201:create:one" "${two_vms[@]}" </dev/null
shows "destroyed and created again, its counters go on" \
    '.vms[0] | .state == "running" and .created_ticks > 2000000 and .cpu_ticks > 3000000'
shows "steal time does not run backwards by that" '.vms | all(.steal_ticks < 4000000)'

run --for 2s --append "at=100:create:late at=200:restart:short at=300:restart:late" \
    --vm "image=$build/guest-os/probes/exit.elf,name=short,memory=16M" \
    --vm "image=$build/guest-os/probes/exit.elf,name=late,memory=16M,manual=yes" </dev/null
shows "orders that are still to come are waited for, though no VM is alive" \
    '.vms[0].created_ticks > 2000000 and .vms[1].created_ticks > 3000000'
shows "after the last of them the machine stops" '[.vms[].state == "ended"] | all'

run --for 2s --vm "image=$build/guest-os/probes/halt.elf,name=one,memory=16M,vcpus=3" </dev/null
shows "a VM whose every vCPU has stopped itself has ended, with that for a reason" \
    '.vms[0] | .state == "ended" and .end == 6'

run --for 200ms --append "at=50:kill:nobody at=60:frobnicate at=70:pause at=80:resume:one" \
    "${two_vms[@]}" </dev/null
shows "orders that make no sense harm nothing" '[.vms[].state == "running"] | all'

sum
