/* Parsing and checking of VM descriptions. */
#include "bundle/spec.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/buffer.h"
#include "lib/quantity.h"

#define KEYS "image, memory, vcpus, initrd, args, weight, cap, name, manual"

/* Takes one value from *text up to a single comma or the end; the value is to free(). */
static char *take_value(const char **text, struct error *error)
{
    struct buffer value = {0};
    const char *next = *text;
    char quote = *next == '"' || *next == '\'' ? *next : '\0';
    if (quote != '\0')
        next++;
    for (; *next != '\0' && *next != quote; next++) {
        if (quote == '\0' && *next == ',' && *++next != ',') {
            next--;
            break;
        }
        buffer_add(&value, next, 1);
    }
    if (quote != '\0' && *next++ != quote) {
        error_set(error, "%s: the quote is not closed", *text);
        buffer_free(&value);
        return NULL;
    }
    if (*next != '\0' && *next != ',') {
        error_set(error, "\"%s\": expected a comma after the closing quote", next);
        buffer_free(&value);
        return NULL;
    }
    *text = *next == ',' ? next + 1 : next;
    buffer_reserve(&value, 0);
    return value.data;
}

static int set_name(struct vm_spec *spec, const char *value, struct error *error)
{
    if (*value == '\0' || strlen(value) >= BUNDLE_NAME_BYTES)
        return error_set(error, "name \"%s\": expected 1 to %d characters", value,
                         BUNDLE_NAME_BYTES - 1);
    snprintf(spec->name, sizeof(spec->name), "%s", value);
    return 0;
}

static int set_number(uint32_t *field, const char *key, const char *value, uint64_t least,
                      uint64_t most, struct error *error)
{
    uint64_t number;
    if (number_parse(key, value, least, most, &number, error) != 0)
        return -1;
    *field = (uint32_t)number;
    return 0;
}

static int set_switch(bool *field, const char *key, const char *value, struct error *error)
{
    *field = strcmp(value, "yes") == 0 || strcmp(value, "on") == 0;
    if (*field || strcmp(value, "no") == 0 || strcmp(value, "off") == 0)
        return 0;
    return error_set(error, "%s \"%s\": expected yes or no", key, value);
}

static int set_text(char **field, const char *value)
{
    free(*field);
    *field = copy_string(value);
    return 0;
}

static int set(struct vm_spec *spec, const char *key, const char *value, struct error *error)
{
    if (strcmp(key, "image") == 0)
        return set_text(&spec->image, value);
    if (strcmp(key, "initrd") == 0)
        return set_text(&spec->initrd, value);
    if (strcmp(key, "args") == 0)
        return set_text(&spec->args, value);
    if (strcmp(key, "name") == 0)
        return set_name(spec, value, error);
    if (strcmp(key, "memory") == 0)
        return size_parse(value, &spec->memory, error);
    if (strcmp(key, "vcpus") == 0)
        return set_number(&spec->vcpus, key, value, 1, BUNDLE_MAX_VCPUS, error);
    if (strcmp(key, "weight") == 0)
        return set_number(&spec->weight, key, value, 1, 10000, error);
    if (strcmp(key, "cap") == 0)
        return set_number(&spec->cap, key, value, 0, 100 * BUNDLE_MAX_VCPUS, error);
    if (strcmp(key, "manual") == 0)
        return set_switch(&spec->manual, key, value, error);
    return error_set(error, "key \"%s\" is unknown; expected one of " KEYS, key);
}

static int take_pair(const char **text, struct vm_spec *spec, struct error *error)
{
    size_t length = strcspn(*text, "=,");
    if (length == 0 || (*text)[length] != '=')
        return error_set(error, "\"%.*s\": expected KEY=VALUE", (int)length, *text);
    char *key = format_string("%.*s", (int)length, *text);
    *text += length + 1;
    char *value = take_value(text, error);
    int result = value ? set(spec, key, value, error) : -1;
    free(value);
    free(key);
    return result;
}

int vm_spec_parse(const char *text, struct vm_spec *spec, struct error *error)
{
    *spec = (struct vm_spec){.memory = VM_DEFAULT_MEMORY, .vcpus = 1, .weight = 1};
    const char *next = text;
    int result = 0;
    while (*next != '\0' && result == 0)
        result = take_pair(&next, spec, error);
    if (result == 0)
        result = vm_spec_check(spec, error);
    if (result != 0) {
        error_prefix(error, "--vm %s", text);
        vm_spec_free(spec);
    }
    return result;
}

static int check_name(const char *name, struct error *error)
{
    for (const char *c = name; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            return error_set(error, "name \"%s\": expected letters, digits, _ and - only", name);
    }
    return 0;
}

int vm_spec_check(const struct vm_spec *spec, struct error *error)
{
    if (spec->image == NULL || *spec->image == '\0')
        return error_set(error, "image=FILE is missing");
    if (spec->memory == 0 || spec->memory % 4096 != 0)
        return error_set(error,
                         "memory of %llu bytes: expected a multiple of 4096 above 0, such as 64M",
                         (unsigned long long)spec->memory);
    if (spec->memory > 1ull << 40)
        return error_set(error, "memory of %llu MiB: at most 1T",
                         (unsigned long long)(spec->memory >> 20));
    if (spec->vcpus < 1 || spec->vcpus > BUNDLE_MAX_VCPUS)
        return error_set(error, "vcpus %u: expected 1 to %d", spec->vcpus, BUNDLE_MAX_VCPUS);
    if (spec->weight < 1 || spec->weight > 10000)
        return error_set(error, "weight %u: expected 1 to 10000", spec->weight);
    if (spec->cap > 100 * spec->vcpus)
        return error_set(error, "cap %u: expected at most %u, percent of %u vCPU%s", spec->cap,
                         100 * spec->vcpus, spec->vcpus, spec->vcpus == 1 ? "" : "s");
    return check_name(spec->name, error);
}

/* The file's name without folders and suffix, with other characters made '-'. */
static void name_from_image(const char *image, char name[BUNDLE_NAME_BYTES])
{
    const char *base = strrchr(image, '/');
    base = base ? base + 1 : image;
    size_t length = strcspn(base, ".");
    if (length == 0)
        length = strlen(base);
    snprintf(name, BUNDLE_NAME_BYTES - 3, "%.*s", (int)length, base);
    for (char *c = name; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_')
            *c = '-';
    }
    if (*name == '\0')
        snprintf(name, BUNDLE_NAME_BYTES, "vm");
}

static bool taken(const struct vm_spec *specs, unsigned count, unsigned self, const char *name)
{
    for (unsigned i = 0; i < count; i++) {
        if (i != self && strcmp(specs[i].name, name) == 0)
            return true;
    }
    return false;
}

static void give_name(struct vm_spec *specs, unsigned count, unsigned self)
{
    char base[BUNDLE_NAME_BYTES], name[BUNDLE_NAME_BYTES + 12];
    name_from_image(specs[self].image, base);
    snprintf(name, sizeof(name), "%s", base);
    for (unsigned number = 2; taken(specs, count, self, name); number++)
        snprintf(name, sizeof(name), "%s-%u", base, number);
    memcpy(specs[self].name, name, BUNDLE_NAME_BYTES);
}

int vm_specs_name(struct vm_spec *specs, unsigned count, struct error *error)
{
    for (unsigned i = 0; i < count; i++) {
        if (specs[i].name[0] != '\0' && taken(specs, count, i, specs[i].name))
            return error_set(error, "two VMs are called \"%s\"; names must differ", specs[i].name);
    }
    for (unsigned i = 0; i < count; i++) {
        if (specs[i].name[0] == '\0')
            give_name(specs, count, i);
    }
    return 0;
}

void vm_spec_free(struct vm_spec *spec)
{
    free(spec->image);
    free(spec->initrd);
    free(spec->args);
    *spec = (struct vm_spec){0};
}

int vm_list_add(struct vm_list *list, const char *text, struct error *error)
{
    if (list->count == BUNDLE_MAX_VMS)
        return error_set(error, "--vm %s: a bundle holds at most %d VMs", text, BUNDLE_MAX_VMS);
    if (vm_spec_parse(text, &list->vm[list->count], error) != 0)
        return -1;
    list->count++;
    return 0;
}

void vm_list_free(struct vm_list *list)
{
    for (unsigned i = 0; i < list->count; i++)
        vm_spec_free(&list->vm[i]);
    list->count = 0;
}
