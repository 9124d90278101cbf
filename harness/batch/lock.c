/* A file lock (flock) on OUT/.lock, whose text says who holds it. */
#include "batch/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/buffer.h"
#include "lib/file.h"

static int open_lock(const char *out, int flags)
{
    char *path = format_string("%s/.lock", out);
    int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
    free(path);
    return fd;
}

static int refuse(int fd, const char *out, struct error *error)
{
    char holder[200] = "";
    ssize_t length = pread(fd, holder, sizeof(holder) - 1, 0);
    holder[length > 0 ? length : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
    close(fd);
    return error_set(error, "%s: another batch grades there: %s; wait for it or end it", out,
                     *holder != '\0' ? holder : "it has not said which");
}

static void say_holder(int fd)
{
    char host[HOST_NAME_MAX + 1] = "?", since[40] = "";
    time_t now = time(NULL);
    struct tm local;
    gethostname(host, sizeof(host) - 1);
    strftime(since, sizeof(since), "%Y-%m-%d %H:%M", localtime_r(&now, &local));
    char *text = format_string("process %ld of user %ld on %s, since %s\n", (long)getpid(),
                               (long)getuid(), host, since);
    if (ftruncate(fd, 0) == 0) {
        write_all(fd, text, strlen(text));
    }
    free(text);
}

int lock_take(const char *out, struct error *error)
{
    struct stat status;
    int fd = open_lock(out, O_RDWR | O_CREAT);
    if (fd < 0) {
        return error_fault(error, "%s/.lock: %s", out, strerror(errno));
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return error_set(error, "%s/.lock: is no regular file; remove it, or name another OUT",
                         out);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return refuse(fd, out, error);
    }
    say_holder(fd);
    return fd;
}

bool lock_is_held(const char *out)
{
    int fd = open_lock(out, O_RDONLY);
    bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (fd >= 0) {
        close(fd);
    }
    return held;
}
