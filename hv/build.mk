# The hypervisor: build/hv/stagecoach.elf

HV_SOURCES := $(wildcard hv/*/*.c hv/*/*.S)
HV_OBJECTS := $(patsubst %,$(BUILD)/%.o,$(HV_SOURCES))
HV_ELF     := $(BUILD)/hv/stagecoach.elf

# What builds natively too, for unit tests and fuzzing: everything but metal/.
HV_PORTABLE := $(filter-out hv/metal/%,$(filter %.c,$(HV_SOURCES)))

HV_FRAMES := -fno-omit-frame-pointer
# -fno-schedule-insns: scheduling before registers are given out draws loads together, and the moves
# and spills that come of it cost each exit more than a pipeline gains.
HV_FLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -ffreestanding -nostdlib \
            -fno-common -fno-pic -O2 -g -ffunction-sections \
            -fno-tree-loop-distribute-patterns -fno-schedule-insns \
            -Ihv -I. -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter \
            -Wmissing-prototypes -Wstrict-prototypes

# The path of every exit: frames for backtraces would cost it a tenth.
HV_HOT := hv/vcpu/run.c hv/sbi/sbi.c hv/sbi/base.c hv/sbi/time.c hv/sbi/ipi.c hv/sbi/rfence.c \
          hv/vcpu/vcpu.c hv/vcpu/illegal.c hv/vcpu/fp.c hv/trace/trace.c hv/time/timer.c \
          hv/sched/schedule.c hv/sched/weighted_fair.c hv/sched/fair_clock.c hv/sched/round_robin.c \
          hv/sched/fair_fit.c hv/sched/fair_harts.c hv/sched/round_robin_harts.c \
          hv/memory/guest_fault.c hv/memory/guest_memory.c hv/memory/gstage.c \
          hv/memory/gstage_walk.c hv/memory/page.c hv/metal/guest.c hv/metal/context_switch.c \
          hv/metal/context.c hv/memory/vmid.c
$(patsubst %,$(BUILD)/%.o,$(HV_HOT)): HV_FRAMES := -fomit-frame-pointer

$(BUILD)/hv/%.c.o: hv/%.c hv/build.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(RISCV_CC) $(HV_FLAGS) $(HV_FRAMES) -MMD -MP -c $< -o $@

$(BUILD)/hv/%.S.o: hv/%.S hv/build.mk
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(RISCV_CC) $(HV_FLAGS) $(HV_FRAMES) -MMD -MP -c $< -o $@

$(HV_ELF): $(HV_OBJECTS) hv/hv.ld
	$(call say,LD,$@)
	$(Q)$(RISCV_CC) $(HV_FLAGS) -T hv/hv.ld -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
	    $(HV_OBJECTS) -o $@

-include $(HV_OBJECTS:.o=.d)

