/* Address spaces: what is there, what is not, and what happens at the first touch. */
#include "user/usertests/test.h"

#define FETCH_PAGE_FAULT 12
#define LOAD_PAGE_FAULT  13
#define STORE_PAGE_FAULT 15

#define PAGE 4096ul
#define MIB  (1024 * 1024ul)

#define KERNEL_IMAGE 0x80200000ul
#define KERNEL_STACK 0xffffffc000002000ul

static void load_byte(uint64_t address)
{
    *(volatile uint8_t *)address;
}

static void store_byte(uint64_t address)
{
    *(volatile uint8_t *)address = 1;
}

static void jump(uint64_t address)
{
    ((void (*)(void))address)();
}

TEST(null_is_nothing)
{
    check_faults(load_byte, 0, LOAD_PAGE_FAULT);
    check_faults(store_byte, 8, STORE_PAGE_FAULT);
    check_faults(jump, 0, FETCH_PAGE_FAULT);
}

TEST(kernel_is_out_of_reach)
{
    check_faults(load_byte, KERNEL_IMAGE, LOAD_PAGE_FAULT);
    check_faults(store_byte, KERNEL_IMAGE, STORE_PAGE_FAULT);
    check_faults(jump, KERNEL_IMAGE, FETCH_PAGE_FAULT);
}

TEST(kernel_stacks_are_out_of_reach)
{
    check_faults(load_byte, KERNEL_STACK, LOAD_PAGE_FAULT);
    check_faults(store_byte, KERNEL_STACK, STORE_PAGE_FAULT);
}

TEST(addresses_that_are_none)
{
    check_faults(load_byte, 1ul << 38, LOAD_PAGE_FAULT);
    check_faults(load_byte, 1ul << 62, LOAD_PAGE_FAULT);
    check_faults(store_byte, ~0ul, STORE_PAGE_FAULT);
    check_faults(jump, 1ul << 40, FETCH_PAGE_FAULT);
}

TEST(fault_is_told_to_the_parent)
{
    struct exit_status status = run_child(store_byte, 0x40000123);
    check_equal(status.address, 0x40000123);
    check_equal(status.code, 128 + ENDED_FAULT);
    check(status.pc >= (uint64_t)store_byte && status.pc < (uint64_t)store_byte + 64);
}

TEST(text_is_read_only)
{
    check_faults(store_byte, (uint64_t)load_byte, STORE_PAGE_FAULT);
}

static const char constant[] = "constant";

TEST(constants_are_read_only)
{
    check_faults(store_byte, (uint64_t)constant, STORE_PAGE_FAULT);
}

static uint32_t data_code[] = {0x00008067}; /* ret */

TEST(data_is_not_executable)
{
    check_faults(jump, (uint64_t)data_code, FETCH_PAGE_FAULT);
}

TEST(stack_is_not_executable)
{
    volatile uint32_t code = 0x00008067;
    check_faults(jump, (uint64_t)&code, FETCH_PAGE_FAULT);
}

static char zeros[100000];

TEST(bss_is_zero)
{
    for (size_t i = 0; i < sizeof(zeros); i++)
        check(!zeros[i]);
}

static void use_stack(uint64_t bytes)
{
    volatile char local[1024];
    local[0] = 1;
    local[1023] = 1;
    if (bytes > sizeof(local))
        use_stack(bytes - sizeof(local));
    local[0]++;
}

TEST(stack_is_as_large_as_promised)
{
    check_equal(run_child(use_stack, 128 * 1024).reason, ENDED_EXIT);
}

TEST(stack_overflow_ends_the_process)
{
    check_faults(use_stack, 1024 * 1024, STORE_PAGE_FAULT);
}

TEST(sbrk_gives_zeros)
{
    char *memory = (char *)sbrk(10 * PAGE);
    check((long)memory > 0);
    for (size_t i = 0; i < 10 * PAGE; i++)
        check(!memory[i]);
    fill(memory, 10 * PAGE, 1);
    check(holds(memory, 10 * PAGE, 1));
    check_equal(sbrk(0), (long)memory + 10 * (long)PAGE);
}

TEST(sbrk_by_bytes)
{
    long start = sbrk(1);
    check_equal(sbrk(1), start + 1);
    check_equal(sbrk(-2), start + 2);
    check_equal(sbrk(0), start);
}

TEST(sbrk_gives_back)
{
    char *memory = (char *)sbrk(4 * PAGE);
    memory[0] = memory[3 * PAGE] = 5;
    check(sbrk(-2 * (long)PAGE) > 0);
    check_faults(load_byte, (uint64_t)memory + 3 * PAGE, LOAD_PAGE_FAULT);
    check_equal(memory[0], 5);
    check(sbrk(2 * PAGE) > 0);
    check_equal(memory[3 * PAGE], 0);
}

TEST(sbrk_has_limits)
{
    long end = sbrk(0);
    check_equal(sbrk(1l << 40), -ENOMEM);
    check_equal(sbrk(-(1l << 30)), -ENOMEM);
    check_equal(sbrk(INT64_MAX), -ENOMEM);
    check_equal(sbrk(-1), -ENOMEM); /* nothing was taken yet */
    check_equal(sbrk(0), end);
}

TEST(beyond_the_heap_is_nothing)
{
    uint64_t end = (uint64_t)sbrk(100) + 100;
    uint64_t next = (end + PAGE - 1) & ~(PAGE - 1);
    check_faults(store_byte, next, STORE_PAGE_FAULT);
}

/* Child and parent write different halves of pages that they share after fork. */
TEST(fork_copies_on_write)
{
    enum { BYTES = 32 * 4096 };
    char *memory = (char *)sbrk(BYTES);
    fill(memory, BYTES, 1);
    long pid = fork();
    if (!pid) {
        fill(memory, BYTES / 2, 2);
        exit(holds(memory, BYTES / 2, 2) ? 0 : 1);
    }
    fill(memory, BYTES / 4, 3);
    struct exit_status status;
    check_equal(wait(&status), pid);
    check_equal(status.code, 0);
    check(holds(memory, BYTES / 4, 3));
    fill(memory, BYTES / 4, 1);
    check(holds(memory, BYTES, 1));
}

/* The kernel's own writes to a shared page copy it as well. */
TEST(kernel_copies_on_write)
{
    static char buffer[16] = "unchanged";
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    check_equal(write(ends[1], "overwritten", 12), 12);
    long pid = fork();
    if (!pid)
        exit(read(ends[0], buffer, 12) != 12 || strcmp(buffer, "overwritten"));
    struct exit_status status;
    check_equal(wait(&status), pid);
    check_equal(status.code, 0);
    check(!strcmp(buffer, "unchanged"));
}

static void take_all_memory(uint64_t step)
{
    for (;;) {
        long memory = sbrk((long)step);
        if (memory < 0)
            exit(1);
        for (uint64_t at = 0; at < step; at += PAGE)
            ((volatile char *)memory)[at] = 1;
    }
}

TEST(memory_runs_out_for_one_process_alone)
{
    struct exit_status status = run_child(take_all_memory, MIB);
    check(status.reason == ENDED_NO_MEMORY || status.code == 1);
    char *memory = (char *)sbrk(100 * PAGE);
    fill(memory, 100 * PAGE, 4);
    check(holds(memory, 100 * PAGE, 4));
}

/* Is most of the memory in use? Yes where the kernel does not tell. */
static bool memory_is_scarce(void)
{
    struct system_status status;
    return system_stat(&status) < 0 || status.free_pages * PAGE < 8 * MIB;
}

/* Forking when memory is nearly gone either works or says so. */
static void fork_without_memory(uint64_t step)
{
    while (sbrk((long)step) > 0) {
        long end = sbrk(0);
        for (long at = end - (long)step; at < end; at += (long)PAGE)
            ((volatile char *)at)[0] = 1;
        if (!memory_is_scarce())
            continue;
        long pid = fork();
        if (!pid)
            exit(0);
        if (pid < 0)
            exit(pid == -ENOMEM || pid == -EAGAIN ? 0 : 1);
        wait(NULL);
    }
}

TEST(fork_fails_cleanly_without_memory)
{
    struct exit_status status = run_child(fork_without_memory, MIB / 4);
    check(status.reason == ENDED_NO_MEMORY || status.code == 0);
}
