# The hypervisor's portable parts as they are built natively, for unit tests and fuzzing. What
# they call below is in fake_*.c; string.c defines what the C library has, so it comes in under
# other names through native_string.c. What a fake stands for (panic, trace, devices, the own address
# space) comes in beside it through real_*.c.

HV_NATIVE_CFLAGS = -std=gnu11 -g -Wall -Wextra -Werror -Wno-unused-parameter -Ihv -I. \
    -Itests/unit
HV_NATIVE_SOURCES := \
    $(wildcard hv/console/*.c) hv/boot/board.c hv/boot/ram.c hv/boot/options.c hv/trap/cause.c \
    hv/lib/crc32.c hv/lib/fdt.c hv/lib/format.c hv/lib/lock.c \
    hv/memory/page.c hv/memory/gstage.c hv/memory/gstage_walk.c hv/memory/vmid.c hv/memory/vmid_harts.c \
    hv/memory/guest_memory.c hv/memory/guest_virtual.c hv/memory/guest_fault.c \
    hv/sched/policy.c hv/sched/round_robin.c hv/sched/weighted_fair.c hv/sched/fair_clock.c \
    hv/sched/fair_fit.c hv/sched/fair_harts.c hv/sched/round_robin_harts.c \
    hv/sched/schedule.c hv/sched/schedule_harts.c hv/sched/switch_harts.c hv/hart/work.c hv/hart/request.c \
    hv/hart/secondary.c hv/time/timer.c \
    $(wildcard hv/vcpu/*.c) \
    hv/vm/bundle.c hv/vm/vm.c hv/vm/faults.c hv/vm/life.c hv/vm/commands.c hv/vm/boot_vms.c \
    hv/vm/claims.c hv/trap/panic_harts.c \
    $(wildcard hv/sbi/*.c) \
    tests/unit/hv/arena.c tests/unit/hv/bundle_maker.c tests/unit/hv/fake_machine.c \
    tests/unit/hv/fake_hart.c tests/unit/hv/fake_devices.c tests/unit/hv/fake_metal.c \
    tests/unit/hv/native_string.c tests/unit/hv/real_panic.c \
    tests/unit/hv/real_trace.c tests/unit/hv/real_mapping.c tests/unit/hv/real_devices.c \
    tests/unit/hv/simulator.c tests/unit/hv/harts_simulator.c
