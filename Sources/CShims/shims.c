#define _GNU_SOURCE
#include "wfs_shims.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* The library's only global state, but for what a pool's thread knows about itself. Written in a fresh child, which has
 * one thread. */
uint32_t wfs_forks;
uint32_t wfs_watches_forks;
static pthread_once_t fork_watch = PTHREAD_ONCE_INIT;

static void forked(void) { (void)__atomic_fetch_add(&wfs_forks, 1, __ATOMIC_RELAXED); }
static void watch_forks(void) {
    (void)pthread_atfork(NULL, NULL, forked);
    __atomic_store_n(&wfs_watches_forks, 1, __ATOMIC_RELEASE);
}

uint32_t wfs_first_fork_generation(void) {
    /* The first object is made after this call, so no fork that matters is missed. */
    (void)pthread_once(&fork_watch, watch_forks);
    return __atomic_load_n(&wfs_forks, __ATOMIC_RELAXED);
}

int wfs_openat(int directory, const char *path, int flags, unsigned int mode) {
    int descriptor;
    do {
        descriptor = openat(directory, path, flags, (mode_t)mode);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

int wfs_rename_new(int directory, const char *name, const char *new_name) {
    if (renameat2(directory, name, directory, new_name, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) return -1;
    /* A file system that cannot do it in one step: a second name, then the first one away. */
    if (linkat(directory, name, directory, new_name, 0) != 0) return -1;
    (void)unlinkat(directory, name, 0);
    return 0;
}

size_t wfs_random(void *bytes, size_t count) {
    ssize_t done;
    if (count > 256) count = 256;
    do {
        done = getrandom(bytes, count, 0);
    } while (done < 0 && errno == EINTR);
    return done == (ssize_t)count ? count : 0;
}

struct wfs_lock {
    pthread_mutex_t mutex;
};

wfs_lock *wfs_lock_new(void) {
    wfs_lock *lock = malloc(sizeof *lock);
    if (lock == NULL) abort();
    (void)pthread_mutex_init(&lock->mutex, NULL);
    return lock;
}

void wfs_lock_free(wfs_lock *lock) {
    (void)pthread_mutex_destroy(&lock->mutex);
    free(lock);
}

void wfs_lock_take(wfs_lock *lock) { (void)pthread_mutex_lock(&lock->mutex); }
void wfs_lock_give(wfs_lock *lock) { (void)pthread_mutex_unlock(&lock->mutex); }

static _Thread_local uintptr_t current_pool, current_run;

void wfs_set_current(uintptr_t pool, uintptr_t run) {
    current_pool = pool;
    current_run = run;
}

uintptr_t wfs_current_pool(void) { return current_pool; }
uintptr_t wfs_current_run(void) { return current_run; }

int wfs_alarm_new(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC); }

void wfs_alarm_set(int descriptor, int64_t seconds, int64_t nanoseconds) {
    struct itimerspec moment = {.it_value = {(time_t)seconds, (long)nanoseconds}};
    (void)timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &moment, NULL);
}

const void *wfs_symbol_address(const char *name) { return dlsym(RTLD_DEFAULT, name); }

char wfs_process_state(int64_t process) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t count = read(file, line, sizeof line - 1);
    (void)close(file);
    line[count < 0 ? 0 : count] = 0;
    /* The name of the program, in brackets, may contain anything. */
    const char *name = strrchr(line, ')');
    return name == NULL || name[1] != ' ' ? 0 : name[2];
}

int wfs_child_end(int64_t process) {
    siginfo_t info = {.si_pid = 0};
    int result;
    do {
        result = waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT);
    } while (result != 0 && errno == EINTR);
    if (result != 0) return WFS_LOST;
    if (info.si_pid == 0) return WFS_RUNNING;
    return info.si_code == CLD_EXITED ? info.si_status : 256 + info.si_status;
}

int wfs_identity(const char *path, uint64_t *device, uint64_t *number) {
    struct statx info;
    struct stat old;
    if (statx(AT_FDCWD, path, 0, STATX_INO, &info) == 0) {
        *device = makedev(info.stx_dev_major, info.stx_dev_minor);
        *number = info.stx_ino;
        return 0;
    }
    /* A kernel or a sandbox that does not know the call. */
    if (errno != ENOSYS && errno != EPERM) return -1;
    if (stat(path, &old) != 0) return -1;
    *device = old.st_dev;
    *number = old.st_ino;
    return 0;
}

/* The Swift standard library names it, and that of glibc 2.35 would be the newest symbol by far: without it the library runs on
 * glibc 2.34. In double nothing overflows, and rounding twice is far within what hypotf may be off. */
__attribute__((visibility("hidden"))) float hypotf(float x, float y) {
    return (float)sqrt((double)x * (double)x + (double)y * (double)y);
}
