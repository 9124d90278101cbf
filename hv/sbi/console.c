/*
 * The guest's console: Debug Console (SBI specification 2.0, chapter 12) and the legacy calls
 * (chapter 5), both on the shared console.
 */
#include "boot/init.h"
#include "boot/options.h"
#include "console/mux.h"
#include "memory/guest_memory.h"
#include "sbi/sbi.h"
#include "vm/vm.h"

#define BYTES_PER_CALL 1024 /* more is left to the guest's next call: no exit takes long */
#define CHUNK          128

static uint64_t bytes_per_call = BYTES_PER_CALL;

/* Option dbcn=BYTES: a call moves less, but never nothing. */
static void console_calls_init(void)
{
    uint64_t asked = option_number("dbcn", bytes_per_call);

    if (asked > 0 && asked < bytes_per_call)
        bytes_per_call = asked;
}

/* Writes those bytes to the console. All of them are in the guest's own RAM: the caller checked. */
static uint64_t write_out(struct vcpu *vcpu, uint64_t gpa, uint64_t bytes)
{
    char chunk[CHUNK];
    uint64_t done = 0;

    while (done < bytes) {
        size_t part = bytes - done < CHUNK ? bytes - done : CHUNK;
        guest_memory_read(vcpu->vm, gpa + done, chunk, part);
        mux_write(vcpu->vm, chunk, part);
        done += part;
    }
    return done;
}

static uint64_t read_in(struct vcpu *vcpu, uint64_t gpa, uint64_t bytes)
{
    uint64_t done = 0;
    int byte;

    while (done < bytes && (byte = mux_read(vcpu->vm)) >= 0) {
        char letter = (char)byte;
        guest_memory_write(vcpu->vm, gpa + done, &letter, 1);
        done++;
    }
    return done;
}

static struct sbi_result debug_console(struct vcpu *vcpu, uint64_t function)
{
    uint64_t bytes = vcpu->x[REG_A0], gpa = vcpu->x[REG_A1], gpa_high = vcpu->x[REG_A2];
    char byte = (char)vcpu->x[REG_A0];

    if (function == SBI_DBCN_WRITE_BYTE) {
        mux_write(vcpu->vm, &byte, 1);
        return (struct sbi_result){SBI_SUCCESS, 0};
    }
    if (function != SBI_DBCN_WRITE && function != SBI_DBCN_READ)
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    if (gpa_high != 0 || !guest_memory_holds(vcpu->vm, gpa, bytes))
        return (struct sbi_result){SBI_ERR_INVALID_PARAM, 0};
    if (bytes > bytes_per_call)
        bytes = bytes_per_call;
    if (function == SBI_DBCN_WRITE)
        return (struct sbi_result){SBI_SUCCESS, write_out(vcpu, gpa, bytes)};
    return (struct sbi_result){SBI_SUCCESS, read_in(vcpu, gpa, bytes)};
}

static void serve_debug_console(struct vcpu *vcpu, uint64_t function)
{
    sbi_return(vcpu, debug_console(vcpu, function));
}

static void legacy_putchar(struct vcpu *vcpu, uint64_t function)
{
    char byte = (char)vcpu->x[REG_A0];

    (void)function;
    mux_write(vcpu->vm, &byte, 1);
    vcpu->x[REG_A0] = 0;
}

static void legacy_getchar(struct vcpu *vcpu, uint64_t function)
{
    (void)function;
    vcpu->x[REG_A0] = (uint64_t)(int64_t)mux_read(vcpu->vm);
}

HV_INIT(INIT_TABLES, console_calls_init);
HV_OPTION("dbcn");
HV_SBI(SBI_EXT_DBCN, serve_debug_console);
HV_SBI(SBI_LEGACY_CONSOLE_PUTCHAR, legacy_putchar);
HV_SBI(SBI_LEGACY_CONSOLE_GETCHAR, legacy_getchar);
