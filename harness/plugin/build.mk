# The watch plugin, once for each plugin interface that QEMU has had: 1 (7.2 to 8.2), 2 (9 on).
WATCH_PLUGINS := $(BUILD)/plugin/watch-1.so $(BUILD)/plugin/watch-2.so
WATCH_SOURCES := $(wildcard harness/plugin/*.c)

$(BUILD)/plugin/watch-%.so: $(WATCH_SOURCES) $(wildcard harness/plugin/*.h) $(BUILD)/flags/host
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -DWATCH_API=$* -fPIC -fvisibility=hidden -shared \
	    $(WATCH_SOURCES) -o $@

$(COACH): | $(WATCH_PLUGINS)
