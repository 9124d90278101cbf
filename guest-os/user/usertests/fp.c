/* Floating-point registers belong to a process, like the others. */
#include "user/usertests/test.h"

/* Loads `value` into all 32 FP registers, waits `rounds` system calls, and compares. Returns
 * true if all are as they were. (fp_registers.S) */
bool fp_hold(double value, long rounds);

static void hold(uint64_t seed)
{
    exit(fp_hold((double)seed + 0.5, 50) ? 0 : 1);
}

TEST(fp_registers_survive_switches)
{
    enum { CHILDREN = 4 };
    for (uint64_t i = 0; i < CHILDREN; i++) {
        if (!fork())
            hold(i);
    }
    for (int i = 0; i < CHILDREN; i++) {
        struct exit_status status;
        check(wait(&status) > 0);
        check_equal(status.code, 0);
    }
}

static uint64_t bits_of_f7(void)
{
    uint64_t bits;
    __asm__ volatile("fmv.x.d %0, f7" : "=r"(bits));
    return bits;
}

static void check_zero(uint64_t unused)
{
    (void)unused;
    char *arguments[] = {"usertests", "fp_registers_begin_with_zero", NULL};
    __asm__ volatile("fmv.d.x f7, %0" : : "r"(0x1234567812345678ul) : "f7");
    exec("usertests", arguments);
}

/* Runs itself once more, after exec, from a process with other values in the registers. */
TEST(fp_registers_begin_with_zero)
{
    check_equal(bits_of_f7(), 0);
}

TEST(fp_registers_are_cleared_by_exec)
{
    int32_t ends[2];
    char text[128];
    check_equal(pipe(ends), 0);
    long pid = fork();
    if (!pid) {
        close(1);
        dup(ends[1]);
        close(ends[0]);
        close(ends[1]);
        check_zero(0);
    }
    close(ends[1]);
    while (read(ends[0], text, sizeof(text)) > 0)
        continue;
    struct exit_status status;
    check_equal(wait(&status), pid);
    check_equal(status.code, 0);
}

TEST(fp_registers_are_copied_by_fork)
{
    uint64_t pattern = 0x400921fb54442d18ul;
    __asm__ volatile("fmv.d.x f7, %0" : : "r"(pattern) : "f7");
    long pid = fork();
    if (!pid)
        exit(bits_of_f7() == pattern ? 0 : 1);
    struct exit_status status;
    check_equal(wait(&status), pid);
    check_equal(status.code, 0);
    check_equal(bits_of_f7(), pattern);
}

TEST(fp_rounding_mode_is_kept)
{
    uint64_t mode;
    __asm__ volatile("csrwi frm, 2");
    sleep(1000);
    if (!fork())
        exit(0);
    wait(NULL);
    __asm__ volatile("csrr %0, frm" : "=r"(mode));
    check_equal(mode, 2);
}
