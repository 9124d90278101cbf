/* Says at boot under whom Rider runs and what it found; the option `quiet` silences it. */
#include "boot/init.h"
#include "platform/platform.h"
#include "sbi/console.h"
#include "sbi/sbi.h"

static long base(long function)
{
    return sbi_call(SBI_EXT_BASE, function, 0, 0, 0).value;
}

static void show_features(void)
{
    static const struct {
        long extension;
        const char *name;
    } known[] = {
        {SBI_EXT_DBCN, "DBCN"}, {SBI_EXT_TIME, "TIME"},     {SBI_EXT_IPI, "IPI"},
        {SBI_EXT_HSM, "HSM"},   {SBI_EXT_RFENCE, "RFENCE"}, {SBI_EXT_SRST, "SRST"},
        {SBI_EXT_STA, "STA"},   {SBI_EXT_PV, "PV"},
    };
    printf("rider: features:");
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (sbi_probe(known[i].extension))
            printf(" %s", known[i].name);
    }
    printf("%s\n", platform.sstc ? " Sstc" : "");
}

static void show_memory(void)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < platform.memory_count; i++)
        bytes += platform.memory[i].end - platform.memory[i].start;
    printf("rider: memory %lu KiB from %p, %u hart%s, timebase %lu Hz\n", bytes / 1024,
           (void *)platform.memory[0].start, platform.harts, platform.harts == 1 ? "" : "s",
           platform.timebase_hz);
}

static void banner(void)
{
    char ignored[1];
    if (platform_option("quiet", ignored, sizeof(ignored)))
        return;
    long version = base(SBI_BASE_GET_SPEC_VERSION);
    long implementation = base(SBI_BASE_GET_IMPL_ID);
    printf("rider: under %s (SBI implementation 0x%lx), SBI %ld.%ld\n",
           sbi_implementation_name(implementation), (unsigned long)implementation, version >> 24,
           version & 0xffffff);
    show_features();
    show_memory();
    printf("rider: bootargs '%s'\n", platform.bootargs);
}
RIDER_INIT(INIT_BANNER, banner);
