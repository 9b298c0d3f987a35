/* The process's own SQLite, found when it is first needed.
 *
 * Not linked: a process may have one already, in its executable or in a module of its language, and a second copy on one
 * file loses committed data. POSIX locks belong to the process; a copy that closes the file drops the locks of the other.
 */
#ifndef WFQ_SQLITE_H
#define WFQ_SQLITE_H

#include <sqlite3.h>
#include <stddef.h>

/* The functions of the one copy. */
typedef struct wfq_library {
    __typeof__(&sqlite3_libversion) libversion;
    __typeof__(&sqlite3_libversion_number) libversion_number;
    __typeof__(&sqlite3_threadsafe) threadsafe;
    __typeof__(&sqlite3_open_v2) open_v2;
    __typeof__(&sqlite3_close_v2) close_v2;
    __typeof__(&sqlite3_busy_timeout) busy_timeout;
    __typeof__(&sqlite3_errmsg) errmsg;
    __typeof__(&sqlite3_system_errno) system_errno;
    __typeof__(&sqlite3_get_autocommit) get_autocommit;
    __typeof__(&sqlite3_prepare_v2) prepare_v2;
    __typeof__(&sqlite3_finalize) finalize;
    __typeof__(&sqlite3_step) step;
    __typeof__(&sqlite3_reset) reset;
    __typeof__(&sqlite3_clear_bindings) clear_bindings;
    __typeof__(&sqlite3_changes) changes;
    __typeof__(&sqlite3_bind_null) bind_null;
    __typeof__(&sqlite3_bind_int64) bind_int64;
    __typeof__(&sqlite3_bind_blob) bind_blob;
    __typeof__(&sqlite3_bind_text) bind_text;
    __typeof__(&sqlite3_column_type) column_type;
    __typeof__(&sqlite3_column_int64) column_int64;
    __typeof__(&sqlite3_column_blob) column_blob;
    __typeof__(&sqlite3_column_bytes) column_bytes;
} wfq_library;

/* The process's SQLite, or NULL with a sentence in `why`. Looks at all loaded objects each time: a second copy may have
 * come since. Any thread. */
const wfq_library *wfq_sqlite(char *why, size_t size);

#endif
