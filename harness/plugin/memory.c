/*
 * What the hypervisor and the firmware do to memory and its translations, for the model: stores,
 * commands to the one device that writes to memory (fw_cfg), fences with their operands, hgatp and
 * vsatp. An instruction is noted before it runs; what it did is read at the next one of its block,
 * or at the begin of the next block, when QEMU holds all registers in memory.
 */
#include <string.h>

#include "watch.h"

#define NO_PAGE   (~0ull)
#define PAGE_BITS 12

#define FENCE_MASK      0xfe007fffu
#define HFENCE_GVMA     0x62000073u
#define HFENCE_VVMA     0x22000073u
#define HINVAL_GVMA     0x66000073u
#define HINVAL_VVMA     0x26000073u
#define SFENCE_VMA      0x12000073u
#define SINVAL_VMA      0x16000073u
#define FENCE_I_MASK    0x0000707fu
#define FENCE_I         0x0000100fu
#define CBO_ZERO_MASK   0xfff07fffu
#define CBO_ZERO        0x0040200fu
#define CBO_BYTES       64 /* QEMU's blocks */
#define GUEST_MASK      0xf000707fu
#define GUEST_ACCESS    0x60004073u /* HLV, HLVX, HSV */
#define CSR_NUMBER(i)   ((i) >> 20)
#define IS_CSR(i)       (((i)&0x7f) == 0x73 && ((i) >> 12 & 3) != 0)
#define CSR_SATP        0x180u
#define CSR_VSATP       0x280u
#define CSR_HGATP       0x680u
#define RS1(i)          ((i) >> 15 & 31)
#define RS2(i)          ((i) >> 20 & 31)
#define PTE_RWX         14ull
#define PPN_MASK        0xfffffffffffull
#define SV39            8
#define FW_CFG_DMA      0x10100010ull /* register of the virt board; QEMU, hw/riscv/virt.c */
#define FW_CFG_DMA_LAST 4             /* offset of the half that starts the device */

static uint64_t turn; /* counts what may change what the model watches, or a translation */

static struct {
    uint64_t harmless, harmless_turn; /* virtual page of the last store; the model watches it not */
    uint64_t code;                    /* instruction whose effect is not told yet; 0: none */
    uint32_t word;
    uint64_t dma_code, dma_at; /* store that has started a transfer, 0: none; what it stored */
} state[WATCH_HARTS];

static uint32_t word_at(uint64_t physical)
{
    uint32_t word = 0;
    uint64_t at = physical - RAM_BASE;

    if (watch.ram && at <= watch.ram_bytes - sizeof(word))
        memcpy(&word, watch.ram + at, sizeof(word));
    return word;
}

void memory_turn(void)
{
    turn++;
}

/* The register that a store stores: sd, sw, c.sd, c.sw, c.sdsp, c.swsp. 0: it is another one. */
static unsigned stored_register(uint32_t word)
{
    if ((word & 0x7f) == 0x23)
        return RS2(word);
    if ((word & 3) == 0 && (word & 0xc000) == 0xc000)
        return (word >> 2 & 7) + 8;
    if ((word & 3) == 2 && (word & 0xc000) == 0xc000)
        return word >> 2 & 31;
    return 0;
}

/* The request: control, length, address; all of them big-endian. QEMU, docs/specs/fw_cfg.rst. */
static bool read_request(uint64_t at, uint64_t *physical, uint32_t *bytes)
{
    if (at - RAM_BASE > watch.ram_bytes - 16)
        return false;
    memcpy(bytes, watch.ram + (at - RAM_BASE) + 4, sizeof(*bytes));
    memcpy(physical, watch.ram + (at - RAM_BASE) + 8, sizeof(*physical));
    *bytes = __builtin_bswap32(*bytes);
    *physical = __builtin_bswap64(*physical);
    return true;
}

/* The transfer is over: where to has it gone? */
static void settle_dma(unsigned hart, struct model *model)
{
    uint64_t code = state[hart].dma_code, at = state[hart].dma_at, physical = 0;
    uint32_t bytes = 0;

    state[hart].dma_code = 0;
    if (!read_request(__builtin_bswap64(at), &physical, &bytes) &&
        !read_request(__builtin_bswap32((uint32_t)at), &physical, &bytes))
        bytes = 0; /* not known where to */
    model_dma(model, hart, code, physical, bytes);
}

static void device_store(unsigned hart, uint64_t physical, unsigned bytes, uint64_t code)
{
    uint64_t half = physical - FW_CFG_DMA;
    unsigned number = stored_register(word_at(code));

    if (half >= 8 || (bytes < 8 && half < FW_CFG_DMA_LAST))
        return;
    state[hart].dma_code = code;
    if (!number || !read_general(hart, number, &state[hart].dma_at))
        state[hart].dma_at = 0;
}

/* How many of the bytes of a store, which may cross into the next page, lie in its first. */
static unsigned in_page(uint64_t address, unsigned bytes)
{
    uint64_t left = (1u << PAGE_BITS) - address % (1u << PAGE_BITS);

    return left < bytes ? (unsigned)left : bytes;
}

void on_memory_store(unsigned hart, uint32_t info, uint64_t address, void *data)
{
    struct model *model;
    struct qemu_plugin_hwaddr *where;
    uint64_t code = (uint64_t)(uintptr_t)data, physical;
    unsigned bytes = 1u << qemu_plugin_mem_size_shift(info);

    unsigned here = in_page(address, bytes);

    if (address >> PAGE_BITS == state[hart].harmless && turn == state[hart].harmless_turn &&
        here == bytes)
        return;
    model = contract_model();
    where = model && qemu_plugin_mem_is_store(info) ? qemu_plugin_get_hwaddr(info, address) : NULL;
    if (!where)
        return;
    physical = qemu_plugin_hwaddr_phys_addr(where);
    if (qemu_plugin_hwaddr_is_io(where)) {
        device_store(hart, physical, bytes, code);
        return;
    }
    model_store(model, hart, code, physical, here);
    state[hart].harmless_turn = turn;
    state[hart].harmless = model_watches(model, physical) ? NO_PAGE : address >> PAGE_BITS;
    if (here == bytes)
        return;
    where = qemu_plugin_get_hwaddr(info, address + here);
    if (where && !qemu_plugin_hwaddr_is_io(where))
        model_store(model, hart, code, qemu_plugin_hwaddr_phys_addr(where), bytes - here);
    state[hart].harmless = NO_PAGE;
}

static bool is_fence(uint32_t word, uint32_t one, uint32_t other)
{
    return (word & FENCE_MASK) == one || (word & FENCE_MASK) == other;
}

/* csrrw always; csrrs and csrrc with x0, or an immediate 0, only read. */
static bool writes_csr(uint32_t word)
{
    return IS_CSR(word) && ((word >> 12 & 3) == 1 || RS1(word) != 0);
}

bool memory_instruction(uint32_t word)
{
    if (is_fence(word, HFENCE_GVMA, HINVAL_GVMA) || is_fence(word, HFENCE_VVMA, HINVAL_VVMA) ||
        is_fence(word, SFENCE_VMA, SINVAL_VMA) || (word & FENCE_I_MASK) == FENCE_I ||
        (word & CBO_ZERO_MASK) == CBO_ZERO || (word & GUEST_MASK) == GUEST_ACCESS)
        return true;
    return writes_csr(word) && (CSR_NUMBER(word) == CSR_HGATP || CSR_NUMBER(word) == CSR_VSATP ||
                                CSR_NUMBER(word) == CSR_SATP);
}

void on_memory_instruction(unsigned hart, void *data)
{
    memory_settle(hart);
    state[hart].code = (uint64_t)(uintptr_t)data;
    state[hart].word = word_at(state[hart].code);
}

static void tell_fence(unsigned hart, struct model *model, uint64_t code, uint32_t word,
                       enum model_fence fence)
{
    uint64_t address = 0, id = 0;

    if (!read_general(hart, RS1(word), &address) || !read_general(hart, RS2(word), &id))
        return;
    model_fence(model, hart, code, fence, RS1(word) != 0, address, RS2(word) != 0, id);
}

/* Where an address of the hypervisor's leads, by satp. Privileged ISA, 12.4: its page tables. */
static bool translate(unsigned hart, uint64_t address, uint64_t *physical)
{
    uint64_t satp, entry;

    if (!read_csr(hart, CSR_SATP, &satp))
        return false;
    *physical = address;
    uint64_t table = (satp & PPN_MASK) << PAGE_BITS;
    for (unsigned level = satp >> 60 ? 3 + (unsigned)(satp >> 60) - SV39 : 0; level-- > 0;) {
        uint64_t span = 1ull << (PAGE_BITS + 9 * level), at = table + address / span % 512 * 8;

        if (at - RAM_BASE > watch.ram_bytes - sizeof(entry))
            return false;
        memcpy(&entry, watch.ram + (at - RAM_BASE), sizeof(entry));
        if (!(entry & 1))
            return false;
        table = (entry >> 10 & PPN_MASK) << PAGE_BITS;
        *physical = table + address % span;
        if (entry & PTE_RWX)
            break;
    }
    return true;
}

/* cbo.zero: a store that QEMU shows to no plugin. */
static void tell_zeroed(unsigned hart, struct model *model, uint64_t code, uint32_t word)
{
    uint64_t address, physical;

    if (read_general(hart, RS1(word), &address) &&
        translate(hart, address & ~(CBO_BYTES - 1ull), &physical))
        model_store(model, hart, code, physical, CBO_BYTES);
}

/* vsatp is told before hgatp if both have changed; each write is told when it was executed. */
static void tell_csr(unsigned hart, struct model *model, uint64_t code, unsigned number)
{
    struct model_csrs csrs;

    if (number == CSR_SATP || !read_csrs(hart, &csrs))
        return;
    model_csr_written(model, hart, code, number, number == CSR_HGATP ? csrs.hgatp : csrs.vsatp);
}

void memory_settle(unsigned hart)
{
    uint64_t code = state[hart].code;
    uint32_t word = state[hart].word;
    struct model *model = code || state[hart].dma_code ? contract_model() : NULL;

    state[hart].code = 0;
    if (!model)
        return;
    if (state[hart].dma_code)
        settle_dma(hart, model);
    if (!code)
        return;
    memory_turn();
    if (is_fence(word, HFENCE_GVMA, HINVAL_GVMA))
        tell_fence(hart, model, code, word, MODEL_HFENCE_GVMA);
    else if (is_fence(word, HFENCE_VVMA, HINVAL_VVMA))
        tell_fence(hart, model, code, word, MODEL_HFENCE_VVMA);
    else if (is_fence(word, SFENCE_VMA, SINVAL_VMA))
        tell_fence(hart, model, code, word, MODEL_SFENCE_VMA);
    else if ((word & CBO_ZERO_MASK) == CBO_ZERO)
        tell_zeroed(hart, model, code, word);
    else if ((word & GUEST_MASK) == GUEST_ACCESS)
        model_guest_access(model, hart, code);
    else if ((word & FENCE_I_MASK) == FENCE_I)
        model_fence(model, hart, code, MODEL_FENCE_I, false, 0, false, 0);
    else
        tell_csr(hart, model, code, CSR_NUMBER(word));
}

void on_memory_settle(unsigned hart, void *data)
{
    (void)data;
    memory_settle(hart);
}

void on_memory_stray(unsigned hart, void *data)
{
    memory_outside(hart, (uint64_t)(uintptr_t)data);
}

void memory_outside(unsigned hart, uint64_t address)
{
    struct model *model = contract_model();

    if (model)
        model_stray_code(model, hart, address);
}
