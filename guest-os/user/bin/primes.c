/*
 * primes [LIMIT]: finds the primes below a limit by a chain of processes, one a prime, each of
 * which lets through a pipe what its own prime does not divide (after McIlroy and Hoare).
 * Without a limit it counts primes by trial division for ever, to keep a processor busy.
 */
#include "user/lib/user.h"

/* Passes on, from one pipe to the next, the numbers that the prime does not divide. */
_Noreturn static void filter(int32_t prime, long input, long output)
{
    int32_t number;
    while (read(input, &number, sizeof(number)) == sizeof(number)) {
        if (number % prime)
            write(output, &number, sizeof(number));
    }
    close(output);
    struct exit_status status;
    wait(&status);
    exit(status.code);
}

/* The first number that arrives is a prime: filters by it, and lets a child find the next. */
_Noreturn static void find_primes(long input)
{
    int32_t prime, next[2];
    while (read(input, &prime, sizeof(prime)) == sizeof(prime)) {
        printf("%d\n", prime);
        long error = pipe(next);
        if (error < 0)
            fail("primes", "pipe", error);
        long child = fork();
        if (child < 0)
            fail("primes", "fork", child);
        if (child) {
            close(next[0]);
            filter(prime, input, next[1]);
        }
        close(input);
        close(next[1]);
        input = next[0];
    }
    exit(0);
}

_Noreturn static void sieve(int32_t limit)
{
    int32_t first[2];
    long error = pipe(first);
    if (error < 0)
        fail("primes", "pipe", error);
    long child = fork();
    if (child < 0)
        fail("primes", "fork", child);
    if (!child) {
        close(first[1]);
        find_primes(first[0]);
    }
    close(first[0]);
    for (int32_t number = 2; number < limit; number++)
        write(first[1], &number, sizeof(number));
    close(first[1]);
    struct exit_status status;
    wait(&status);
    exit(status.code);
}

static bool is_prime(long number)
{
    for (long divisor = 2; divisor * divisor <= number; divisor++) {
        if (number % divisor == 0)
            return false;
    }
    return true;
}

_Noreturn static void count_for_ever(void)
{
    long found = 0, shown = uptime();
    for (long number = 2;; number++) {
        found += is_prime(number);
        if (uptime() - shown < 1000000)
            continue;
        shown = uptime();
        printf("primes: %ld below %ld\n", found, number);
    }
}

int main(int count, char **arguments)
{
    long limit = 0;
    if (count > 2 || (count == 2 && (!parse_number(arguments[1], &limit) || limit < 3))) {
        print_to(2, "usage: primes [LIMIT]\n");
        return 2;
    }
    if (limit)
        sieve((int32_t)limit);
    count_for_ever();
}
