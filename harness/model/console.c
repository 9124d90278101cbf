/* What guests write to the console: taken from their memory at the call, judged at the end. */
#include "model/console.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/sbi.h"
#include "model/parts.h"

#define CAUSE_ECALL 10
#define A0          10
#define A1          11
#define A6          16
#define A7          17
#define MOST        4096 /* bytes of one call that are looked at */
#define FIRST_OWN   0x80 /* bytes from here on are in no hypervisor's own words */

MODEL_RULE(console_order, "console.order", "SBI 2.0, 12.1",
           "Printable bytes that a guest wrote, and the call said were written, appear on the "
           "machine's console in the same order.",
           "output of a guest is swallowed");
MODEL_RULE(console_once, "console.once", "SBI 2.0, 12.1",
           "No byte that a guest wrote appears on the machine's console more often than it was "
           "written.",
           "output of a guest is doubled");

/* A write that was called and has not returned. */
struct pending {
    uint32_t count;
    bool taken; /* whatever the call returns */
    uint8_t byte[MOST];
};

struct state {
    struct pending *vcpu[MODEL_VMS][MODEL_VCPUS];
};

static struct pending *pending_of(struct state *state, const struct model_vcpu *vcpu, bool make)
{
    struct pending **at = &state->vcpu[vcpu->vm][vcpu->index];

    if (!*at && make)
        *at = calloc(1, sizeof(**at));
    return *at;
}

static uint32_t copy_guest(const struct model *model, uint64_t hgatp, uint64_t address,
                           uint64_t bytes, uint8_t *to)
{
    uint32_t done = 0;

    while (done < bytes && done < MOST) {
        uint64_t left;
        const uint8_t *at = model_guest_memory(model, hgatp, address + done, &left);

        if (!at)
            break;
        for (; left && done < bytes && done < MOST; left--)
            to[done++] = *at++;
    }
    return done;
}

static void console_exit(struct model *model, void *own, unsigned hart, struct model_vcpu *vcpu,
                         const struct model_state *at)
{
    const uint64_t *x = at->x;
    bool legacy = x[A7] == SBI_LEGACY_CONSOLE_PUTCHAR;
    bool debug = x[A7] == SBI_EXT_DBCN && (x[A6] == SBI_DBCN_WRITE || x[A6] == SBI_DBCN_WRITE_BYTE);
    bool writes = at->csr.scause == CAUSE_ECALL && (legacy || debug);
    struct pending *pending = pending_of(own, vcpu, writes);

    (void)hart;
    if (!pending)
        return;
    pending->count = 0;
    if (!writes || !model->setup.wrote)
        return;
    pending->taken = legacy;
    pending->byte[0] = (uint8_t)x[A0];
    pending->count = legacy || x[A6] == SBI_DBCN_WRITE_BYTE
                         ? 1
                         : copy_guest(model, at->csr.hgatp, x[A1], x[A0], pending->byte);
}

static void console_entry(struct model *model, void *own, unsigned hart, struct model_vcpu *vcpu,
                          const struct model_state *at, bool first)
{
    struct pending *pending = vcpu ? pending_of(own, vcpu, false) : NULL;

    (void)hart, (void)first;
    if (!pending || !pending->count)
        return;
    uint32_t count = pending->count;
    /* What a write of a byte has in a1 says nothing of how many it wrote. */
    if (!pending->taken && count > 1 && at->x[A1] < count)
        count = (uint32_t)at->x[A1];
    if (pending->taken || at->x[A0] == SBI_SUCCESS)
        model->setup.wrote((int)vcpu->vm, pending->byte, count, model->setup.argument);
    pending->count = 0;
}

static void console_release(struct model *model, void *own)
{
    struct state *state = own;

    (void)model;
    for (unsigned vm = 0; vm < MODEL_VMS; vm++)
        for (unsigned vcpu = 0; vcpu < MODEL_VCPUS; vcpu++)
            free(state->vcpu[vm][vcpu]);
}

MODEL_PART(console_writes) = {
    .bytes = sizeof(struct state),
    .release = console_release,
    .exit = console_exit,
    .entry = console_entry,
};

/* ---- The end ---- */

/* What one VM wrote, without carriage returns, which a console may add or leave out. */
static uint8_t *stream_of(const uint8_t *record, size_t bytes, int vm, size_t *count)
{
    uint8_t *stream = malloc(bytes + 1);
    struct model_written written;

    *count = 0;
    for (size_t at = 0; stream && at + sizeof(written) <= bytes; at += written.count) {
        memcpy(&written, record + at, sizeof(written));
        at += sizeof(written);
        if (written.count > bytes - at)
            break;
        for (uint32_t i = 0; written.vm == vm && i < written.count; i++)
            if (record[at + i] != '\r')
                stream[(*count)++] = record[at + i];
    }
    return stream;
}

/* What any terminal shows as it is: all else the hypervisor may spell out, or leave out. */
static bool is_plain(uint8_t byte)
{
    return (byte >= 0x20 && byte < 0x7f) || byte == '\n';
}

static void judge_order(int vm, const uint8_t *stream, size_t count, const uint8_t *shown,
                        size_t shown_bytes, struct model_console_breach *breach)
{
    size_t matched = 0;

    for (size_t at = 0; at < shown_bytes && matched < count; at++) {
        while (matched < count && !is_plain(stream[matched]))
            matched++;
        matched += matched < count && shown[at] == stream[matched];
    }
    while (matched < count && !is_plain(stream[matched]))
        matched++;
    breach->order_tested += count > 0;
    if (matched == count || breach->rule)
        return;
    breach->rule = &console_order;
    breach->vm = vm;
    snprintf(breach->expected, sizeof(breach->expected),
             "all %zu bytes that it wrote, in order, on the console", count);
    snprintf(breach->seen, sizeof(breach->seen),
             "byte %zu, 0x%02x, is missing behind those before it", matched, stream[matched]);
}

static void count_bytes(const uint8_t *bytes, size_t count, uint64_t of[256])
{
    for (size_t i = 0; i < count; i++)
        of[bytes[i]]++;
}

static void judge_once(const uint64_t wrote[256], const uint64_t showed[256],
                       struct model_console_breach *breach)
{
    for (unsigned byte = FIRST_OWN; byte < 256; byte++) {
        breach->once_tested += wrote[byte] > 0;
        if (showed[byte] <= wrote[byte] || breach->rule)
            continue;
        breach->rule = &console_once;
        breach->vm = -1;
        snprintf(breach->expected, sizeof(breach->expected),
                 "byte 0x%02x on the console %" PRIu64 " times: so often guests wrote it", byte,
                 wrote[byte]);
        snprintf(breach->seen, sizeof(breach->seen), "%" PRIu64 " times", showed[byte]);
    }
}

void model_console_judge(const uint8_t *record, size_t record_bytes, const uint8_t *shown,
                         size_t shown_bytes, uint64_t owed, bool finished,
                         struct model_console_breach *breach)
{
    uint64_t wrote[256] = {0}, showed[256] = {0};

    memset(breach, 0, sizeof(*breach));
    count_bytes(shown, shown_bytes, showed);
    for (int vm = 0; vm < (int)MODEL_VMS; vm++) {
        size_t count;
        uint8_t *stream = stream_of(record, record_bytes, vm, &count);

        if (!stream)
            return;
        count_bytes(stream, count, wrote);
        while (!finished && count && stream[count - 1] != '\n')
            count--; /* a line that may yet be completed */
        if (owed >> vm & 1)
            judge_order(vm, stream, count, shown, shown_bytes, breach);
        free(stream);
    }
    if (finished)
        judge_once(wrote, showed, breach);
}
