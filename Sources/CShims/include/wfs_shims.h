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

/* The address that the running process uses for a symbol, or NULL: to find a second copy of a library. */
const void *wfs_symbol_address(const char *name);

#endif
