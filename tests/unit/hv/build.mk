# The hypervisor's portable parts as they are built natively, for unit tests and fuzzing. What
# they call below is in fake_metal.c; string.c defines what the C library has, so it comes in under
# other names through native_string.c.

HV_NATIVE_CFLAGS = -std=gnu11 -g -Wall -Wextra -Werror -Wno-unused-parameter -Ihv -I. \
    -Itests/unit
HV_NATIVE_SOURCES := \
    hv/console/visible.c hv/lib/crc32.c hv/lib/fdt.c hv/lib/format.c hv/lib/lock.c \
    hv/memory/page.c hv/memory/gstage.c hv/memory/gstage_walk.c hv/memory/vmid.c \
    hv/memory/guest_memory.c \
    hv/sched/policy.c hv/sched/round_robin.c hv/sched/weighted_fair.c hv/sched/fair_clock.c \
    hv/hart/work.c hv/hart/request.c hv/time/timer.c hv/vcpu/vcpu.c hv/vm/bundle.c hv/vm/vm.c hv/vm/faults.c \
    hv/vm/claims.c hv/vm/life.c hv/trap/panic_harts.c \
    $(wildcard hv/sbi/*.c) \
    tests/unit/hv/arena.c tests/unit/hv/bundle_maker.c tests/unit/hv/fake_machine.c \
    tests/unit/hv/fake_metal.c tests/unit/hv/native_string.c tests/unit/hv/simulator.c
