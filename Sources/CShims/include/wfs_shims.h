/* What Swift cannot call or must not decide: variadic system calls, the fork counter, and one address. */
#ifndef WFS_SHIMS_H
#define WFS_SHIMS_H

#include <stdint.h>

/* How many forks lie between the process that loaded the library and this one. Objects remember it when they are
 * made; a different number later means: made before fork(), used in the child. */
uint32_t wfs_fork_generation(void);

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

/* The address that the running process uses for a symbol, or NULL: to find a second copy of a library. */
const void *wfs_symbol_address(const char *name);

#endif
