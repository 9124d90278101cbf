/* What the tests of SBI calls share: a guest that calls, and what it is answered. */
#ifndef TESTS_UNIT_HV_SBI_CALLER_H
#define TESTS_UNIT_HV_SBI_CALLER_H

#include "boot/board.h"
#include "console/mux.h"
#include "hv/fake_machine.h"
#include "test.h"

static struct vm *vm;
static struct vcpu *caller;

static void begin(void)
{
    board.bootargs = "console=focus"; /* its bytes come out as they are */
    machine_begin(3);
    vm = &vms[2];
    caller = vm->vcpu[0];
    machine_enter(caller);
    mux_focus(vm);
    machine_forget_written();
}

#define ANSWERS(error_, value_, extension, function, ...)                                          \
    do {                                                                                           \
        struct sbi_result result_ = CALL(caller, extension, function, __VA_ARGS__);                \
        CU_ASSERT_EQUAL(result_.error, error_);                                                    \
        CU_ASSERT_EQUAL(result_.value, value_);                                                    \
    } while (0)

#endif
