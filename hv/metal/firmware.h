/* Calls of the firmware below (OpenSBI), for metal/ alone. */
#ifndef HV_METAL_FIRMWARE_H
#define HV_METAL_FIRMWARE_H

#include <stdint.h>

struct firmware_result {
    int64_t error;
    uint64_t value;
};

struct firmware_result firmware_call(uint64_t extension, uint64_t function, uint64_t arg0,
                                     uint64_t arg1, uint64_t arg2);
void firmware_set_timer(uint64_t deadline);

#endif
