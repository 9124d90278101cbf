/* What the tests of the machine's console say it shows. */
#ifndef TESTS_UNIT_HV_CONSOLE_FIXTURE_H
#define TESTS_UNIT_HV_CONSOLE_FIXTURE_H

#include "hv/fake_machine.h"
#include "test.h"

/* On the console stands this, and nothing else, since it was asked last. */
#define SHOWS(text)                                                                                \
    do {                                                                                           \
        CU_ASSERT_STRING_EQUAL(fake_machine.written, text);                                        \
        machine_forget_written();                                                                  \
    } while (0)

#endif
