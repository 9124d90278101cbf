/*
 * bubblewrap: a file tree made of the system's programs (read-only), what the job may read, and
 * its own folder; own process, network, IPC and host-name spaces. The same paths as outside, so
 * that messages make sense.
 *
 * As root bubblewrap needs no user namespace, and so works where those are forbidden; the job
 * itself then becomes a user of its own through setpriv.
 */
#include "grade/wrap.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/hide.h"

struct words {
    const char **list;
    size_t count;
};

static void add(struct words *words, const char *word)
{
    words->list = reallocate(words->list, (words->count + 2) * sizeof(*words->list));
    words->list[words->count++] = word;
    words->list[words->count] = NULL;
}

static void add_all(struct words *words, const char *const *list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
        add(words, list[i]);
    }
}

/* A path that may be a link into /usr, as /lib is on merged systems, or a folder of its own. */
static void add_system_path(struct words *words, const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        return;
    }
    if (!S_ISLNK(status.st_mode)) {
        add_all(words, (const char *const[]){"--ro-bind", path, path, NULL});
        return;
    }
    char *target = allocate(1, 4097);
    if (readlink(path, target, 4096) > 0) {
        add_all(words, (const char *const[]){"--symlink", target, path, NULL});
    }
}

/* Makes the folders above `path` such that the job's user may pass; bwrap alone makes them 0700. */
static void add_folders_above(struct words *words, const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        char *above = copy_string(path);
        above[slash - path] = '\0';
        add_all(words, (const char *const[]){"--dir", above, NULL});
    }
}

static void add_mount(struct words *words, const char *how, const char *path)
{
    add_folders_above(words, path);
    add_all(words, (const char *const[]){how, path, path, NULL});
}

unsigned sandbox_user(void)
{
    uid_t real = geteuid();
    static unsigned chosen;
    if (real != 0) {
        return real;
    }
    if (chosen == 0) { /* a range that no distribution gives to people or services */
        chosen = 1800000000u + (unsigned)getpid() % 4194304u;
    }
    return chosen;
}

const char *const *wrap_command(const struct sandbox_job *job)
{
    struct words words = {0};
    bool root = geteuid() == 0;
    add_all(&words, (const char *const[]){"bwrap", "--unshare-pid", "--unshare-net",
                                          "--unshare-ipc", "--unshare-uts", "--die-with-parent",
                                          "--new-session", "--clearenv", NULL});
    if (!root) {
        add_all(&words, (const char *const[]){"--unshare-user", NULL});
    }
    add_all(&words, (const char *const[]){"--ro-bind", "/usr", "/usr", NULL});
    add_system_path(&words, "/bin");
    add_system_path(&words, "/lib");
    add_system_path(&words, "/lib64");
    for (const char *const *hidden = hide_list(); *hidden != NULL; hidden++) {
        add_all(&words, (const char *const[]){"--tmpfs", *hidden, NULL});
    }
    add_mount(&words, "--ro-bind-try", "/etc/ld.so.cache");
    add_mount(&words, "--ro-bind-try", "/etc/alternatives");
    add_all(&words,
            (const char *const[]){"--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", NULL});
    for (size_t i = 0; job->readable != NULL && job->readable[i] != NULL; i++) {
        add_mount(&words, "--ro-bind", job->readable[i]);
    }
    add_mount(&words, "--bind", job->work);
    add_all(&words, (const char *const[]){"--setenv", "PATH", "/usr/bin:/bin", "--setenv", "LC_ALL",
                                          "C.UTF-8", "--setenv", "TMPDIR", job->work, "--setenv",
                                          "HOME", "/nonexistent", "--setenv", "TZ", "UTC", NULL});
    if (root) {
        char *user = format_string("%u", sandbox_user());
        add_all(&words, (const char *const[]){
                            "--cap-drop", "ALL",        "--cap-add",      "CAP_SETUID",
                            "--cap-add",  "CAP_SETGID", "--cap-add",      "CAP_SETPCAP",
                            "--",         "setpriv",    "--reuid",        user,
                            "--regid",    user,         "--clear-groups", "--bounding-set",
                            "-all",       "--inh-caps", "-all",           "--no-new-privs",
                            NULL});
    }
    /* entered by the job's user, who alone may */
    add_all(&words,
            (const char *const[]){"--", "sh", "-c", "cd \"$0\" && exec \"$@\"", job->work, NULL});
    if (job->has_program) {
        add(&words, format_string("/proc/self/fd/%d", job->program));
        add_all(&words, job->argv + 1);
    } else {
        add_all(&words, job->argv);
    }
    return words.list;
}

/* The program that is running now, by its full path. */
static const char *this_program(void)
{
    char *path = allocate(1, 4097);
    return readlink("/proc/self/exe", path, 4096) > 0 ? path : "/proc/self/exe";
}

const char *const *wrap_machine(enum sandbox_tier tier, const char *work,
                                const char *const *readable)
{
    struct words words = {0};
    add_all(&words, (const char *const[]){this_program(), "confine", "--tier", sandbox_name(tier),
                                          "--work", work, NULL});
    for (size_t i = 0; readable != NULL && readable[i] != NULL; i++) {
        add_all(&words, (const char *const[]){"--read", readable[i], NULL});
    }
    for (const char *const *hidden = hide_list(); *hidden != NULL; hidden++) {
        add_all(&words, (const char *const[]){"--hide", *hidden, NULL});
    }
    add(&words, "--");
    return words.list;
}

static int give_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return lchown(path, sandbox_user(), sandbox_user());
}

int sandbox_own(const char *folder, struct error *error)
{
    if (geteuid() != 0) {
        return 0;
    }
    if (nftw(folder, give_one, 16, FTW_PHYS) != 0) {
        return error_fault(error, "%s: cannot give it to the sandbox's user: %s", folder,
                           strerror(errno));
    }
    return 0;
}
