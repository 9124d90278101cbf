/* An operator's line: what it orders, and of whom. */
#include "model/order.h"

#include "test.h"

static void a_line_names_a_vm(void)
{
    CU_ASSERT_EQUAL(order_of("kill a", "a", 0), ORDER_END);
    CU_ASSERT_EQUAL(order_of("  destroy   a  ", "a", 0), ORDER_END);
    CU_ASSERT_EQUAL(order_of("pause 2", "c", 2), ORDER_PAUSE);
    CU_ASSERT_EQUAL(order_of("resume 2 ", "c", 2), ORDER_RUN);
    CU_ASSERT_EQUAL(order_of("restart long-name", "long-name", 0), ORDER_ANEW);
    CU_ASSERT_EQUAL(order_of("create b", "b", 1), ORDER_ANEW);
    CU_ASSERT_EQUAL(order_of("console b", "b", 1), ORDER_FOCUS);
    CU_ASSERT_EQUAL(order_of("quit", "a", 0), ORDER_END);
}

static void what_concerns_it_not(void)
{
    CU_ASSERT_EQUAL(order_of("kill b", "a", 0), ORDER_NONE);
    CU_ASSERT_EQUAL(order_of("kill ab", "a", 0), ORDER_NONE);
    CU_ASSERT_EQUAL(order_of("kill 10", "b", 1), ORDER_NONE);
    CU_ASSERT_EQUAL(order_of("kill", "a", 0), ORDER_NONE);
    CU_ASSERT_EQUAL(order_of("", "a", 0), ORDER_NONE);
    CU_ASSERT_EQUAL(order_of("stat a", "a", 0), ORDER_NONE);
    CU_ASSERT_EQUAL(order_of("killer a", "a", 0), ORDER_NONE);
}

TEST_SUITE(model_order, {"a line names a VM by name or number", a_line_names_a_vm},
           {"what does not concern it is nothing", what_concerns_it_not});
