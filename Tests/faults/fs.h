/* The file system calls of this process: counted, failed at will, and written down.
 *
 * fs.c defines open, read, write, fsync, stat and their kin. Linked into a program (with -rdynamic) they come before those of libc for every
 * library in it, also one that is loaded later: the workflow library, libsqlite3. Only calls on what is below one watched
 * directory count. One thread. */
#ifndef FS_H
#define FS_H

#include <time.h>

enum fs_kind {
    FS_OPEN, FS_WRITE, FS_SYNC, FS_RENAME, FS_LINK, FS_UNLINK, FS_TRUNCATE, FS_MKDIR, FS_CLOSE, /* change something, or may */
    FS_READ, FS_STAT, FS_LIST, FS_SEEK, FS_MAP, FS_LOCK, /* only look */
    FS_KINDS
};
enum {
    FS_SHORT = -1, /* in place of an errno: a read or write that does half of what it is told */
    FS_LIE = -2    /* a write that says it wrote, and did not: no storage can bear it, so it shows whether a test would tell */
};

/* Watches what is below this directory: absolute, there, without links. Forgets all that was counted and armed. */
void fs_watch(const char *root);

/* How many calls there were since fs_watch or fs_arm, and of which kind the n-th was, from 1. */
long fs_points(void);
enum fs_kind fs_kind_of(long point);
int fs_creates(long point); /* an open that may make a file */

/* From now on, counting anew: the n-th call fails, and so do the ones after it, `times` in all. */
void fs_arm(long point, int error, long times);
void fs_disarm(void);
long fs_failures(void); /* how many calls failed since fs_arm */

/* Whether a call of this kind can fail this way. */
int fs_fits(enum fs_kind kind, int creates, int error);
const char *fs_kind_name(enum fs_kind kind);

/* The tape: what happened to the disk, in order. */
enum fs_change { CREATE, MKDIR, LINK, RENAME, UNLINK, WRITE, TRUNCATE, SYNC, MARK };
struct fs_op {
    enum fs_change change;
    int node;          /* the file or directory; a number of its own for each, never used again. MARK: whatever the host says */
    int dir, to_dir;   /* the directories of the names */
    char *name, *to;   /* RENAME has both */
    long offset, length;
    unsigned char *data;
    struct timespec modified; /* the time of the file after a WRITE or TRUNCATE */
};
struct fs_node {
    int is_dir;
    unsigned char *data; /* what a file had when the recording began */
    long length;
    struct timespec modified;
};
struct fs_entry {
    int dir, node;
    char *name;
};
struct fs_tape {
    struct fs_op *ops;
    int count;
    struct fs_node *nodes; /* 0 is the watched directory */
    int node_count;
    struct fs_entry *before; /* the names when the recording began */
    int before_count;
};

/* Records from now on; what is in the watched directory already counts as safely on the disk. Files whose name ends in -shm
 * are left out: SQLite makes them anew after a crash. */
void fs_record(void);
void fs_mark(int mark);
/* From now on the tape has no fsync of files (1), of directories (2): as if the storage had forgotten them. 0: has all. */
void fs_forget_syncs(int of);
/* Ends the recording. The tape belongs to the caller. */
struct fs_tape fs_recorded(void);
void fs_tape_free(struct fs_tape *tape);

/* Whatever cannot be, in words, and the end of the process. */
_Noreturn void fs_die(const char *format, ...);

#endif
