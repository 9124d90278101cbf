/* CRC-32 as IEEE 802.3, zlib and abi/bundle.h have it (reflected, polynomial EDB88320). */
#ifndef HARNESS_LIB_CRC32_H
#define HARNESS_LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `crc`; 0 begins. crc32_update(crc32_update(0, a), b) is the CRC of a followed by b.
 */
uint32_t crc32_update(uint32_t crc, const void *data, size_t bytes);

#endif
