# The watch plugin, once for each plugin interface that QEMU has had: 1 (7.2 to 8.2), 2 (9 on).
WATCH_PLUGINS := $(BUILD)/plugin/watch-1.so $(BUILD)/plugin/watch-2.so
# The model of a VM's contract is a part of the plugin, and of coach for its unit tests.
WATCH_SOURCES := $(wildcard harness/plugin/*.c harness/model/*.c)
WATCH_HEADERS := $(wildcard harness/plugin/*.h harness/model/*.h)

$(BUILD)/plugin/watch-%.so: $(WATCH_SOURCES) $(WATCH_HEADERS) $(BUILD)/flags/host
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -DWATCH_API=$* -fPIC -fvisibility=hidden -shared \
	    $(WATCH_SOURCES) -o $@

$(COACH): | $(WATCH_PLUGINS)
