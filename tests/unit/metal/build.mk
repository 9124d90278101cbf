# hv/metal in a program of its own, for QEMU's board: build/unit/metal-tests.bin, as it is loaded, which
# has none of what the first instructions must clear. mapping.c is tested natively.

METAL_SOURCES := hv/lib/string.c \
    $(filter-out hv/metal/mapping.c,$(wildcard hv/metal/*.c hv/metal/*.S))
METAL_TEST_SOURCES := $(wildcard tests/unit/metal/*.c tests/unit/metal/*.S)
METAL_OBJECTS := $(METAL_SOURCES:%=$(BUILD)/unit/metal/%.o) \
    $(METAL_TEST_SOURCES:%=$(BUILD)/unit/metal/%.o)
METAL_ELF := $(BUILD)/unit/metal-tests.elf
METAL_TESTS := $(BUILD)/unit/metal-tests.bin
METAL_FLAGS = $(HV_FLAGS) -fomit-frame-pointer -Itests/unit/metal

$(BUILD)/unit/metal/%.o: % hv/build.mk tests/unit/metal/build.mk
	$(call say,CC,unit $<)
	@mkdir -p $(@D)
	$(Q)$(RISCV_CC) $(METAL_FLAGS) -MMD -MP -c $< -o $@

$(METAL_ELF): $(METAL_OBJECTS) hv/hv.ld
	$(call say,LINK,$@)
	$(Q)$(RISCV_CC) $(METAL_FLAGS) -T hv/hv.ld -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
	    $(METAL_OBJECTS) -o $@

$(METAL_TESTS): $(METAL_ELF)
	$(Q)$(RISCV_OBJCOPY) -O binary $< $@

-include $(METAL_OBJECTS:.o=.d)
