/*
 * The report that every probe guest keeps at one guest-physical address, for a judge outside
 * that reads it from the machine's RAM. The image already holds the header, so that a judge can
 * tell "a probe that never ran" from "no probe"; everything else is written as the probe runs.
 */
#ifndef ABI_PROBE_H
#define ABI_PROBE_H

#include <stdint.h>

#define PROBE_REPORT_GPA 0x80201000ull
#define PROBE_MAGIC      "SGPROBE1" /* 8 bytes, no terminator */
#define PROBE_VERSION    1
#define PROBE_COUNTERS   32
#define PROBE_CANARIES   64
#define PROBE_MAX_VCPUS  8
#define PROBE_TEXT_BYTES 2048

/* Verdicts, which are also the codes that a probe exits with (SBI_PV_EXIT). */
enum probe_verdict {
    PROBE_PASSED = 0,
    PROBE_FAILED = 1,  /* a fact that the probe states is not so; why, expected, found say which */
    PROBE_UNABLE = 2,  /* something that the probe needs is not there; why says what */
    PROBE_TRAPPED = 3, /* a trap that no probe asked for */
    PROBE_IDLE = 0xfe, /* in the image: the probe has not begun */
    PROBE_BUSY = 0xff, /* at work */
};

struct probe_report {
    char magic[8];     /* PROBE_MAGIC */
    uint32_t version;  /* PROBE_VERSION */
    uint32_t bytes;    /* sizeof(struct probe_report) */
    char name[24];     /* NUL-padded */
    uint64_t seed;     /* of all that the probe draws, from the option seed= */
    uint64_t rounds;   /* finished so far */
    uint32_t verdict;  /* enum probe_verdict */
    uint32_t code;     /* that it exits with, once verdict is not BUSY */
    uint64_t facts;    /* stated so far */
    uint64_t failures; /* of those, not so */
    char why[112];     /* the first failure, NUL-terminated */
    uint64_t expected; /* of the first failure, */
    uint64_t found;    /* likewise */
    uint64_t
        progress[PROBE_MAX_VCPUS]; /* grows while that vCPU gets on; its meaning: the probe's */
    uint64_t counters[PROBE_COUNTERS];
    char counter_names[PROBE_COUNTERS][24]; /* NUL-padded; empty: not in use */
    uint64_t canary[PROBE_CANARIES];        /* [i] == probe_canary(seed, i) from begin to end */
    char text[PROBE_TEXT_BYTES];            /* the last of what it said, also with no console */
    uint64_t text_bytes;                    /* said since the beginning; it wraps in text[] */
    uint64_t reserved[29];
};

_Static_assert(sizeof(struct probe_report) == 4096, "the report fills its page");

/* One step of SplitMix64 (Steele, Lea, Flood 2014): the pattern for `index` under `seed`. */
static inline uint64_t probe_pattern(uint64_t seed, uint64_t index)
{
    uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15ull;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

/* What canary[index] must hold in a probe that runs under `seed`. */
static inline uint64_t probe_canary(uint64_t seed, uint64_t index)
{
    return probe_pattern(seed ^ 0x5347434e41525931ull, index);
}

#endif
