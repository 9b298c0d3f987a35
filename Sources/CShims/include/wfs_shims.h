/* What Swift cannot call or must not decide: variadic system calls, the fork counter, and one address. */
#ifndef WFS_SHIMS_H
#define WFS_SHIMS_H

#include <stdint.h>

/* How many forks lie between the process that loaded the library and this one. Objects remember it when they are
 * made; a different number later means: made before fork(), used in the child. */
uint32_t wfs_fork_generation(void);

/* open(2) is variadic. Retried on EINTR. Gives -1 and errno. */
int wfs_open(const char *path, int flags, unsigned int mode);

/* rename(2) that never replaces: EEXIST if there is something of the new name. */
int wfs_rename_new(const char *path, const char *new_path);

/* The address that the running process uses for a symbol, or NULL: to find a second copy of a library. */
const void *wfs_symbol_address(const char *name);

#endif
