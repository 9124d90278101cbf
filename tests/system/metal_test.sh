#!/bin/bash
# hv/metal on QEMU's board, in a program of its own (tests/unit/metal): with and without Sstc, with AIA
# where QEMU has it, and how the machine ends.
. "$(dirname "$0")/../facts.sh"

# facts CPU: its facts are this test's.
facts() {
    local line status
    timeout "$backstop" tests/unit/metal/run "$build/unit" "$1" >"$work/out" 2>"$work/err"
    status=$?
    while IFS= read -r line; do
        case $line in
        "ok "*) ok "${line#ok } ($1)" ;;
        *) not_ok "${line#not ok } ($1)" ;;
        esac
    done <"$work/out"
    if [ "$status" = 0 ]; then ok "the tests come to their end ($1)"; else
        not_ok "the tests end with status $status ($1)" "$work/out" "$work/err"
    fi
}
facts rv64
facts rv64,sstc=off
for aia in x-smaia=true,x-ssaia=true smaia=true,ssaia=true; do
    qemu-system-riscv64 -machine none -cpu "rv64,$aia" -display none -S -monitor stdio \
        <<<quit >/dev/null 2>&1 && facts "rv64,$aia" && break
done

# ends BOOTARGS STATUS NAME
ends() {
    timeout "$backstop" tests/unit/metal/run "$build/unit" rv64 "$1" >"$work/out" 2>&1
    local status=$?
    if [ "$status" = "$2" ]; then ok "$3"; else not_ok "$3 (status $status)" "$work/out"; fi
}
ends end=failure 1 "a machine that stops after a failure says so"
ends end=nofinisher 0 "a board without a finisher stops, too"
sum
