/* Runs pipelines: a process for each command, in a group of their own. */
#include "user/sh/sh.h"

#define STATUS_NOT_FOUND 127

static void shell_fail(const char *what, long error)
{
    print_to(2, "sh: %s: %s\n", what, error_name(error));
}

/* Makes `from` the descriptor `to`, in a child that is about to run a program. */
static void move_descriptor(long from, long to)
{
    if (from == to)
        return;
    close(to);
    dup(from); /* takes the lowest that is free: those below `to` are in use */
    close(from);
}

static void redirect(const char *name, unsigned flags, long to)
{
    long descriptor = open(name, flags);
    if (descriptor < 0) {
        shell_fail(name, descriptor);
        exit(1);
    }
    move_descriptor(descriptor, to);
}

/* What a child does: connects its input and output, and becomes the program. */
_Noreturn static void become(const struct command *command, long input, long output)
{
    move_descriptor(input, 0);
    move_descriptor(output, 1);
    if (command->input)
        redirect(command->input, OPEN_READ, 0);
    if (command->output)
        redirect(command->output,
                 OPEN_WRITE | OPEN_CREATE | (command->append ? OPEN_APPEND : OPEN_TRUNCATE), 1);
    int status;
    if (run_builtin(command, 0, &status))
        exit(status);
    long error = exec(command->words[0], command->words);
    shell_fail(command->words[0], error);
    exit(STATUS_NOT_FOUND);
}

/* The processes of a pipeline, as they are started. */
struct job {
    long group; /* the pid of the first */
    long last;  /* the pid of the last: its status is the pipeline's */
    int running;
};

/* Starts one command; close_in_child is a descriptor that it must not hold, or -1. */
static bool start(struct job *job, const struct command *command, long input, long output,
                  long close_in_child)
{
    long pid = fork();
    if (pid < 0) {
        shell_fail("fork", pid);
        return false;
    }
    if (!pid) {
        group(0, job->group);
        if (close_in_child >= 0)
            close(close_in_child);
        become(command, input, output);
    }
    group(pid, job->group);
    if (!job->group)
        job->group = pid;
    job->last = pid;
    job->running++;
    return true;
}

/* Starts all commands of a pipeline, each one's output the next one's input. */
static bool start_all(struct job *job, const struct pipeline *pipeline)
{
    long input = 0;
    for (int i = 0; i < pipeline->count; i++) {
        int32_t ends[2] = {-1, 1};
        bool last = i + 1 == pipeline->count;
        long error = last ? 0 : pipe(ends);
        if (error < 0)
            shell_fail("pipe", error);
        bool started = error == 0 && start(job, &pipeline->commands[i], input, ends[1], ends[0]);
        if (input)
            close(input);
        if (ends[1] != 1)
            close(ends[1]);
        input = ends[0] < 0 ? 0 : ends[0];
        if (started)
            continue;
        if (input)
            close(input);
        return false;
    }
    return true;
}

/* Waits until no process of the job is left. Others that end meanwhile were in the background.
 * Returns the status of the job's last command. */
static int wait_for(struct job *job)
{
    int result = 1;
    while (job->running) {
        struct exit_status status;
        long pid = wait(&status);
        if (pid < 0)
            break;
        if (pid == job->last)
            result = status.code;
        describe_end(2, &status);
        job->running -= pid >= job->group && pid <= job->last;
    }
    return result;
}

static int run_pipeline(const struct pipeline *pipeline, int last_status)
{
    int status;
    const struct command *first = &pipeline->commands[0];
    bool alone = pipeline->count == 1 && !first->input && !first->output;
    if (alone && run_builtin(first, last_status, &status))
        return status;

    struct job job = {0};
    bool started = start_all(&job, pipeline);
    if (pipeline->connector == CONNECT_BACKGROUND) {
        print_to(2, "[%ld]\n", job.last);
        return 0;
    }
    foreground(job.group);
    status = wait_for(&job);
    foreground(0);
    return started ? status : 1;
}

/* The word with the status in place of its marks: itself, or a copy in the line's text. */
static char *expand(struct line *line, char *word, int status)
{
    if (!word || !strchr(word, STATUS_MARK))
        return word;
    char *copy = line->text + line->used;
    for (; *word; word++) {
        size_t room = sizeof(line->text) - line->used;
        int wrote = *word == STATUS_MARK ? format_text(line->text + line->used, room, "%d", status)
                                         : format_text(line->text + line->used, room, "%c", *word);
        if ((size_t)wrote >= room)
            break;
        line->used += (size_t)wrote;
    }
    line->text[line->used++] = 0;
    return copy;
}

static void expand_all(struct line *line, struct pipeline *pipeline, int status)
{
    for (int i = 0; i < pipeline->count; i++) {
        struct command *command = &pipeline->commands[i];
        for (int word = 0; word < command->count; word++)
            command->words[word] = expand(line, command->words[word], status);
        command->input = expand(line, command->input, status);
        command->output = expand(line, command->output, status);
    }
}

int run_line(struct line *line, int last_status)
{
    int status = last_status;
    for (int i = 0; i < line->count; i++) {
        enum connector before = i ? line->pipelines[i - 1].connector : CONNECT_THEN;
        if ((before == CONNECT_AND && status) || (before == CONNECT_OR && !status))
            continue;
        expand_all(line, &line->pipelines[i], status);
        status = run_pipeline(&line->pipelines[i], status);
    }
    return status;
}
