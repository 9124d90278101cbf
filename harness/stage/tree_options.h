/* The command line of what works on a learner's tree: [DIR] [--course DIR]. */
#ifndef HARNESS_STAGE_TREE_OPTIONS_H
#define HARNESS_STAGE_TREE_OPTIONS_H

struct tree_options {
    const char *folder; /* as it was named, or NULL */
    const char *course; /* … or NULL: coach's own */
};

/* Parses it; `doc` is what --help says. As argp_parse: not 0 on an error, which was told. */
int tree_options_parse(int argc, char **argv, const char *doc, struct tree_options *options);

#endif
