/* Page tables of any shape: the audit ends, its map covers RAM, and every finding can be told. */
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"

#define BASE  0x80000000ull
#define PAGES 16u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static _Alignas(4096) uint8_t memory[PAGES * 4096];
    struct ram ram;
    struct audit_input input = {.ram = &ram, .reserved_count = 1};
    struct audit_report report;
    struct buffer text = {0};

    if (bytes < 16)
        return 0;
    memset(memory, 0, sizeof(memory));
    memcpy(memory, data + 16, bytes - 16 < sizeof(memory) ? bytes - 16 : sizeof(memory));
    ram_from_memory(&ram, memory, BASE, sizeof(memory));
    input.trees = 2;
    memcpy(&input.tree[0].hgatp, data, 8);
    memcpy(&input.tree[1].hgatp, data + 8, 8);
    input.tree[0].memory = 1 << 20;
    input.reserved[0] = (struct audit_reserved){BASE + 0x8000, BASE + 0x9000, "hypervisor"};
    if (audit_run(&input, &report) == 0) {
        for (size_t i = 0; i < report.findings; i++)
            audit_describe(&input, &report.finding[i], &text);
        audit_sentence(&input, &report, &text);
        audit_map_text(&input, &report, &text);
        if (report.regions == 0 || report.region[report.regions - 1].to != BASE + sizeof(memory))
            abort();
    }
    walk_translate(&ram, input.tree[0].hgatp, input.tree[1].hgatp, input.tree[0].hgatp << 12,
                   WALK_READ);
    audit_free(&report);
    buffer_free(&text);
    return 0;
}
