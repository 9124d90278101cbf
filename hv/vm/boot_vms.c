/* From the bundle to running VMs, once, at boot: all of them, or none and a clear line. */
#include "abi/monitor.h"
#include "boot/board.h"
#include "boot/init.h"
#include "console/console.h"
#include "lib/string.h"
#include "memory/guest_memory.h"
#include "memory/page.h"
#include "metal/metal.h"
#include "trace/trace.h"
#include "vm/bundle.h"
#include "vm/vm.h"

struct monitor monitor;

extern char __image_start[], __image_end[];

void monitor_update(void)
{
    monitor.free_bytes = page_count(OWNER_FREE) * PAGE_SIZE;
    monitor.own_bytes = (uint64_t)(__image_end - __image_start) +
                        page_count(OWNER_HYPERVISOR) * PAGE_SIZE + page_metadata_bytes();
}

static void publish(void)
{
    memcpy(monitor.magic, MONITOR_MAGIC, sizeof(monitor.magic));
    monitor.version = MONITOR_VERSION;
    monitor.timebase_hz = board.timebase_hz;
    monitor.ram_base = board.ram.base;
    monitor.ram_bytes = board.ram.bytes;
    monitor.boot_ticks = monitor.claims_until = board.started;
    for (unsigned i = 0; i < trace_header.hart_count; i++)
        monitor.trace_bytes += trace_header.ring[i].mask + 1;
    monitor_update();
}

static _Noreturn void refuse(const char *why)
{
    print("no VM is started: %s\n", why);
    machine_stop(true);
}

static void boot_vms(void)
{
    char why[192];

    publish();
    if (!board.bundle.bytes)
        refuse("there is no boot bundle; pack one with `coach pack` and give it as -initrd");
    if (!bundle_open(&bundle, (const void *)board.bundle.base, board.bundle.bytes,
                     guest_memory_available(), why, sizeof(why)))
        refuse(why);
    for (unsigned i = 0; i < bundle.header->vm_count; i++)
        if (!(bundle.vm[i].flags & BUNDLE_VM_MANUAL) && !vm_create(i, why, sizeof(why)))
            refuse(why);
    for (unsigned i = 0; i < bundle.header->vm_count; i++)
        if (vm_exists(&vms[i]))
            vm_start(&vms[i]);
}

HV_INIT(INIT_VMS, boot_vms);
