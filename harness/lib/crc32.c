/* CRC-32, eight bytes a step with tables made once ("slicing by 8": Kounavis, Berry 2005). */
#include "lib/crc32.h"

#include <pthread.h>
#include <string.h>

#define POLYNOMIAL 0xedb88320u

static uint32_t table[8][256];

static void make_tables(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
        table[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int slice = 1; slice < 8; slice++) {
            uint32_t before = table[slice - 1][byte];
            table[slice][byte] = (before >> 8) ^ table[0][before & 0xff];
        }
    }
}

static uint32_t step8(uint32_t crc, const unsigned char *bytes)
{
    uint32_t result = 0;
    crc ^= (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
    for (int i = 0; i < 4; i++)
        result ^= table[7 - i][(crc >> (8 * i)) & 0xff] ^ table[3 - i][bytes[4 + i]];
    return result;
}

uint32_t crc32_update(uint32_t crc, const void *data, size_t bytes)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_tables);
    const unsigned char *next = data;
    crc = ~crc;
    for (; bytes >= 8; bytes -= 8, next += 8)
        crc = step8(crc, next);
    for (; bytes > 0; bytes--, next++)
        crc = (crc >> 8) ^ table[0][(crc ^ *next) & 0xff];
    return ~crc;
}
