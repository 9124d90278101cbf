/* The version that `coach --version` and the reports give. */
#ifndef HARNESS_VERSION_H
#define HARNESS_VERSION_H

#define COACH_VERSION "coach 0.1"

#endif
