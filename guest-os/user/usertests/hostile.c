/* Programs that mean ill, or have lost their way: they end, and nothing else happens. */
#include "user/usertests/test.h"

#define ILLEGAL_INSTRUCTION 2
#define BREAKPOINT          3

#define KERNEL_IMAGE 0x80200000ul

/* Addresses at which no program may have the kernel read or write for it. */
static const uint64_t bad_addresses[] = {
    0,
    8,
    0x40000000,
    0x7ffffff8,
    0x7fffffff,
    0x80000000,
    KERNEL_IMAGE,
    1ul << 38,
    0xffffffc000002000ul,
    ~0ul - 7,
    ~0ul,
    1ul << 63,
};
#define BAD_ADDRESSES (sizeof(bad_addresses) / sizeof(bad_addresses[0]))

TEST(bad_addresses_in_write)
{
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    for (size_t i = 0; i < BAD_ADDRESSES; i++) {
        check_equal(raw_call(SYS_WRITE, (uint64_t)ends[1], bad_addresses[i], 8), -EFAULT);
        check_equal(raw_call(SYS_WRITE, 1, bad_addresses[i], 8), -EFAULT);
    }
}

TEST(bad_addresses_in_read)
{
    long file = open("motd", OPEN_READ), directory = open("/", OPEN_READ);
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    check_equal(write(ends[1], "12345678", 8), 8);
    for (size_t i = 0; i < BAD_ADDRESSES; i++) {
        check_equal(raw_call(SYS_READ, (uint64_t)file, bad_addresses[i], 8), -EFAULT);
        check_equal(raw_call(SYS_READ, (uint64_t)directory, bad_addresses[i], 64), -EFAULT);
        check_equal(raw_call(SYS_READ, (uint64_t)ends[0], bad_addresses[i], 8), -EFAULT);
    }
}

TEST(bad_addresses_in_names)
{
    for (size_t i = 0; i < BAD_ADDRESSES; i++) {
        check_equal(raw_call(SYS_OPEN, bad_addresses[i], OPEN_READ, 0), -EFAULT);
        check_equal(raw_call(SYS_REMOVE, bad_addresses[i], 0, 0), -EFAULT);
        check_equal(raw_call(SYS_EXEC, bad_addresses[i], 0, 0), -EFAULT);
    }
}

TEST(bad_addresses_in_exec)
{
    for (size_t i = 0; i < BAD_ADDRESSES; i++) {
        uint64_t array[2] = {bad_addresses[i], 0};
        check_equal(raw_call(SYS_EXEC, (uint64_t) "echo", bad_addresses[i], 0), -EFAULT);
        if (bad_addresses[i])
            check_equal(raw_call(SYS_EXEC, (uint64_t) "echo", (uint64_t)array, 0), -EFAULT);
    }
}

TEST(bad_addresses_in_pipe)
{
    for (size_t i = 0; i < BAD_ADDRESSES; i++)
        check_equal(raw_call(SYS_PIPE, bad_addresses[i], 0, 0), -EFAULT);
    check_equal(open("motd", OPEN_READ), 3); /* no descriptor is left behind */
}

/* The child is not lost when its status cannot be delivered. */
TEST(bad_addresses_in_wait)
{
    long pid = fork();
    if (!pid)
        exit(9);
    for (size_t i = 1; i < BAD_ADDRESSES; i++)
        check_equal(raw_call(SYS_WAIT, bad_addresses[i], 0, 0), -EFAULT);
    struct exit_status status;
    check_equal(wait(&status), pid);
    check_equal(status.code, 9);
}

static const char read_only[64] = "a constant";

TEST(kernel_respects_read_only_memory)
{
    long file = open("motd", OPEN_READ);
    check_equal(read(file, (void *)(uintptr_t)read_only, 8), -EFAULT);
    check_equal(raw_call(SYS_PIPE, (uint64_t)read_only, 0, 0), -EFAULT);
    check(!strcmp(read_only, "a constant"));
}

/* A buffer that begins well and ends beyond the heap. */
TEST(buffers_that_run_out)
{
    long page = sbrk(4096);
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    check_equal(write(ends[1], (void *)(page + 4000), 200), -EFAULT);
    long file = open("poem", OPEN_READ);
    check_equal(read(file, (void *)(page + 4000), 200), -EFAULT);
    char name[2] = "x";
    check_equal(raw_call(SYS_OPEN, (uint64_t)page + 4095, OPEN_READ, 0) < 0, 1);
    memset((void *)page, 'n', 4096);
    check_equal(raw_call(SYS_OPEN, (uint64_t)page + 4090, OPEN_READ, 0), -EFAULT);
    check_equal(open(name, OPEN_READ), -ENOENT);
}

static void execute(uint64_t which)
{
    switch (which) {
    case 0:
        __asm__ volatile(".word 0");
        return;
    case 1:
        __asm__ volatile(".word 0xffffffff");
        return;
    case 2:
        __asm__ volatile("csrr t0, sstatus" : : : "t0");
        return;
    case 3:
        __asm__ volatile("csrw satp, zero");
        return;
    case 4:
        __asm__ volatile("sret");
        return;
    case 5:
        __asm__ volatile("sfence.vma");
        return;
    case 6:
        __asm__ volatile("csrw stvec, zero");
        return;
    case 7:
        __asm__ volatile("csrr t0, mhartid" : : : "t0");
        return;
    case 8:
        __asm__ volatile("csrci sstatus, 2");
        return;
    default:
        exit(1);
    }
}

TEST(illegal_instructions_end_the_process)
{
    for (uint64_t which = 0; which <= 8; which++)
        check_faults(execute, which, ILLEGAL_INSTRUCTION);
}

static void break_here(uint64_t unused)
{
    (void)unused;
    __asm__ volatile("ebreak");
}

TEST(breakpoint_ends_the_process)
{
    check_faults(break_here, 0, BREAKPOINT);
}

static void without_stack(uint64_t pointer)
{
    __asm__ volatile("mv sp, %0\n"
                     "sd zero, 0(sp)"
                     :
                     : "r"(pointer));
}

TEST(broken_stack_pointers)
{
    check_faults(without_stack, 0, 15);
    check_faults(without_stack, KERNEL_IMAGE, 15);
    check_faults(without_stack, ~7ul, 15);
}

/* The kernel finds its way with any values in sp, gp and tp. */
static void call_with_broken_registers(uint64_t value)
{
    __asm__ volatile("mv sp, %0\n"
                     "mv gp, %0\n"
                     "mv tp, %0\n"
                     "li a7, %1\n"
                     "ecall\n"
                     "li a0, 77\n"
                     "li a7, %2\n"
                     "ecall"
                     :
                     : "r"(value), "i"(SYS_GETPID), "i"(SYS_EXIT)
                     : "a0", "a7");
}

TEST(broken_registers_in_system_calls)
{
    for (size_t i = 0; i < BAD_ADDRESSES; i++)
        check_equal(run_child(call_with_broken_registers, bad_addresses[i]).code, 77);
}

extern long registers_survive(void);

TEST(registers_survive_system_calls)
{
    check_equal(registers_survive(), 0);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

/* An argument: a small number, a bad address, a good address, or anything. */
static uint64_t random_argument(uint64_t *state)
{
    static char memory[8192];
    switch (next_random(state) % 4) {
    case 0:
        return next_random(state) % 20;
    case 1:
        return bad_addresses[next_random(state) % BAD_ADDRESSES];
    case 2:
        return (uint64_t)memory + next_random(state) % sizeof(memory);
    default:
        return next_random(state);
    }
}

/* May a process call this with nonsense? It would stop, block, multiply, or disturb others. */
static bool is_safe(uint64_t number)
{
    static const uint8_t unsafe[] = {SYS_EXIT,     SYS_FORK,       SYS_WAIT,   SYS_KILL,
                                     SYS_SHUTDOWN, SYS_READ,       SYS_WRITE,  SYS_SLEEP,
                                     SYS_GROUP,    SYS_FOREGROUND, SYS_REMOVE, SYS_OPEN};
    for (size_t i = 0; i < sizeof(unsafe); i++) {
        if (unsafe[i] == number)
            return false;
    }
    return true;
}

static void call_at_random(uint64_t seed)
{
    for (int i = 0; i < 2000; i++) {
        uint64_t number = next_random(&seed) % 64;
        uint64_t a0 = random_argument(&seed), a1 = random_argument(&seed);
        if (is_safe(number))
            raw_call(number, a0, a1, random_argument(&seed));
    }
}

TEST(random_system_calls)
{
    for (uint64_t seed = 1; seed <= 5; seed++)
        run_child(call_at_random, seed * 0x9e3779b97f4a7c15ul);
    check_equal(run_child(call_at_random, 42).reason >= 0, 1);
}
