/*
 * stress [WORKERS [ROUNDS]]: each worker, in each round, computes with integers and floating
 * point, writes and checks memory, forks a child, sends bytes through a pipe and sleeps.
 * Exits with 0 if all that came out right in all of them.
 */
#include "user/lib/user.h"

#define MEMORY_BYTES (64 * 1024)

static uint64_t mix(uint64_t value)
{
    value ^= value << 13;
    value ^= value >> 7;
    return value ^ value << 17;
}

/* The sum of 1/k², k to n, computed twice with everything else going on in between. */
static bool floating_point_holds(uint64_t seed)
{
    double up = 0, again = 0;
    int terms = 1000 + (int)(seed % 1000);
    for (int k = 1; k <= terms; k++)
        up += 1.0 / ((double)k * k);
    for (int k = 1; k <= terms; k++)
        again += 1.0 / ((double)k * k);
    return up == again && up > 1.6 && up < 1.65;
}

static bool memory_holds(uint64_t *memory, uint64_t seed)
{
    uint64_t value = seed;
    for (size_t i = 0; i < MEMORY_BYTES / sizeof(*memory); i++)
        memory[i] = value = mix(value);
    yield();
    value = seed;
    for (size_t i = 0; i < MEMORY_BYTES / sizeof(*memory); i++) {
        value = mix(value);
        if (memory[i] != value)
            return false;
    }
    return true;
}

/* A child sends the seed back through a pipe, from memory that it shares after fork. */
static bool child_answers(uint64_t seed)
{
    int32_t ends[2];
    uint64_t answer = 0;
    if (pipe(ends) < 0)
        return false;
    long pid = fork();
    if (!pid)
        exit(write(ends[1], &seed, sizeof(seed)) != sizeof(seed));
    close(ends[1]);
    bool right = pid > 0 && read(ends[0], &answer, sizeof(answer)) == sizeof(answer);
    close(ends[0]);
    struct exit_status status = {.code = 1};
    if (pid > 0)
        wait(&status);
    return right && answer == seed && status.code == 0;
}

static int work(uint64_t seed, long rounds)
{
    long memory = sbrk(MEMORY_BYTES);
    if (memory < 0)
        fail("stress", "sbrk", memory);
    for (long round = 0; round < rounds; round++) {
        seed = mix(seed);
        if (!floating_point_holds(seed) || !memory_holds((uint64_t *)memory, seed) ||
            !child_answers(seed)) {
            print_to(2, "stress: wrong in round %ld of process %ld\n", round, getpid());
            return 1;
        }
        sleep((long)(seed % 3000));
    }
    return 0;
}

int main(int count, char **arguments)
{
    long workers = 4, rounds = 10;
    if (count > 3 || (count > 1 && (!parse_number(arguments[1], &workers) || workers < 1)) ||
        (count > 2 && (!parse_number(arguments[2], &rounds) || rounds < 1))) {
        print_to(2, "usage: stress [WORKERS [ROUNDS]]\n");
        return 2;
    }
    long started = 0;
    for (; started < workers; started++) {
        long pid = fork();
        if (pid < 0)
            break;
        if (!pid)
            exit(work(0x9e3779b97f4a7c15ul * (uint64_t)(started + 1), rounds));
    }
    bool bad = started < workers;
    for (long i = 0; i < started; i++) {
        struct exit_status status = {.code = 1};
        wait(&status);
        bad |= status.code != 0;
    }
    printf("stress: %ld workers, %ld rounds: %s\n", started, rounds, bad ? "wrong" : "right");
    return bad;
}
