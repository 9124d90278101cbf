/*
 * Names that stand for numbers in checks: causes, SBI extensions and errors, ends of a VM, kinds
 * of wake-up. The names are those that Linux KVM, the SBI specification and abi/ have.
 */
#ifndef CHECK_NAMES_H
#define CHECK_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number that the name stands for; false: none. */
bool name_number(const char *name, size_t length, uint64_t *number);

/* A name for a field's value if one reads better than the number; else NULL. */
const char *number_name(const char *field, uint64_t number);

#endif
