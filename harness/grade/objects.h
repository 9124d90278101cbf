/*
 * The course's own objects, built once and taken over by many gradings. Made from the course alone,
 * in the sandbox, before any submission is there; a grading copies them into its own tree with
 * their times, and make builds what the submission changes and what depends on that.
 */
#ifndef HARNESS_GRADE_OBJECTS_H
#define HARNESS_GRADE_OBJECTS_H

#include "grade/sandbox.h"
#include "grade/work.h"
#include "stage/course.h"

/*
 * Builds the tree of lab `upto` as it is without a submission, and leaves it in `folder`, which is
 * made. What is there already is good. -1 with *error, and no folder: gradings then build all.
 */
int objects_make(const struct course *course, unsigned upto, enum sandbox_tier tier,
                 const char *folder, struct error *error);

/*
 * Copies them into work->tree, which is empty, for *tree to be built there. If that fails, it is
 * left empty; so it is if *tree has sources that the course's has not, as a new header may come
 * before one that an object was made with.
 */
void objects_take(const char *folder, const struct tree *tree, const struct work *work);

/*
 * The path of the tree that they were built in, to free(): it stands in what they say of their
 * sources. "" if it is not known.
 */
char *objects_origin(const char *folder);

#endif
