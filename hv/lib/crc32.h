/* CRC-32 of IEEE 802.3 (reflected, polynomial 0xEDB88320), the one of zlib and Ethernet. */
#ifndef HV_LIB_CRC32_H
#define HV_LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Continues crc (0 to begin) over bytes of data. Costs 2 instructions a byte in long data (64 KiB),
 * 8 in short (1 KiB). Not reentrant: one caller at a time. */
uint32_t crc32(uint32_t crc, const void *data, size_t bytes);

#endif
