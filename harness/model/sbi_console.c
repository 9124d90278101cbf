/* Debug Console, and the legacy console. SBI 2.0, 12 and 5. The bytes themselves are judged where
 * they leave the machine. */
#include "model/sbi.h"

MODEL_RULE(dbcn_bounds, "sbi.dbcn-bounds", "SBI 2.0, 12.1; 12.2",
           "The Debug Console takes memory that lies in the VM's RAM, all of it, and refuses any "
           "other with INVALID_PARAM.",
           "DBCN does not check its memory");
MODEL_RULE(
    dbcn_count, "sbi.dbcn-count", "SBI 2.0, 12.1; 12.2",
    "The Debug Console tells how many bytes it took or gave: never more than were asked for.",
    "DBCN tells a wrong count");
MODEL_RULE(dbcn_byte, "sbi.dbcn-byte", "SBI 2.0, 12.3", "Writing a byte succeeds, with value 0.",
           "DBCN refuses a byte");
MODEL_RULE(legacy_console, "sbi.legacy-console", "SBI 2.0, 5.2; 5.3",
           "The legacy console's putchar answers 0; its getchar a byte, or -1.",
           "legacy console answers wrongly");

static void answer(const struct model *model, const struct model_vcpu *vcpu, struct sbi_answer *to)
{
    const uint64_t *x = vcpu->at.x;
    bool inside = x[X_A2] == 0 && sbi_in_ram(model, vcpu, x[X_A1], x[X_A0]);

    to->errors = ERROR(SBI_SUCCESS);
    to->has_value = true;
    if (x[X_A6] == SBI_DBCN_WRITE_BYTE) {
        to->rule = &dbcn_byte;
        return;
    }
    to->rule = inside ? &dbcn_count : &dbcn_bounds;
    to->high = x[X_A0];
    if (!inside && x[X_A0] != 0)
        to->errors = ERROR(SBI_ERR_INVALID_PARAM);
    else if (!inside) /* nothing, from nowhere */
        to->errors |= ERROR(SBI_ERR_INVALID_PARAM);
}

static void putchar_answer(const struct model *model, const struct model_vcpu *vcpu,
                           struct sbi_answer *to)
{
    (void)model, (void)vcpu;
    *to = (struct sbi_answer){.rule = &legacy_console, .errors = ERROR(SBI_SUCCESS)};
}

static void getchar_answer(const struct model *model, const struct model_vcpu *vcpu,
                           struct sbi_answer *to)
{
    (void)model, (void)vcpu;
    *to = (struct sbi_answer){.rule = &legacy_console, .has_value = true, .high = 0xff};
}

MODEL_SBI(dbcn) = {SBI_EXT_DBCN, 3, answer, NULL, NULL};
MODEL_SBI(legacy_putchar) = {SBI_LEGACY_CONSOLE_PUTCHAR, 0, putchar_answer, NULL, NULL};
MODEL_SBI(legacy_getchar) = {SBI_LEGACY_CONSOLE_GETCHAR, 0, getchar_answer, NULL, NULL};
