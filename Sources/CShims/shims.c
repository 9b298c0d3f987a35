#define _GNU_SOURCE
#include "wfs_shims.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

/* The library's only global state. Written in a fresh child, which has one thread. */
static _Atomic uint32_t fork_generation;
static pthread_once_t fork_watch = PTHREAD_ONCE_INIT;

static void forked(void) { atomic_fetch_add_explicit(&fork_generation, 1, memory_order_relaxed); }
static void watch_forks(void) { (void)pthread_atfork(NULL, NULL, forked); }

uint32_t wfs_fork_generation(void) {
    /* The first object is made after this call, so no fork that matters is missed. */
    (void)pthread_once(&fork_watch, watch_forks);
    return atomic_load_explicit(&fork_generation, memory_order_relaxed);
}

int wfs_open(const char *path, int flags, unsigned int mode) {
    int descriptor;
    do {
        descriptor = open(path, flags, (mode_t)mode);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

const void *wfs_symbol_address(const char *name) { return dlsym(RTLD_DEFAULT, name); }
