/*
 * Has an archive or a repository parsed in the sandbox: by this same program (`coach intake`),
 * which sees the open archive, or a copy of the repository, and leaves what it found in one file.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/intake.h"
#include "grade/sandbox.h"
#include "lib/file.h"

#define PACKED_MOST (INTAKE_TOTAL_MOST + (64u << 20)) /* with all the names */

static const struct sandbox_limits reading_limits =
    SANDBOX_STEP(.cpu_seconds = 20, .total_seconds = 40, .file_bytes = PACKED_MOST, .processes = 16,
                 .output_bytes = 8000);

/* This program, in memory: the sandbox's user may not be let to where it lies. */
static int own_program(struct error *error)
{
    int own = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), copy = -1;
    struct stat status;
    if (own < 0 || fstat(own, &status) != 0) {
        error_fault(error, "coach's own program cannot be read: %s", strerror(errno));
    } else {
        copy = file_nameless("coach", error);
    }
    off_t left = copy >= 0 ? status.st_size : 0;
    while (left > 0) {
        ssize_t more = sendfile(copy, own, NULL, (size_t)left);
        if (more <= 0) {
            error_fault(error, "coach's own program cannot be copied: %s", strerror(errno));
            close(copy);
            copy = -1;
            break;
        }
        left -= more;
    }
    if (own >= 0) {
        close(own);
    }
    if (copy >= 0) {
        fchmod(copy, 0555);
    }
    return copy;
}

/* What the reader said as it gave up, on a line of its own. */
static int told(const struct sandbox_end *end, struct error *error)
{
    const char *line = buffer_string(&end->output);
    int status = end->process.exited ? end->process.status : 0;
    int signal = status > 128 ? status - 128 : end->process.signal; /* as bubblewrap tells it */
    if (end->stop == SANDBOX_STARVED) {
        return error_fault(error,
                           "its reader was not given its processor time within %u s: this "
                           "machine is busy with other things",
                           reading_limits.wall_seconds);
    }
    if (end->stop == SANDBOX_OUT_OF_TIME || signal == SIGXCPU) {
        return error_failed(error, "takes more than %u s of processor time to read",
                            reading_limits.cpu_seconds);
    }
    if (signal != 0 && signal != SIGKILL) {
        return error_failed(error, "is damaged: its reader was ended by signal %d (%s)", signal,
                            strsignal(signal));
    }
    if (status > INTAKE_TOLD && status <= INTAKE_TOLD + COACH_FAULT && line[0] != '\0') {
        error_set(error, "%s", line);
        error->status = (enum coach_status)(status - INTAKE_TOLD);
        return -1;
    }
    return error_fault(error, "cannot be read in the sandbox: status %d, signal %d: %.300s", status,
                       signal, line);
}

static int take_result(struct intake *intake, const char *work, struct error *error)
{
    char *path = format_string("%s/found", work);
    struct buffer packed = {0};
    struct stat status;
    int result = -1;
    if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        error_failed(error, "cannot be read: its reader left nothing");
    } else if (file_read_bounded(path, PACKED_MOST, &packed, error) == 0) {
        result = intake_unpack(intake, &packed, error);
    }
    buffer_free(&packed);
    free(path);
    return result;
}

static int run_reader(struct intake *intake, const char *work, int input, const char *revision,
                      struct error *error)
{
    enum sandbox_tier tier;
    const char *const argv[] = {"coach", "intake", revision != NULL ? "git" : "archive", revision,
                                NULL};
    int program =
        sandbox_find(&tier, error) == 0 && sandbox_own(work, error) == 0 ? own_program(error) : -1;
    if (program < 0) {
        return -1;
    }
    struct sandbox_job job = {.argv = argv,
                              .work = work,
                              .has_program = true,
                              .program = program,
                              .has_input = input >= 0,
                              .input = input,
                              .limits = reading_limits};
    struct sandbox_end end;
    int result = sandbox_run(tier, &job, &end, error);
    if (result == 0) {
        bool good = end.stop == SANDBOX_ENDED && end.process.exited && end.process.status == 0;
        result = good ? take_result(intake, work, error) : told(&end, error);
        buffer_free(&end.output);
    }
    close(program);
    return result;
}

int intake_inside_archive(struct intake *intake, int file, struct error *error)
{
    char *work = folder_temporary(error);
    int result = work != NULL ? run_reader(intake, work, file, NULL, error) : -1;
    folder_remove(work);
    free(work);
    close(file);
    return result;
}

int intake_inside_git(struct intake *intake, int folder, const char *revision, struct error *error)
{
    char *work = folder_temporary(error);
    char *copy = work != NULL ? format_string("%s/repository", work) : NULL;
    int result = -1;
    if (work == NULL || mkdir(copy, 0755) != 0) {
        if (work != NULL) {
            error_fault(error, "%s: %s", copy, strerror(errno));
        }
        close(folder);
    } else if (repository_copy(folder, copy, error) == 0) {
        result = run_reader(intake, work, -1, revision, error);
    }
    folder_remove(work);
    free(copy);
    free(work);
    return result;
}
