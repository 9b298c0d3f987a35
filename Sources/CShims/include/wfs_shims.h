/* What Swift cannot call or must not decide: variadic system calls, the fork counter, and one address. */
#ifndef WFS_SHIMS_H
#define WFS_SHIMS_H

#include <stddef.h>
#include <stdint.h>

/* How many forks lie between the process that loaded the library and this one. Objects remember it when they are
 * made; a different number later means: made before fork(), used in the child. */
static inline uint32_t wfs_fork_generation(void);

/* openat(2) is variadic. Retried on EINTR. Gives -1 and errno. */
int wfs_openat(int directory, const char *path, int flags, unsigned int mode);

/* rename(2) within a directory that never replaces: EEXIST if there is something of the new name. */
int wfs_rename_new(int directory, const char *name, const char *new_name);

/* A mutex of the system's, which thread sanitizers know: they do not see that of Swift's library. Without memory
 * the process ends, as it does when Swift cannot allocate an object. */
typedef struct wfs_lock wfs_lock;
wfs_lock *wfs_lock_new(void);
void wfs_lock_free(wfs_lock *lock);
void wfs_lock_take(wfs_lock *lock);
void wfs_lock_give(wfs_lock *lock);

/* Which pool this thread works for, and for which run it calls host code: marks of theirs, 0 on all other threads. */
void wfs_set_current(uintptr_t pool, uintptr_t run);
uintptr_t wfs_current_pool(void);
uintptr_t wfs_current_run(void);

/* So many bytes of the system's randomness, at most 256 at once. Gives how many there are: all or none. */
size_t wfs_random(void *bytes, size_t count);

/* timerfd_create(2), of the monotonic clock, non-blocking and close-on-exec. Gives -1 and errno. */
int wfs_alarm_new(void);

/* From this moment on the descriptor is readable; 0, 0 makes it unreadable and forgets the moment. */
void wfs_alarm_set(int descriptor, int64_t seconds, int64_t nanoseconds);

/* The address that the running process uses for a symbol, or NULL: to find a second copy of a library. */
const void *wfs_symbol_address(const char *name);

/* The letter by which the system tells the state of a process, such as 'T' for stopped and 'Z' for ended; 0 if there is none. */
char wfs_process_state(int64_t process);

/* Which file stands there: 0 and its device and number, or -1 with errno. Does not ask for its times: on a file system with
 * fine-grained ones whoever asks makes the next write note its own, and the sync behind that takes half as long again. */
int wfs_identity(const char *path, uint64_t *device, uint64_t *number);

/* How a child of this process ended: its exit code, or 256 + the signal that ended it. WFS_RUNNING if it has not, WFS_LOST if it
 * is no child of this process, or no more. It is not reaped. */
enum { WFS_RUNNING = -1, WFS_LOST = -2 };
int wfs_child_end(int64_t process);

/* Every call of the library asks for it: so it is a look at two words. */
extern uint32_t wfs_forks;
extern uint32_t wfs_watches_forks;
uint32_t wfs_first_fork_generation(void);

static inline uint32_t wfs_fork_generation(void) {
    if (!__atomic_load_n(&wfs_watches_forks, __ATOMIC_ACQUIRE)) return wfs_first_fork_generation();
    return __atomic_load_n(&wfs_forks, __ATOMIC_RELAXED);
}

#endif
