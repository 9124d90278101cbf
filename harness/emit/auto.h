/* --emit auto: finds out on which course platform coach runs. */
#ifndef HARNESS_EMIT_AUTO_H
#define HARNESS_EMIT_AUTO_H

/*
 * The argument for result_emit that fits where coach runs: Gradescope, PrairieLearn, Classroom 50,
 * CodeGrade, GitLab CI or Jenkins, by the files and variables that each documents; else
 * "terminal". Any argument but "auto" comes back as it is. Static storage.
 */
const char *emit_resolve(const char *argument);

#endif
