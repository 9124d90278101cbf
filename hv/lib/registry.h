/*
 * Registration through linker sections: a file adds a capability by placing an entry in a
 * table, and nobody edits a central list. The section's name is a C identifier, so the linker
 * defines __start_NAME and __stop_NAME around it; a table without any entry is simply empty.
 *
 *     REGISTRY(hv_init, struct init_entry);              declares the table
 *     REGISTER(hv_init, struct init_entry) = { … };      adds an entry, at file scope
 *     REGISTRY_EACH(hv_init, struct init_entry, entry)   loops over it
 */
#ifndef HV_LIB_REGISTRY_H
#define HV_LIB_REGISTRY_H

#define REGISTRY(section_name, type)                                                               \
    extern const type __start_##section_name[] __attribute__((weak, visibility("hidden")));        \
    extern const type __stop_##section_name[] __attribute__((weak, visibility("hidden")))

#define REGISTRY_PASTE(a, b)        a##b
#define REGISTRY_UNIQUE(name, line) REGISTRY_PASTE(name, line)

#define REGISTER(section_name, type)                                                               \
    static const type REGISTRY_UNIQUE(section_name##_entry_, __LINE__)                             \
        __attribute__((used, section(#section_name), aligned(8)))

#define REGISTRY_EACH(section_name, type, entry)                                                   \
    for (const type *entry = __start_##section_name; entry < __stop_##section_name; entry++)

#endif
