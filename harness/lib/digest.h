/* SHA-256 of bytes and files (nettle), for telling whether something is what it was. */
#ifndef HARNESS_LIB_DIGEST_H
#define HARNESS_LIB_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <nettle/sha2.h>

#define DIGEST_CHARACTERS 65 /* in hexadecimal, with the NUL behind them */

struct digest {
    struct sha256_ctx context;
};

void digest_begin(struct digest *digest);

/* Adds a field: its length goes in too, so that "ab", "c" is not "a", "bc". */
void digest_add(struct digest *digest, const void *data, size_t bytes);
void digest_text(struct digest *digest, const char *text);
void digest_number(struct digest *digest, uint64_t number);

/*
 * Adds the file's contents, or that it cannot be read: what was there and is gone is a change.
 */
void digest_file(struct digest *digest, const char *path);

void digest_end(struct digest *digest, char text[DIGEST_CHARACTERS]);

#endif
