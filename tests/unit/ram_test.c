/* The machine's RAM: bounds, wrap-around, a file that shrinks under the reader. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine/ram.h"
#include "test.h"

#define BASE  0x80000000ull
#define BYTES (1u << 20)

static int make_file(void)
{
    int file = memfd_create("ram_test", 0);

    CU_ASSERT_EQUAL_FATAL(ftruncate(file, BYTES), 0);
    return file;
}

static void addresses_outside_give_nothing(void)
{
    uint8_t memory[256] = {0};
    struct ram ram;

    ram_from_memory(&ram, memory, BASE, sizeof(memory));
    CU_ASSERT_PTR_EQUAL(ram_at(&ram, BASE, 256), memory);
    CU_ASSERT_PTR_EQUAL(ram_at(&ram, BASE + 255, 1), memory + 255);
    CU_ASSERT_PTR_NOT_NULL(ram_at(&ram, BASE + 256, 0));
    CU_ASSERT_PTR_NULL(ram_at(&ram, BASE + 255, 2));
    CU_ASSERT_PTR_NULL(ram_at(&ram, BASE - 1, 1));
    CU_ASSERT_PTR_NULL(ram_at(&ram, BASE, 257));
    CU_ASSERT_PTR_NULL(ram_at(&ram, BASE + 16, UINT64_MAX));
    CU_ASSERT_PTR_NULL(ram_at(&ram, UINT64_MAX, 2));
    CU_ASSERT_PTR_NULL(ram_at(&ram, 0, 1));
}

static void shows_what_is_written_into_the_file(void)
{
    int file = make_file();
    struct ram ram;
    struct error error;
    uint32_t word = 0;

    CU_ASSERT_EQUAL(ram_open(&ram, file, BASE, BYTES, &error), 0);
    CU_ASSERT_EQUAL(pwrite(file, "\x78\x56\x34\x12", 4, 4096), 4);
    CU_ASSERT_TRUE(ram_copy(&ram, BASE + 4096, &word, 4));
    CU_ASSERT_EQUAL(word, 0x12345678);
    ram_close(&ram);
    close(file);
}

static void refuses_a_file_that_is_too_short(void)
{
    int file = make_file();
    struct ram ram;
    struct error error;

    CU_ASSERT_EQUAL(ram_open(&ram, file, BASE, BYTES + 1, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "shorter"));
    CU_ASSERT_EQUAL(ram_open_path(&ram, "/nowhere/ram", BASE, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/nowhere/ram"));
    close(file);
}

static void notices_that_the_file_was_cut(void)
{
    int file = make_file();
    struct ram ram;
    struct error error;
    uint8_t byte;

    CU_ASSERT_EQUAL(ram_open(&ram, file, BASE, BYTES, &error), 0);
    CU_ASSERT_TRUE(ram_alive(&ram));
    CU_ASSERT_EQUAL(ftruncate(file, 4096), 0);
    CU_ASSERT_FALSE(ram_alive(&ram));
    CU_ASSERT_FALSE(ram_copy(&ram, BASE + 8192, &byte, 1));
    ram_close(&ram);
    close(file);
}

static void read_beyond_the_end(void *argument)
{
    const struct ram *ram = argument;
    volatile const uint8_t *byte = ram_at(ram, BASE + 8192, 1);

    (void)*byte;
}

static void do_nothing(void *argument)
{
    (void)argument;
}

static void a_guarded_read_survives_the_cut(void)
{
    int file = make_file();
    struct ram ram;
    struct error error;

    CU_ASSERT_EQUAL(ram_open(&ram, file, BASE, BYTES, &error), 0);
    CU_ASSERT_TRUE(ram_guarded(read_beyond_the_end, &ram));
    CU_ASSERT_EQUAL(ftruncate(file, 4096), 0);
    CU_ASSERT_FALSE(ram_guarded(read_beyond_the_end, &ram));
    CU_ASSERT_TRUE(ram_guarded(do_nothing, NULL));
    ram_close(&ram);
    close(file);
}

TEST_SUITE(ram, {"addresses outside give nothing", addresses_outside_give_nothing},
           {"the mapping shows what is written into the file", shows_what_is_written_into_the_file},
           {"a file that is too short is refused", refuses_a_file_that_is_too_short},
           {"a file that was cut is noticed", notices_that_the_file_was_cut},
           {"a guarded read survives the cut", a_guarded_read_survives_the_cut});
