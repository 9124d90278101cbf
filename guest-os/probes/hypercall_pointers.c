/*
 * Proves that a hypercall's pointer is believed only where it is this guest's own RAM: DBCN write
 * and read, STA shared memory and HSM start are given addresses that are unmapped, wrap around,
 * cross the end of RAM, lie where other VMs and the hypervisor are in the machine, or are
 * misaligned; each is refused with the error that the SBI names, and touches nothing. Good
 * pointers, page-crossing too, work. Reports facts; counters: pointers refused, by call.
 */
#include "probe.h"

const char probe_name[] = "hypercall_pointers";

enum { DBCN_WRITE, DBCN_READ, STA, HSM, ACCEPTED };

#define CANARY 0xca11ab1ec0ffee00ull

static uint64_t ram_end;

/* Addresses of which not a single byte is this guest's. */
static uint64_t hostile_address(unsigned which)
{
    switch (which) {
    case 0:
        return 0;
    case 1:
        return board.memory.start - PAGE_BYTES;
    case 2:
        return ram_end;
    case 3: /* a page further than any VM of this size ends in the machine */
        return ram_end + board.memory.bytes + random_below(64) * PAGE_BYTES;
    case 4:
        return 1ull << 40;
    case 5:
        return 1ull << 41 | board.memory.start;
    case 6:
        return 1ull << 55;
    case 7: /* a kernel's address: must not be walked through anyone's tables */
        return 0xffffffff80200000ull;
    case 8:
        return ~0ull & ~63ull;
    case 9:
        return 1ull << 63 | board.memory.start;
    case 10:
        return 0x10000000; /* the board's UART */
    case 11:
        return 0x100000; /* the board's finisher */
    case 12:
        return 0x02000000; /* the board's CLINT */
    default:
        return (ram_end | random_next() << 33) & ~63ull;
    }
}

#define HOSTILE_ADDRESSES 40

static bool is_refusal(int64_t error)
{
    return error == SBI_ERR_INVALID_PARAM || error == SBI_ERR_INVALID_ADDRESS;
}

static void expect_dbcn_refuses(uint64_t fid, uint64_t bytes, uint64_t low, uint64_t high)
{
    struct sbi_result result = sbi_call(SBI_EXT_DBCN, fid, bytes, low, high);

    counter_add(fid == SBI_DBCN_WRITE ? DBCN_WRITE : DBCN_READ,
                fid == SBI_DBCN_WRITE ? "dbcn_write" : "dbcn_read", 1);
    if (!expect_true(is_refusal(result.error), (uint64_t)result.error,
                     "DBCN refuses memory that is not the guest's"))
        explain("hypercall_pointers: DBCN FID %u, %u bytes at 0x%x:%x\n", fid, bytes, high, low);
}

static void expect_dbcn(uint64_t fid)
{
    volatile uint64_t *last = (volatile uint64_t *)(uintptr_t)(ram_end - 8);

    for (unsigned i = 0; i < HOSTILE_ADDRESSES; i++)
        expect_dbcn_refuses(fid, 1 + random_below(4096), hostile_address(i), 0);
    *last = CANARY;
    expect_dbcn_refuses(fid, 9, ram_end - 8, 0);
    expect_dbcn_refuses(fid, PAGE_BYTES, ram_end - PAGE_BYTES / 2, 0);
    expect_dbcn_refuses(fid, board.memory.bytes + 1, board.memory.start, 0);
    expect_dbcn_refuses(fid, PAGE_BYTES + 16, board.memory.start - PAGE_BYTES, 0);
    expect_dbcn_refuses(fid, ~0ull, board.memory.start, 0);
    expect_dbcn_refuses(fid, -board.memory.start, board.memory.start, 0);
    expect_dbcn_refuses(fid, -board.memory.start + 16, board.memory.start, 0);
    expect_dbcn_refuses(fid, 1ull << 63, board.memory.start, 0);
    expect_dbcn_refuses(fid, 16, (uintptr_t)&probe_report, 1);
    expect_dbcn_refuses(fid, 16, (uintptr_t)&probe_report, ~0ull);
    expect_dbcn_refuses(fid, 16, (uintptr_t)&probe_report, 1ull << 63);
    expect_equal(CANARY, *last, "a refused DBCN call touches nothing");
}

/* More than any buffer on the way holds, in a text in which no two pieces are alike. It appears on
 * the machine's console as it is, or the judge outside says so. */
static void write_long(char *text)
{
    enum { BYTES = 700 };
    uint64_t done = 0;

    for (unsigned i = 0; i < BYTES; i++)
        text[i] = i % 50 == 49 ? '\n' : (char)('!' + (i * 7 + i / 50) % 90);
    while (done < BYTES) {
        struct sbi_result result =
            sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, BYTES - done, (uintptr_t)text + done, 0);

        if (!expect_true(result.error == SBI_SUCCESS && result.value > 0, result.value,
                         "DBCN takes a part of a long text at least"))
            return;
        done += result.value;
    }
    expect_equal(BYTES, done, "DBCN takes no more than it was given");
}

/* Good ones: from RAM never touched before, across a page's end, and of no bytes at all. */
static void expect_dbcn_accepts(void)
{
    uint64_t fresh = ((uintptr_t)__image_end & ~(PAGE_BYTES - 1)) + (8 << 20) + PAGE_BYTES;
    struct sbi_result result = sbi_call(SBI_EXT_DBCN, SBI_DBCN_READ, 8, fresh - 4, 0);

    expect_equal(SBI_SUCCESS, (uint64_t)result.error, "DBCN reads into untouched RAM");
    expect_true(result.value <= 8, result.value, "DBCN reads no more than it was asked for");
    if (in_a_vm())
        expect_equal(0, result.value, "DBCN reads nothing where nothing was typed");

    char *text = (char *)(uintptr_t)(fresh + PAGE_BYTES - 10);

    memcpy(text, "across a page boundary\n", 23);
    result = sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, 23, (uintptr_t)text, 0);
    expect_equal(SBI_SUCCESS, (uint64_t)result.error, "DBCN writes from across two pages");
    expect_true(result.value > 0 && result.value <= 23, result.value,
                "DBCN says how many bytes it wrote");
    write_long(text + PAGE_BYTES);
    result = sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, '\n', 0, 0);
    expect_equal(SBI_SUCCESS, (uint64_t)result.error, "DBCN writes a byte");
    result = sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, 0, (uintptr_t)text, 0);
    expect_equal(SBI_SUCCESS, (uint64_t)result.error, "DBCN writes nothing when asked to");
    expect_equal(0, result.value, "DBCN says that it wrote nothing");
    counter_add(ACCEPTED, "accepted", 3);
}

/* A line longer than any that a hypervisor keeps, half of it letters of two bytes, which nobody
 * else says. That all of it is shown, and once, the judge sees. */
static void expect_a_long_line(void)
{
    static char text[700];

    for (unsigned i = 0; i < sizeof(text); i++)
        text[i] = (char)(i < sizeof(text) / 2 ? 'a' + i % 23 : i % 2 ? 0xa9 : 0xc3);
    text[sizeof(text) - 1] = '\n';
    for (uint64_t done = 0; done < sizeof(text);) {
        struct sbi_result result =
            sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, sizeof(text) - done, (uintptr_t)text + done, 0);

        if (!expect_true(result.error == SBI_SUCCESS && result.value > 0, result.value,
                         "DBCN writes some of a long line at each call"))
            return;
        done += result.value;
    }
}

static void expect_sta_refuses(int64_t error, uint64_t low, uint64_t high, uint64_t flags,
                               const char *fact)
{
    struct sbi_result result = sbi_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, low, high, flags);

    counter_add(STA, "sta", 1);
    if (!expect_equal((uint64_t)error, (uint64_t)result.error, fact))
        explain("hypercall_pointers: STA at 0x%x:%x flags 0x%x\n", high, low, flags);
}

static void expect_sta(void)
{
    static uint64_t shared[2][8] __attribute__((aligned(64)));
    uint64_t good = (uintptr_t)shared;

    for (unsigned i = 0; i < 16; i++)
        shared[i / 8][i % 8] = 0;
    for (unsigned i = 0; i < HOSTILE_ADDRESSES; i++)
        if (hostile_address(i) != ~0ull)
            expect_sta_refuses(SBI_ERR_INVALID_ADDRESS, hostile_address(i) & ~63ull, 0, 0,
                               "STA: memory that is not the guest's is an invalid address");
    for (unsigned i = 1; i < 64; i = i * 2 + 1)
        expect_sta_refuses(SBI_ERR_INVALID_PARAM, good + i, 0, 0,
                           "STA: a misaligned address is an invalid parameter");
    expect_sta_refuses(SBI_ERR_INVALID_PARAM, good, 0, 1, "STA: flags are an invalid parameter");
    expect_sta_refuses(SBI_ERR_INVALID_ADDRESS, good, 1, 0,
                       "STA: an address above 64 bits is an invalid address");
    for (unsigned i = 0; i < 16; i++)
        expect_equal(0, shared[i / 8][i % 8], "a refused STA call touches nothing");
    expect_equal(SBI_SUCCESS, (uint64_t)sbi_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, good, 0, 0).error,
                 "STA takes good memory");
    expect_equal(SBI_SUCCESS,
                 (uint64_t)sbi_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, ~0ull, ~0ull, 0).error,
                 "STA is turned off by all ones");
    counter_add(ACCEPTED, "accepted", 2);
}

static void expect_hsm(void)
{
    for (unsigned i = 0; i < HOSTILE_ADDRESSES; i++) {
        struct sbi_result result =
            sbi_call(SBI_EXT_HSM, SBI_HSM_HART_START, 1, hostile_address(i), 0);

        counter_add(HSM, "hsm", 1);
        if (!expect_equal((uint64_t)SBI_ERR_INVALID_ADDRESS, (uint64_t)result.error,
                          "HSM: a start address that is not the guest's is an invalid address"))
            explain("hypercall_pointers: HSM start at 0x%x\n", hostile_address(i));
    }
    expect_equal(SBI_HSM_STOPPED, sbi_call(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 1, 0, 0).value,
                 "a refused start leaves the vCPU stopped");
}

void probe_main(void)
{
    ram_end = board.memory.start + board.memory.bytes;
    for (uint64_t i = 0; i < option_number("rounds", 1); i++) {
        if (sbi_has(SBI_EXT_DBCN)) {
            expect_dbcn_accepts();
            expect_a_long_line();
            expect_dbcn(SBI_DBCN_WRITE);
            expect_dbcn(SBI_DBCN_READ);
        }
        if (sbi_has(SBI_EXT_STA))
            expect_sta();
        /* Bare firmware shares the board with its devices: other addresses are good there. */
        if (in_a_vm() && board.cpu_count > 1)
            expect_hsm();
        probe_report.rounds++;
    }
}
