# The probes: each guest-os/probes/NAME.c, with NAME.S where there is one, and the runtime make
# build/guest-os/probes/NAME.elf. Adding a probe is adding its file.
PROBES_DIR := guest-os/probes
PROBES_OUT := $(BUILD)/guest-os/probes
PROBE_NAMES := $(sort $(basename $(notdir $(wildcard $(PROBES_DIR)/*.c))))
PROBE_ELFS := $(PROBE_NAMES:%=$(PROBES_OUT)/%.elf)
PROBE_RUNTIME := $(patsubst $(PROBES_DIR)/%,$(PROBES_OUT)/%.o,\
	$(sort $(wildcard $(PROBES_DIR)/runtime/*.c $(PROBES_DIR)/runtime/*.S)))

# Integer code only in C: floating-point registers belong to the probe, not to the compiler.
PROBE_FLAGS := -mabi=lp64 -mcmodel=medany -mno-relax -ffreestanding -fno-pic -g -O2 \
	-Wall -Wextra -Werror -I. -I$(PROBES_DIR) -I$(PROBES_DIR)/runtime -MMD -MP
PROBE_CFLAGS := -std=gnu11 -march=rv64ima_zicsr_zifencei $(PROBE_FLAGS) \
	-fno-common -fno-strict-aliasing -fno-builtin -fno-tree-loop-distribute-patterns
PROBE_ASFLAGS := -march=rv64imafd_zicsr_zifencei $(PROBE_FLAGS)
PROBE_LDFLAGS := -mabi=lp64 -march=rv64ima_zicsr_zifencei -nostdlib -static \
	-Wl,--build-id=none,--no-relax,--no-warn-rwx-segments,-z,max-page-size=4096 \
	-Wl,-T,$(PROBES_DIR)/probe.lds

.PHONY: probes
probes: $(PROBE_ELFS)

$(PROBES_OUT)/%.c.o: $(PROBES_DIR)/%.c $(PROBES_DIR)/build.mk
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<")
	$(if $(V),,@)$(RISCV_CC) $(PROBE_CFLAGS) -c $< -o $@

$(PROBES_OUT)/%.S.o: $(PROBES_DIR)/%.S $(PROBES_DIR)/build.mk
	@mkdir -p $(@D)
	$(if $(V),,@echo "  AS    $<")
	$(if $(V),,@)$(RISCV_CC) $(PROBE_ASFLAGS) -c $< -o $@

# (name): its own objects are NAME.c's and, where there are any, those of NAME.S and of what is in
# the folder NAME.
define PROBE_LINK
$(PROBES_OUT)/$(1).elf: $(PROBES_OUT)/$(1).c.o \
	$(patsubst $(PROBES_DIR)/%,$(PROBES_OUT)/%.o,$(sort $(wildcard $(PROBES_DIR)/$(1).S \
	    $(PROBES_DIR)/$(1)/*.c $(PROBES_DIR)/$(1)/*.S))) \
	$(PROBE_RUNTIME) $(PROBES_DIR)/probe.lds
	$$(if $$(V),,@echo "  LD    $$@")
	$$(if $$(V),,@)$$(RISCV_CC) $$(PROBE_LDFLAGS) $$(filter %.o,$$^) -o $$@
endef
$(foreach name,$(PROBE_NAMES),$(eval $(call PROBE_LINK,$(name))))

-include $(wildcard $(PROBES_OUT)/*.d $(PROBES_OUT)/*/*.d)
