/* What Swift cannot see of jansson: macros and static inline functions that take macros apart. */
#ifndef CJANSSON_SHIM_H
#define CJANSSON_SHIM_H

#include <jansson.h>

/* json_decref is a static inline function that Swift imports, but only as part of a header that defines it with
 * attributes that vary between versions; naming our own keeps the call the same everywhere. */
static inline void wfj_release(json_t *value) { json_decref(value); }

/* The address of the copy of jansson that the library uses. */
static inline const void *wfj_delete_address(void) { return (const void *)json_delete; }

#endif
