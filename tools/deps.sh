#!/bin/sh
# Installs what the project needs from Debian's or Ubuntu's packages, and does nothing when all of
# it is there. As an ordinary user it uses sudo; where that does not work it prints the exact line
# to run as root.
#   deps.sh [all]           install what is missing, for everything
#   deps.sh run             only what building, running, debugging and grading need
#   deps.sh --list [run]    print the packages, one a line
set -eu

# LLVM's packages carry their version in their names; `clang` depends on the release's own.
llvm_version() {
    version=$(dpkg-query -W -f '${Depends}' clang 2>/dev/null | sed -n 's/.*clang-\([0-9]*\).*/\1/p')
    if [ -z "$version" ]; then
        # shellcheck source=/dev/null
        version=$(. /etc/os-release && case $ID:${VERSION_ID:-} in
            debian:12) echo 14 ;;
            debian:13) echo 19 ;;
            ubuntu:24.04) echo 18 ;;
            esac)
    fi
    if [ -z "$version" ]; then
        version=$(apt-cache depends clang 2>/dev/null |
            sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
    fi
    echo "${version:-14}"
}
llvm=$(llvm_version)

for_running="
build-essential pkg-config git ca-certificates
qemu-system-misc opensbi
gcc-riscv64-unknown-elf binutils-riscv64-unknown-elf gdb-multiarch
libfdt-dev libjansson-dev libcyaml-dev libelf-dev libdw-dev libseccomp-dev libarchive-dev libgit2-dev
nettle-dev
bubblewrap cpio procps
"
for_all="
libcunit1-dev
clang clang-format shellcheck llvm-$llvm-tools libclang-rt-$llvm-dev libclang-$llvm-dev
pandoc graphviz gnuplot-nox
help2man jq zip unzip libxml2-utils python3-jsonschema parallel slurmctld slurmd slurm-client munge patch
"

list=""
if [ "${1:-}" = --list ]; then
    list=yes
    shift
fi
case ${1:-all} in
run) packages=$for_running ;;
all) packages=$for_running$for_all ;;
*)
    echo "deps: \"$1\": expected run, all or --list" >&2
    exit 2
    ;;
esac

if [ -n "$list" ]; then
    # shellcheck disable=SC2086
    printf '%s\n' $packages
    exit 0
fi

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "deps: only Debian and Ubuntu are known here; \`tools/deps.sh --list\` names what is needed" \
        "by its name there, \`make doctor\` says what is missing" >&2
    exit 0
fi

missing=""
for package in $packages; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    *"install ok installed") ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    echo "deps: packages are missing; as root, run: apt-get update && $install" >&2
    exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
    "$@" >"$log" 2>&1 && return
    cat "$log" >&2
    echo "deps: failed: $*" >&2
    [ -z "$as_root" ] || echo "deps: as root, run: apt-get update && $install" >&2
    exit 1
}
echo "deps: installing$missing" >&2
quietly $as_root apt-get update -qq
# shellcheck disable=SC2086
quietly $as_root env DEBIAN_FRONTEND=noninteractive $install
