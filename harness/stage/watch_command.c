/* coach watch: builds and boots a learner's tree anew at each save. */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "lib/buffer.h"
#include "stage/learner.h"

#define QUIET_MS 100 /* an editor writes several files, or one several times */
#define EVENTS   (IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_CREATE)

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    char ***more = state->input;
    if (key != ARGP_KEY_ARG) {
        return ARGP_ERR_UNKNOWN;
    }
    (void)argument;
    *more = state->argv + state->next - 1;
    state->next = state->argc;
    return 0;
}

static const struct argp watch_argp = {
    NULL,
    parse_option,
    "[-- OPTION…]",
    "Build and boot the tree around this folder, as `coach try` does, and do so again whenever a "
    "file "
    "in hv/ or guest-os/ is saved; a run that is still under way is ended. Ctrl-C ends it. OPTIONs "
    "go "
    "to `coach try`.",
    NULL,
    NULL,
    NULL,
};

/* Watches a folder and those in it. */
static void add_folder(int watch, const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return;
    }
    inotify_add_watch(watch, path, EVENTS);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
            char *inside = format_string("%s/%s", path, entry->d_name);
            add_folder(watch, inside);
            free(inside);
        }
    }
    closedir(folder);
}

static int open_watch(const char *root)
{
    static const char *const folders[] = {"hv", "guest-os"};
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    for (size_t i = 0; watch >= 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
        char *path = format_string("%s/%s", root, folders[i]);
        add_folder(watch, path);
        free(path);
    }
    return watch;
}

/* Whether a source was saved among what has happened; hidden files and backups are none. */
static bool was_saved(int watch)
{
    char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool saved = false;
    for (ssize_t bytes; (bytes = read(watch, events, sizeof(events))) > 0;) {
        for (char *at = events; at < events + bytes;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            const char *name = event->len > 0 ? event->name : "";
            size_t length = strlen(name);
            saved |= length > 0 && name[0] != '.' && name[length - 1] != '~' &&
                     strstr(name, ".sw") == NULL;
            at += sizeof(*event) + event->len;
        }
    }
    return saved;
}

static pid_t start(const char *root, char **more)
{
    const char *words[64] = {"coach", "try", "--tree", root};
    size_t count = 4;
    if (more != NULL) {
        words[count++] = "--";
    }
    for (; more != NULL && *more != NULL && count < 63; more++) {
        words[count++] = *more;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (freopen("/dev/null", "r", stdin) == NULL) {
            _exit(127);
        }
        execv("/proc/self/exe", (char *const *)words);
        _exit(127);
    }
    setpgid(child, child);
    return child;
}

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    stopped = number;
}

static void end(pid_t child)
{
    kill(-child, SIGTERM);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        continue;
    }
}

static int watch(const char *root, char **more, struct error *error)
{
    struct learner learner;
    if (learner_read(root, &learner, error) != 0) {
        return -1;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    while (!stopped) {
        int saves =
            open_watch(root); /* before the run, so that no save is missed; new folders too */
        if (saves < 0) {
            return error_fault(error, "files cannot be watched: %s", strerror(errno));
        }
        pid_t child = start(root, more);
        struct pollfd ready = {.fd = saves, .events = POLLIN};
        bool told = false;
        while (!stopped && !(poll(&ready, 1, told ? -1 : QUIET_MS) > 0 && was_saved(saves))) {
            if (!told && waitpid(child, NULL, WNOHANG) == child) {
                child = -1;
                told = true;
                printf("coach: waits for a file to be saved\n");
                fflush(stdout);
            }
        }
        if (child > 0) {
            end(child);
        }
        while (!stopped && poll(&ready, 1, QUIET_MS) > 0) {
            was_saved(saves);
        }
        close(saves);
    }
    return 0;
}

static int watch_command(int argc, char **argv)
{
    char **more = NULL;
    struct error error = {0};
    if (argp_parse(&watch_argp, argc, argv, ARGP_IN_ORDER, NULL, &more) != 0) {
        return COACH_USAGE;
    }
    char *root = learner_root(".");
    int status = watch(root, more, &error);
    free(root);
    return status == 0 ? COACH_OK : error_report(&error);
}

COACH_COMMAND(watch, watch_command, "build and boot a learner's tree at each save");
