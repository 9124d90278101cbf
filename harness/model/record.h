/*
 * What a VM shows at one exit or entry, as the model sees it: written down for a comparison of two
 * runs (check/secrets.h).
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "model/model.h"

struct model_record {
    uint64_t instructions; /* of all harts, when it was */
    uint32_t hart;
    uint32_t entry;   /* 1: an entry; 0: an exit */
    int32_t vm, vcpu; /* place in the bundle */
    struct model_state state;
};

#endif
