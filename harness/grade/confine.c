/*
 * The parts of a sandbox that need no namespaces: resource limits, another user, Landlock and
 * seccomp. Each is set by system calls only, so that it can run between fork and exec.
 */
#include "grade/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "grade/hide.h"

/* Rights and scopes that came after the headers of Debian 12 (linux/landlock.h, ABI 3 to 6). */
#define FS_TRUNCATE  (1ull << 14)
#define FS_IOCTL_DEV (1ull << 15)
#define NET_ALL      3ull /* bind and connect TCP */
#define SCOPE_ALL    3ull /* abstract unix sockets, signals */

#define READ_RIGHTS                                                                                \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FILE_RIGHTS                                                                                \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |   \
     FS_TRUNCATE | FS_IOCTL_DEV)

struct ruleset_attributes {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

int confine_landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version < 0 ? 0 : (int)version;
}

static bool set_limit(int resource, struct rlimit limit)
{
    return setrlimit((__rlimit_resource_t)resource, &limit) == 0;
}

/* Threads that the user of jobs has now: the limit on processes counts each of them. */
static unsigned threads_now(void)
{
    unsigned count = 0;
    DIR *directory = opendir("/proc");
    if (directory == NULL) {
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        struct stat status;
        char tasks[sizeof(entry->d_name) + 8];
        snprintf(tasks, sizeof(tasks), "%s/task", entry->d_name);
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
            fstatat(dirfd(directory), tasks, &status, 0) == 0 && status.st_uid == sandbox_user()) {
            count += (unsigned)status.st_nlink - 2; /* a folder for each thread, and . and .. */
        }
    }
    closedir(directory);
    return count;
}

const char *confine_limits(const struct sandbox_limits *limits)
{
    const uint64_t memory = limits->memory_bytes != 0 ? limits->memory_bytes : RLIM_INFINITY;
    const struct {
        const char *name;
        int resource;
        uint64_t most;
    } all[] = {{"the limit on core files", RLIMIT_CORE, 0},
               {"the limit on processor time", RLIMIT_CPU, limits->cpu_seconds},
               {"the limit on the size of files", RLIMIT_FSIZE, limits->file_bytes},
               {"the limit on open files", RLIMIT_NOFILE, 256},
               {"the limit on memory", RLIMIT_AS, memory},
               {"the limit on processes", RLIMIT_NPROC, limits->processes + threads_now()}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        /* of time, a signal of its own at the limit, to tell who is killed for it from others */
        uint64_t grace = all[i].resource == RLIMIT_CPU ? 2 : 0;
        if (all[i].most != RLIM_INFINITY &&
            !set_limit(all[i].resource, (struct rlimit){all[i].most, all[i].most + grace})) {
            return all[i].name;
        }
    }
    return NULL;
}

int confine_user(void)
{
    if (geteuid() != 0) {
        return 0;
    }
    unsigned user = sandbox_user();
    if (setgroups(0, NULL) != 0 || setresgid(user, user, user) != 0 ||
        setresuid(user, user, user) != 0) {
        return -1;
    }
    return prctl(PR_SET_DUMPABLE, 0);
}

int confine_no_privileges(void)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* The rights that this version of Landlock knows. */
static uint64_t known_rights(int version)
{
    uint64_t rights = (LANDLOCK_ACCESS_FS_REFER << 1) - 1;
    if (version < 2) {
        rights &= ~(uint64_t)LANDLOCK_ACCESS_FS_REFER;
    }
    rights |= version >= 3 ? FS_TRUNCATE : 0;
    rights |= version >= 5 ? FS_IOCTL_DEV : 0;
    return rights;
}

/* Allows `rights` at and below `path`. A path that is absent needs no rule. */
static int allow(int ruleset, const char *path, uint64_t rights)
{
    int file = open(path, O_PATH | O_CLOEXEC);
    struct stat status;
    if (file < 0) {
        return errno == ENOENT ? 0 : -1;
    }
    if (fstat(file, &status) == 0 && !S_ISDIR(status.st_mode)) {
        rights &= FILE_RIGHTS;
    }
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = file};
    long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(file);
    return (int)result;
}

/* Allows reading at and below a folder of the system's, but for what is hidden there. */
static int allow_system(int ruleset, const char *path, uint64_t rights)
{
    if (hide_covers(path)) {
        return 0;
    }
    if (!hide_is_below(path)) {
        return allow(ruleset, path, rights);
    }
    DIR *folder = opendir(path);
    int status = folder != NULL ? 0 : -1;
    for (struct dirent *entry; status == 0 && (entry = readdir(folder)) != NULL;) {
        char below[4096];
        bool link = entry->d_type == DT_LNK; /* may lead to what is hidden */
        if (!link && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
            status = allow_system(ruleset, below, rights);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return status;
}

static int allow_all(int ruleset, const char *work, const char *const *readable, uint64_t known)
{
    static const char *const system[] = {
        "/usr",         "/lib",      "/lib64", "/bin", "/etc/ld.so.cache",
        "/dev/urandom", "/dev/zero", "/proc",  NULL};
    for (size_t i = 0; system[i] != NULL; i++) {
        if (allow_system(ruleset, system[i], READ_RIGHTS & known) != 0) {
            return -1;
        }
    }
    for (size_t i = 0; readable != NULL && readable[i] != NULL; i++) {
        if (allow(ruleset, readable[i], READ_RIGHTS & known) != 0) {
            return -1;
        }
    }
    if (allow(ruleset, "/dev/null", FILE_RIGHTS & known) != 0) {
        return -1;
    }
    return allow(ruleset, work, known);
}

int confine_files(const char *work, const char *const *readable)
{
    int version = confine_landlock_version();
    if (version == 0) {
        errno = ENOSYS;
        return -1;
    }
    struct ruleset_attributes attributes = {
        .handled_access_fs = known_rights(version),
        .handled_access_net = version >= 4 ? NET_ALL : 0,
        .scoped = version >= 6 ? SCOPE_ALL : 0,
    };
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
    if (ruleset < 0) {
        return -1;
    }
    int status = allow_all(ruleset, work, readable, attributes.handled_access_fs);
    if (status == 0) {
        status = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
    }
    close(ruleset);
    return status;
}

static int refuse(scmp_filter_ctx filter, const char *name)
{
    int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) {
        return 0; /* this library does not know it, and so nobody can name it to the kernel */
    }
    int status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
    return status == -EDOM ? 0 : status;
}

/* Sockets other than local ones, and new user namespaces. */
static int refuse_some(scmp_filter_ctx filter)
{
    int status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                                  SCMP_A0(SCMP_CMP_NE, AF_UNIX));
    if (status == 0) {
        status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
    }
    if (status == 0) { /* its flags lie in memory; libc then falls back to clone */
        status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    }
    return status;
}

int confine_calls(void)
{
    static const char *const names[] = {"ptrace",
                                        "process_vm_readv",
                                        "process_vm_writev",
                                        "mount",
                                        "umount2",
                                        "pivot_root",
                                        "chroot",
                                        "unshare",
                                        "setns",
                                        "fsopen",
                                        "fsmount",
                                        "move_mount",
                                        "open_tree",
                                        "keyctl",
                                        "add_key",
                                        "request_key",
                                        "bpf",
                                        "perf_event_open",
                                        "userfaultfd",
                                        "io_uring_setup",
                                        "kexec_load",
                                        "kexec_file_load",
                                        "init_module",
                                        "finit_module",
                                        "delete_module",
                                        "open_by_handle_at",
                                        "name_to_handle_at",
                                        "reboot",
                                        "swapon",
                                        "swapoff",
                                        "syslog",
                                        "acct",
                                        "quotactl",
                                        "settimeofday",
                                        "clock_settime",
                                        "adjtimex",
                                        "sethostname",
                                        "pidfd_getfd",
                                        "pidfd_open",
                                        "memfd_secret"};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL) {
        errno = ENOMEM;
        return -1;
    }
    int status = refuse_some(filter);
    for (size_t i = 0; status == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        status = refuse(filter, names[i]);
    }
    if (status == 0) {
        status = seccomp_load(filter);
    }
    seccomp_release(filter);
    errno = status < 0 ? -status : 0;
    return status == 0 ? 0 : -1;
}
