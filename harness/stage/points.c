/* A learner's points so far; see points.h. */
#include "stage/points.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/buffer.h"
#include "lib/file.h"

#define FILE_MOST 4096

void points_read(const char *folder, struct points *points)
{
    struct buffer text = {0};
    struct error ignored;
    char *path = format_string("%s/%s", folder, POINTS_FILE);
    *points = (struct points){0};
    if (file_read_bounded(path, FILE_MOST, &text, &ignored) == 0) {
        unsigned lab, got, of;
        int used = 0;
        for (const char *at = buffer_string(&text);
             sscanf(at, " %u %u %u%n", &lab, &got, &of, &used) == 3; at += used) {
            if (lab < POINTS_LABS) {
                points->known[lab] = true;
                points->got[lab] = got;
                points->of[lab] = of;
            }
        }
    }
    buffer_free(&text);
    free(path);
}

void points_note(const char *folder, unsigned lab, unsigned got, unsigned of)
{
    struct points points;
    struct buffer text = {0};
    struct error ignored;
    points_read(folder, &points);
    if (lab < POINTS_LABS) {
        points.known[lab] = true;
        points.got[lab] = got;
        points.of[lab] = of;
    }
    for (unsigned i = 0; i < POINTS_LABS; i++) {
        if (points.known[i]) {
            buffer_printf(&text, "%u %u %u\n", i, points.got[i], points.of[i]);
        }
    }
    char *path = format_string("%s/%s", folder, POINTS_FILE);
    file_write(path, buffer_string(&text), text.length, &ignored);
    free(path);
    buffer_free(&text);
}
