/*
 * Firmware for a QEMU that ignores writes to mstatus.MPV, as 10.0.11 to 11.1 do. OpenSBI hands a
 * guest's illegal instruction on to HS-mode by clearing that bit before its mret; there the bit
 * stays set, and the guest runs at HS-mode's trap vector, in VS-mode, for ever. A board may as well
 * delegate illegal instructions, so that they never come by the firmware; so a copy of it is made
 * to do that:
 *
 *     csrw medeleg, rs   →   j added      added: csrw  medeleg, rs
 *     …                      back: …             csrsi medeleg, 1 << EXC_INST_ILLEGAL
 *                                                j     back
 */
#include "machine/firmware.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

#define MPV_LOST_MAJOR 10 /* the first version of QEMU that ignores the write … */
#define MPV_LOST_MINOR 0
#define MPV_LOST_MICRO 11

#define FIRMWARE_NAME "opensbi-riscv64-generic-fw_dynamic.bin"
#define FIRMWARE_MOST (4u << 20)

/* Instructions, RISC-V Unprivileged ISA, chapter "Zicsr": csr is bits 31:20, rs1 or a number bits
 * 19:15, funct3 bits 14:12, rd bits 11:7. */
#define CSRW_MEDELEG       0x30201073u /* rd = x0; rs1 is any */
#define CSRW_MASK          0xfff07fffu
#define CSRSI_MEDELEG_BIT2 0x30226073u /* 1 << 2: illegal instruction */

#define ADDED_BYTES 16 /* three instructions, and aligned */
#define ROOM_LEAST  64 /* zeros, before it counts as room */
#define MOST_WRITES 8
#define REACH       (1u << 20) /* of a jump, either way */

static uint32_t word_at(const unsigned char *image, size_t at)
{
    uint32_t word;
    memcpy(&word, image + at, sizeof(word));
    return word;
}

static void put_word(unsigned char *image, size_t at, uint32_t word)
{
    memcpy(image + at, &word, sizeof(word));
}

/* jal x0: imm[20|10:1|11|19:12] in bits 31:12. */
static uint32_t jump(size_t from, size_t to)
{
    uint32_t offset = (uint32_t)(to - from);
    return 0x6fu | (offset >> 20 & 1) << 31 | (offset >> 1 & 0x3ff) << 21 |
           (offset >> 11 & 1) << 20 | (offset >> 12 & 0xff) << 12;
}

/* The longest run of zeros: what pads code and constants up to the writable part. */
static size_t find_room(const unsigned char *image, size_t bytes, size_t *length)
{
    size_t best = 0, run = 0;
    *length = 0;
    for (size_t i = 0; i < bytes; i++) {
        run = image[i] == 0 ? run + 1 : 0;
        if (run > *length) {
            *length = run;
            best = i + 1 - run;
        }
    }
    return best;
}

static void delegate_at(unsigned char *image, size_t write, size_t added)
{
    put_word(image, added, word_at(image, write));
    put_word(image, added + 4, CSRSI_MEDELEG_BIT2);
    put_word(image, added + 8, jump(added + 8, write + 4));
    put_word(image, write, jump(write, added));
}

int firmware_delegate_illegal(unsigned char *image, size_t bytes, struct error *error)
{
    size_t length, room = find_room(image, bytes, &length);
    size_t writes[MOST_WRITES], count = 0;
    if (bytes > REACH || length < ROOM_LEAST + sizeof(writes) / sizeof(writes[0]) * ADDED_BYTES)
        return error_fault(error, "there is no room in it for more instructions");
    for (size_t at = 0; at + sizeof(uint32_t) <= bytes && count < MOST_WRITES; at += 2) {
        if ((word_at(image, at) & CSRW_MASK) == CSRW_MEDELEG)
            writes[count++] = at;
    }
    if (count == 0)
        return error_fault(error, "it never writes medeleg");
    room = (room + ROOM_LEAST) & ~(size_t)(ADDED_BYTES - 1); /* zeros before may be a constant */
    for (size_t i = 0; i < count; i++)
        delegate_at(image, writes[i], room + i * ADDED_BYTES);
    return 0;
}

char *firmware_path(const char *binary)
{
    char *program = realpath(binary, NULL);
    char *slash = program ? strrchr(program, '/') : NULL;
    if (slash != NULL) {
        char *path =
            format_string("%.*s/../share/qemu/" FIRMWARE_NAME, (int)(slash - program), program);
        free(program);
        if (access(path, R_OK) == 0)
            return path;
        free(path);
    }
    return copy_string("/usr/share/qemu/" FIRMWARE_NAME);
}

static bool loses_mpv(const struct qemu_version *version)
{
    if (version->major != MPV_LOST_MAJOR)
        return version->major > MPV_LOST_MAJOR;
    return version->minor > MPV_LOST_MINOR || version->micro >= MPV_LOST_MICRO;
}

int firmware_open(const char *binary, const struct qemu_version *version, int *fd,
                  struct error *error)
{
    struct buffer image = {0};
    *fd = -1;
    if (!loses_mpv(version))
        return 0;
    char *path = firmware_path(binary);
    int result = file_read_bounded(path, FIRMWARE_MOST, &image, error);
    if (result == 0 &&
        firmware_delegate_illegal((unsigned char *)image.data, image.length, error) != 0)
        result = error_prefix(error, "firmware %s does not suit QEMU %u.%u.%u", path,
                              version->major, version->minor, version->micro);
    if (result == 0 && (*fd = file_nameless("firmware", error)) < 0)
        result = -1;
    if (result == 0 && write_all(*fd, image.data, image.length) != 0) {
        result = error_fault(error, "firmware: no memory for a copy of %s", path);
        close(*fd);
        *fd = -1;
    }
    buffer_free(&image);
    free(path);
    return result;
}
