/*
 * The model of a VM's contract (harness/model) is fed here, at the instant: each exit in the first
 * block of the trap vector, each entry with the CSRs as the sret finds them and the general
 * registers as the next block does, whosever it is. What it finds goes into the channel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/channel.h"
#include "model/console.h"
#include "model/model.h"
#include "model/record.h"
#include "watch.h"

#define HSTATUS_SPV (1ull << 7)
#define SSTATUS_SPP (1ull << 8)
#define CAUSE_CALL  10
#define MOMENT      100 /* ticks: a wfi that takes no longer has not slept */

static struct model_channel *channel;
static struct model *model;

static struct {
    bool entering, inside, waits;
    uint64_t instructions; /* entering: executed so far, as the entry's mark tells */
    uint64_t waits_from;   /* waits: in a wfi that began then */
    struct model_state at; /* entering: CSRs as the sret found them */
} state[WATCH_HARTS];

static void blind(const char *what)
{
    if (channel->sight == MODEL_SIGHT_BLIND)
        return;
    snprintf(channel->blind, sizeof(channel->blind), "%s", what);
    channel->sight = MODEL_SIGHT_BLIND;
    watch.contract = false;
}

static void broken(const struct model_breach *breach, void *argument)
{
    (void)argument;
    findings_breach(channel, breach);
}

/* At once, since the machine may be killed after its last event. */
static void record(const struct model_record *record, void *argument)
{
    (void)argument;
    if (write(channel->record_fd, record, sizeof(*record)) != sizeof(*record))
        blind("the record of exits and entries cannot be written");
}

static void wrote(int vm, const uint8_t *bytes, uint32_t count, void *argument)
{
    const struct model_written written = {vm, count};

    (void)argument;
    if (write(channel->console_fd, &written, sizeof(written)) != sizeof(written) ||
        write(channel->console_fd, bytes, count) != (ssize_t)count)
        blind("the record of what guests write cannot be written");
}

/* What the model puts back for a while lies in a table, which QEMU reads from RAM at each walk. */
static void put(uint64_t physical, uint64_t word, void *argument)
{
    (void)argument;
    memcpy((char *)(uintptr_t)watch.ram + (physical - RAM_BASE), &word, sizeof(word));
}

static uint64_t instructions(void *argument)
{
    (void)argument;
    return watch.instructions;
}

static unsigned hart_now; /* whose callback this is */

/* A hart that just fell idle is asked, too: what it had left of its budget stands. */
static uint64_t now(void *argument)
{
    static uint64_t last;

    (void)argument;
    clock_ticks(hart_now, &last);
    return last;
}

/* Once the machine's RAM can be seen: when the hypervisor's first block runs. */
static bool begin(void)
{
    const struct bundle_header *bundle = NULL;
    uint64_t ticks;

    if (channel->bundle_bytes)
        bundle = mmap(NULL, channel->bundle_bytes, PROT_READ, MAP_PRIVATE, channel->bundle_fd, 0);
    if (!bundle || bundle == MAP_FAILED)
        return blind("the bundle cannot be mapped"), false;
    if (!watch.ram)
        return blind("the machine's RAM cannot be found"), false;
    const struct model_setup setup = {
        .ram = (const uint8_t *)watch.ram,
        .ram_base = RAM_BASE,
        .ram_bytes = watch.ram_bytes,
        .firmware = {channel->firmware[0], channel->firmware[1]},
        .image = {channel->image[0], channel->image[1]},
        .text = {channel->text[0], channel->text[1]},
        .bundle = bundle,
        .bundle_bytes = channel->bundle_bytes,
        .guest_text = channel->guest_text,
        .fill_seed = channel->fill_seed,
        .harts = channel->harts,
        .sstc = channel->sstc,
        .booted = watch.booted,
        .commands = channel->command,
        .command_count = channel->commands,
        .time = clock_ticks(hart_now, &ticks) ? now : NULL,
        .instructions = instructions,
        .broken = broken,
        .wrote = channel->console_fd >= 0 ? wrote : NULL,
        .record = channel->record_fd >= 0 ? record : NULL,
        .put = put,
        .last = channel->last,
    };
    model = model_new(&setup);
    if (model && channel->inputs && !typed_begin(channel, model))
        return blind("this QEMU lets no plugin type at its console"), false;
    return model || (blind("no memory for the model"), false);
}

bool contract_no_text(uint64_t physical)
{
    return watch.contract && (physical < channel->text[0] || physical >= channel->text[1]);
}

void contract_boot(unsigned hart)
{
    if (watch.contract)
        fill_behind_tree(hart, channel->fill_seed);
}

struct model *contract_model(void)
{
    if (watch.contract && !model && watch.booted) /* the setup has when that was */
        begin();
    return watch.contract ? model : NULL;
}

bool contract_sret(unsigned hart, uint64_t code)
{
    if (!watch.contract)
        return true;
    struct model_state *at = &state[hart].at;

    hart_now = hart;
    memset(at, 0, sizeof(*at));
    if (!read_csrs(hart, &at->csr)) {
        blind("this QEMU lets no plugin read a hart's CSRs");
        return true;
    }
    at->pc = at->csr.sepc;
    at->code = code;
    if (!(at->csr.hstatus & HSTATUS_SPV)) {
        if (!(at->csr.sstatus & SSTATUS_SPP) && (model || begin()))
            model_user(model, hart, at);
        return !(at->csr.sstatus & SSTATUS_SPP);
    }
    if (!model && !begin())
        return true;
    state[hart].instructions = watch.instructions;
    state[hart].entering = true;
    return true;
}

/* Tells coach whose the second stage of this entry is, when that is news. */
static void note_life(uint64_t hgatp, uint64_t instructions)
{
    int vm = model_vm_of(model, hgatp);
    uint32_t i = channel->lives;

    while (i > 0 && ((channel->life[i - 1].hgatp ^ hgatp) & ~MODEL_CHANNEL_VMID))
        i--;
    if (vm < 0 || (i > 0 && channel->life[i - 1].vm == vm) || channel->lives == MODEL_CHANNEL_LIVES)
        return;
    channel->life[channel->lives++] = (struct model_channel_life){instructions, hgatp, vm};
}

static void wake(unsigned hart);

/* A block begins, of whomever: the guest's registers are as they were at the sret. */
void contract_block(unsigned hart)
{
    if (state[hart].waits)
        wake(hart);
    if (!state[hart].entering)
        return;
    state[hart].entering = false;
    if (!watch.contract || !read_generals(hart, state[hart].at.x)) {
        blind("this QEMU lets no plugin read a hart's registers");
        return;
    }
    state[hart].inside = true;
    hart_now = hart;
    state[hart].at.has_fp = read_fp(hart, state[hart].at.f, &state[hart].at.fcsr);
    channel->entries++;
    model_entry(model, hart, &state[hart].at);
    note_life(state[hart].at.csr.hgatp, state[hart].instructions);
    memory_turn();
    findings_counts(channel);
}

/* A guest has called the hypervisor (mark C): extension, function, a0, a1, pc, hgatp. */
static void mark_call(unsigned hart, const struct model_state *at)
{
    if (watch.calls && at->csr.scause == CAUSE_CALL)
        mark('C', hart,
             (uint64_t[]){at->x[17], at->x[16], at->x[10], at->x[11], at->pc, at->csr.hgatp}, 6);
}

/* Behind the mark of the vector itself, which ends the trap in the log. */
void contract_vector(unsigned hart)
{
    struct model_state at = {0};

    if (!state[hart].inside || !watch.contract)
        return;
    if (!read_csrs(hart, &at.csr) || !read_generals(hart, at.x)) {
        blind("this QEMU lets no plugin read a hart's registers");
        return;
    }
    if (!(at.csr.hstatus & HSTATUS_SPV))
        return; /* the hypervisor's own trap */
    state[hart].inside = false;
    at.pc = at.csr.sepc;
    at.has_fp = read_fp(hart, at.f, &at.fcsr);
    hart_now = hart;
    channel->exits++;
    model_exit(model, hart, &at);
    mark_call(hart, &at);
}

/* QEMU does not tell a plugin which hart sleeps when they take turns in one thread. */
void contract_wfi(unsigned hart)
{
    if (model && watch.contract)
        state[hart].waits = clock_ticks(hart, &state[hart].waits_from);
}

static void wake(unsigned hart)
{
    uint64_t time;

    state[hart].waits = false;
    hart_now = hart;
    if (clock_ticks(hart, &time) && time - state[hart].waits_from > MOMENT)
        model_slept(model, hart, state[hart].waits_from);
}

void contract_end(void)
{
    if (!model || !watch.contract)
        return;
    model_end(model);
    findings_counts(channel);
}

bool contract_open(int fd)
{
    channel = mmap(NULL, sizeof(*channel), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (channel == MAP_FAILED || channel->magic != MODEL_CHANNEL_MAGIC)
        return false;
    findings_rules(channel);
    channel->sight = MODEL_SIGHT_GOOD;
    watch.contract = true;
    return true;
}
