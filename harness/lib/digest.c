/* Fields with their lengths, hashed by nettle. */
#include "lib/digest.h"

#include <stdio.h>
#include <string.h>

#include "lib/buffer.h"
#include "lib/file.h"

void digest_begin(struct digest *digest)
{
    sha256_init(&digest->context);
}

void digest_number(struct digest *digest, uint64_t number)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
    sha256_update(&digest->context, sizeof(bytes), bytes);
}

void digest_add(struct digest *digest, const void *data, size_t bytes)
{
    digest_number(digest, bytes);
    sha256_update(&digest->context, bytes, data);
}

void digest_text(struct digest *digest, const char *text)
{
    digest_add(digest, text, strlen(text));
}

void digest_file(struct digest *digest, const char *path)
{
    struct buffer bytes = {0};
    struct error ignored;
    if (file_read(path, &bytes, &ignored) == 0) {
        digest_add(digest, buffer_string(&bytes), bytes.length);
    } else {
        digest_number(digest, UINT64_MAX);
    }
    buffer_free(&bytes);
}

void digest_end(struct digest *digest, char text[DIGEST_CHARACTERS])
{
    uint8_t bytes[SHA256_DIGEST_SIZE];
    sha256_digest(&digest->context, sizeof(bytes), bytes);
    for (unsigned i = 0; i < sizeof(bytes); i++) {
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
}
