/* hv/lib/lock.c: one hart at a time, in the order in which they came; misuse is a panic. */
#include "lib/lock.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "test.h"
#include <pthread.h>
#include <string.h>

#define HARTS 3
#define TURNS 1000

static struct lock first = LOCK_INIT("first", LOCK_RANK_GSTAGE);
static struct lock second = LOCK_INIT("second", LOCK_RANK_FRAMES);
static struct lock sibling = LOCK_INIT("sibling", LOCK_RANK_GSTAGE);

static void begin(void)
{
    memset(harts, 0, sizeof harts);
    for (unsigned i = 0; i < HART_MAX; i++)
        harts[i].id = harts[i].index = i;
    first = (struct lock)LOCK_INIT("first", LOCK_RANK_GSTAGE);
    second = (struct lock)LOCK_INIT("second", LOCK_RANK_FRAMES);
    sibling = (struct lock)LOCK_INIT("sibling", LOCK_RANK_GSTAGE);
    fake_hart = &harts[0];
    locks_matter = true;
}

static void end(void)
{
    fake_hart = &harts[0];
    locks_matter = false;
}

static void a_lock_knows_who_has_it(void)
{
    begin();
    CU_ASSERT_FALSE(lock_is_held(&first));
    lock_take(&first);
    CU_ASSERT_TRUE(lock_is_held(&first));
    CU_ASSERT_PTR_EQUAL(first.owner, &harts[0]);
    fake_hart = &harts[1];
    CU_ASSERT_FALSE(lock_is_held(&first));
    fake_hart = &harts[0];
    lock_release(&first);
    CU_ASSERT_FALSE(lock_is_held(&first));
    CU_ASSERT_PTR_NULL(first.owner);
    end();
}

static uint64_t counter;

static void *count_under_the_lock(void *hart)
{
    fake_hart = hart;
    for (unsigned i = 0; i < TURNS; i++) {
        lock_take(&first);
        uint64_t seen = counter;
        lock_take(&second);
        counter = seen + 1;
        lock_release(&second);
        lock_release(&first);
    }
    return NULL;
}

static void no_two_harts_have_it_at_once(void)
{
    pthread_t thread[HARTS];

    begin();
    counter = 0;
    for (unsigned i = 0; i < HARTS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL, count_under_the_lock, &harts[i]), 0);
    for (unsigned i = 0; i < HARTS; i++)
        pthread_join(thread[i], NULL);
    CU_ASSERT_EQUAL(counter, HARTS * TURNS);
    CU_ASSERT_EQUAL(harts[1].locks_held, 0);
    CU_ASSERT_PTR_NULL(harts[1].awaits);
    end();
}

static void *take_and_note(void *hart)
{
    fake_hart = hart;
    lock_take(&first);
    counter = counter * 10 + fake_hart->index;
    lock_release(&first);
    return NULL;
}

/* Each comes when the one before it has drawn its ticket. */
static void harts_get_it_in_the_order_in_which_they_came(void)
{
    pthread_t thread[HARTS];

    begin();
    counter = 0;
    lock_take(&first);
    for (unsigned i = 0; i < HARTS; i++) {
        pthread_create(&thread[i], NULL, take_and_note, &harts[HARTS - i]);
        while (__atomic_load_n(&first.next, __ATOMIC_ACQUIRE) != i + 2)
            hart_relax();
    }
    lock_release(&first);
    for (unsigned i = 0; i < HARTS; i++)
        pthread_join(thread[i], NULL);
    CU_ASSERT_EQUAL(counter, 321);
    end();
}

static void whoever_waits_is_seen_to_and_has_a_deadline(void)
{
    pthread_t thread;

    begin();
    harts[1].clock = 4711;
    fake_machine.armed = 0;
    lock_take(&first);
    pthread_create(&thread, NULL, take_and_note, &harts[1]);
    while (__atomic_load_n(&harts[1].awaits, __ATOMIC_ACQUIRE) != &first)
        hart_relax();
    lock_release(&first);
    pthread_join(thread, NULL);
    CU_ASSERT_PTR_NULL(harts[1].awaits);
    CU_ASSERT_EQUAL(fake_machine.armed, 4711); /* the hart's own deadline, again */
    end();
}

static void a_lock_taken_twice_is_a_bug(void)
{
    begin();
    lock_take(&first);
    CU_ASSERT_TRUE(PANICS(lock_take(&first)));
    CU_ASSERT_PTR_NOT_NULL(strstr(fake_panic_message, "lock \"first\": hart 0 takes it twice"));
    end();
}

static void locks_are_taken_in_the_order_of_their_ranks(void)
{
    begin();
    lock_take(&first);
    lock_take(&second);
    lock_release(&first); /* in any order */
    CU_ASSERT_TRUE(PANICS(lock_take(&first)));
    lock_release(&second);
    lock_take(&first);
    CU_ASSERT_TRUE(PANICS(lock_take(&sibling))); /* one of a rank */
    CU_ASSERT_PTR_NOT_NULL(strstr(fake_panic_message, "lock \"sibling\" of rank 2"));
    end();
}

static void only_its_owner_releases_it(void)
{
    begin();
    CU_ASSERT_TRUE(PANICS(lock_release(&first)));
    lock_take(&first);
    fake_hart = &harts[1];
    CU_ASSERT_TRUE(PANICS(lock_release(&first)));
    CU_ASSERT_PTR_NOT_NULL(strstr(fake_panic_message, "hart 1 releases it"));
    end();
}

static void tickets_count_around(void)
{
    begin();
    first.next = first.serving = UINT32_MAX;
    for (unsigned i = 0; i < 3; i++) {
        lock_take(&first);
        lock_release(&first);
    }
    CU_ASSERT_EQUAL(first.serving, 2);
    end();
}

static void one_hart_does_without(void)
{
    begin();
    locks_matter = false;
    lock_take(&first);
    CU_ASSERT_EQUAL(first.next, 0);
    CU_ASSERT_TRUE(lock_is_held(&first));
    lock_release(&first);
    end();
}

TEST_SUITE(
    hv_lock, {"a lock knows who has it", a_lock_knows_who_has_it},
    {"no two harts have it at once", no_two_harts_have_it_at_once},
    {"harts get it in the order in which they came", harts_get_it_in_the_order_in_which_they_came},
    {"whoever waits is seen to and has a deadline", whoever_waits_is_seen_to_and_has_a_deadline},
    {"a lock taken twice is a bug", a_lock_taken_twice_is_a_bug},
    {"locks are taken in the order of their ranks", locks_are_taken_in_the_order_of_their_ranks},
    {"only its owner releases it", only_its_owner_releases_it},
    {"tickets count around", tickets_count_around},
    {"one hart does without", one_hart_does_without});
