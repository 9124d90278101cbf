#!/bin/sh
# Installs what the project needs from Debian's or Ubuntu's packages, and nothing when all of it
# is there. As an ordinary user it uses sudo, or prints the exact line to run.
set -eu

packages="
build-essential pkg-config git ca-certificates
qemu-system-misc opensbi
gcc-riscv64-unknown-elf binutils-riscv64-unknown-elf gdb-multiarch
libfdt-dev libjansson-dev libcyaml-dev libelf-dev libdw-dev libseccomp-dev libarchive-dev
libcunit1-dev
bubblewrap cpio
clang clang-format llvm-14-tools libclang-rt-14-dev
pandoc graphviz gnuplot-nox
"

missing=""
for package in $packages; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
    *"install ok installed") ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    run=""
elif command -v sudo >/dev/null 2>&1; then
    run="sudo"
else
    echo "deps: missing packages; as root, run: apt-get update && $install" >&2
    exit 1
fi
echo "deps: installing$missing" >&2
$run apt-get update -qq
# shellcheck disable=SC2086
$run env DEBIAN_FRONTEND=noninteractive $install >/dev/null
