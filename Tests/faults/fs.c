#include "fs.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024, POINTS = 1 << 16 };

static char root[PATH_MAX]; /* empty: nothing is watched */
static char *paths[DESCRIPTORS]; /* of descriptors that lead below the root */
static int nodes_of[DESCRIPTORS];
static unsigned char kinds[POINTS], creating[POINTS];
static long points, armed_at, armed_times, failures;
static int armed_error, is_own; /* a call that is made here, and by no storage */

void fs_die(const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

/* The function of libc behind one of ours. */
static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL) fs_die("libc has no %s", name);
    return found;
}
#define REAL(type, name, ...) \
    static type (*next)(__VA_ARGS__); \
    if (next == NULL) *(void **)&next = real(name)

/* ---- Counting and failing ---------------------------------------------------------------------- */

void fs_watch(const char *path) {
    if (path[0] != '/' || strlen(path) >= sizeof root) fs_die("fs_watch: %s", path);
    strcpy(root, path);
    fs_disarm();
    points = 0;
}

long fs_points(void) { return points; }
enum fs_kind fs_kind_of(long point) { return point >= 1 && point < POINTS ? kinds[point] : FS_KINDS; }
int fs_creates(long point) { return point >= 1 && point < POINTS && creating[point]; }

void fs_arm(long point, int error, long times) {
    points = failures = 0;
    armed_at = point;
    armed_error = error;
    armed_times = times;
}

void fs_disarm(void) { armed_times = 0; }
long fs_failures(void) { return failures; }

int fs_fits(enum fs_kind kind, int creates, int error) {
    switch (kind) {
    case FS_OPEN: return error == EIO || error == EACCES || error == EINTR || error == EMFILE || (error == ENOSPC && creates);
    case FS_WRITE: return error == EIO || error == ENOSPC || error == EINTR || error == FS_SHORT || error == FS_LIE;
    case FS_SYNC: return error == EIO || error == ENOSPC || error == EINTR;
    case FS_RENAME:
    case FS_LINK:
    case FS_MKDIR: return error == EIO || error == ENOSPC || error == EACCES;
    case FS_UNLINK: return error == EIO || error == EACCES;
    case FS_TRUNCATE: return error == EIO || error == EINTR || error == ENOSPC;
    case FS_CLOSE: return error == EIO;
    case FS_READ: return error == EIO || error == EINTR || error == FS_SHORT;
    case FS_STAT: return error == EIO || error == EACCES;
    case FS_LIST:
    case FS_SEEK: return error == EIO;
    case FS_MAP: return error == EIO || error == ENOMEM;
    case FS_LOCK: return error == EIO || error == EINTR;
    default: return 0;
    }
}

const char *fs_kind_name(enum fs_kind kind) {
    static const char *const names[] = {"open", "write", "fsync", "rename", "link", "unlink", "ftruncate", "mkdir", "close",
        "read", "stat", "readdir", "lseek", "mmap", "lock", "nothing"};
    return names[kind > FS_KINDS ? FS_KINDS : kind];
}

/* Counts a call: 0 to go on, or the error that it has to give. */
static int strike(enum fs_kind kind, int creates) {
    if (is_own) return 0;
    points++;
    if (points < POINTS) {
        kinds[points] = (unsigned char)kind;
        creating[points] = (unsigned char)creates;
    }
    if (armed_times <= 0 || points < armed_at || !fs_fits(kind, creates, armed_error)) return 0;
    armed_times--;
    failures++;
    return armed_error;
}

/* ---- The tape ---------------------------------------------------------------------------------- */

static struct fs_tape tape;
static int recording, forgotten_syncs;
static struct fs_entry *names; /* as they are now */
static int name_count;

static void *grown(void *array, int count, size_t size) {
    /* Doubles whenever the count reaches a power of two. */
    if (count != 0 && (count & (count - 1)) != 0) return array;
    array = realloc(array, (size_t)(count == 0 ? 1 : 2 * count) * size);
    if (array == NULL) fs_die("out of memory");
    return array;
}

static char *copied(const char *text) {
    char *copy = strdup(text);

    if (copy == NULL) fs_die("out of memory");
    return copy;
}

static int new_node(int is_dir) {
    tape.nodes = grown(tape.nodes, tape.node_count, sizeof *tape.nodes);
    tape.nodes[tape.node_count] = (struct fs_node){.is_dir = is_dir};
    return tape.node_count++;
}

static struct fs_entry *entry(int dir, const char *name) {
    for (int i = 0; i < name_count; i++)
        if (names[i].dir == dir && strcmp(names[i].name, name) == 0) return &names[i];
    return NULL;
}

static void set_entry(int dir, const char *name, int node) {
    struct fs_entry *found = entry(dir, name);

    if (found != NULL) {
        found->node = node;
        return;
    }
    names = grown(names, name_count, sizeof *names);
    names[name_count++] = (struct fs_entry){dir, node, copied(name)};
}

static void drop_entry(int dir, const char *name) {
    struct fs_entry *found = entry(dir, name);

    if (found == NULL) return;
    free(found->name);
    *found = names[--name_count];
}

/* Walks a watched path. Sets the directory and the last name; gives the node, or -1. */
static int walk(const char *path, int *dir, char name[NAME_MAX + 1]) {
    const char *at = path + strlen(root);
    int node = 0;

    *dir = -1;
    name[0] = '\0';
    while (*at == '/') {
        const char *end = strchrnul(++at, '/');
        struct fs_entry *found;
        if (node < 0) return -1;
        *dir = node;
        snprintf(name, NAME_MAX + 1, "%.*s", (int)(end - at), at);
        found = entry(*dir, name);
        node = found == NULL ? -1 : found->node;
        at = end;
    }
    return node;
}

static struct fs_op *put(enum fs_change change, int node) {
    tape.ops = grown(tape.ops, tape.count, sizeof *tape.ops);
    tape.ops[tape.count] = (struct fs_op){.change = change, .node = node, .dir = -1, .to_dir = -1};
    return &tape.ops[tape.count++];
}

static int is_shared_memory(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

static int records(const char *path) { return recording && path != NULL && !is_shared_memory(path); }

static void put_named(enum fs_change change, const char *path, int made) {
    char name[NAME_MAX + 1];
    int dir, node = walk(path, &dir, name);
    struct fs_op *op;

    if (dir < 0) fs_die("%s has no name", path);
    if (made >= 0) set_entry(dir, name, node = made);
    op = put(change, node);
    op->dir = dir;
    op->name = copied(name);
    if (change == UNLINK) drop_entry(dir, name);
}

static struct timespec modified(int descriptor) {
    struct stat info;

    is_own = 1;
    if (fstat(descriptor, &info) != 0) fs_die("fstat: %s", strerror(errno));
    is_own = 0;
    return info.st_mtim;
}

static void put_write(int descriptor, long offset, const void *data, long length) {
    struct fs_op *op = put(WRITE, nodes_of[descriptor]);

    op->modified = modified(descriptor);
    op->offset = offset;
    op->length = length;
    op->data = malloc((size_t)length + 1);
    memcpy(op->data, data, (size_t)length);
}

static void scan(int dir, const char *path) {
    DIR *listing = opendir(path);
    struct dirent *found;

    if (listing == NULL) fs_die("%s: %s", path, strerror(errno));
    while ((found = readdir(listing)) != NULL) {
        char full[PATH_MAX];
        struct stat info;
        int node;
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0 || is_shared_memory(found->d_name)) continue;
        snprintf(full, sizeof full, "%s/%s", path, found->d_name);
        if (lstat(full, &info) != 0) fs_die("%s: %s", full, strerror(errno));
        node = new_node(S_ISDIR(info.st_mode));
        set_entry(dir, found->d_name, node);
        if (S_ISDIR(info.st_mode)) {
            scan(node, full);
        } else {
            FILE *file = fopen(full, "rb");
            struct fs_node *it = &tape.nodes[node];
            it->length = info.st_size;
            it->modified = info.st_mtim;
            it->data = malloc((size_t)it->length + 1);
            if (file == NULL || fread(it->data, 1, (size_t)it->length, file) != (size_t)it->length) fs_die("cannot read %s", full);
            fclose(file);
        }
    }
    closedir(listing);
}

void fs_record(void) {
    recording = 0;
    is_own = 1;
    memset(&tape, 0, sizeof tape);
    while (name_count > 0) free(names[--name_count].name);
    new_node(1);
    scan(0, root);
    for (int i = 0; i < name_count; i++) {
        tape.before = grown(tape.before, tape.before_count, sizeof *tape.before);
        tape.before[tape.before_count++] = (struct fs_entry){names[i].dir, names[i].node, copied(names[i].name)};
    }
    for (int i = 0; i < DESCRIPTORS; i++) {
        char name[NAME_MAX + 1];
        int dir;
        if (paths[i] != NULL) nodes_of[i] = walk(paths[i], &dir, name);
    }
    is_own = 0;
    recording = 1;
}

void fs_mark(int mark) {
    if (recording) put(MARK, mark);
}

void fs_forget_syncs(int of) { forgotten_syncs = of; }

struct fs_tape fs_recorded(void) {
    struct fs_tape done = tape;

    recording = 0;
    memset(&tape, 0, sizeof tape);
    return done;
}

void fs_tape_free(struct fs_tape *it) {
    for (int i = 0; i < it->count; i++) {
        free(it->ops[i].name);
        free(it->ops[i].to);
        free(it->ops[i].data);
    }
    for (int i = 0; i < it->node_count; i++) free(it->nodes[i].data);
    for (int i = 0; i < it->before_count; i++) free(it->before[i].name);
    free(it->ops);
    free(it->nodes);
    free(it->before);
    memset(it, 0, sizeof *it);
}

/* ---- Which calls are watched ------------------------------------------------------------------- */

static const char *path_of(int descriptor) { return descriptor >= 0 && descriptor < DESCRIPTORS ? paths[descriptor] : NULL; }

static void forget(int descriptor) {
    if (path_of(descriptor) == NULL) return;
    free(paths[descriptor]);
    paths[descriptor] = NULL;
}

/* The path without "." and "..", if it is the root or below it. */
static const char *watched(int at, const char *path, char full[PATH_MAX]) {
    char raw[2 * PATH_MAX];
    size_t length = 0;

    if (root[0] == '\0' || path == NULL) return NULL;
    if (path[0] == '/') {
        snprintf(raw, sizeof raw, "%s", path);
    } else if (at == AT_FDCWD) {
        if (getcwd(raw, PATH_MAX) == NULL) return NULL;
        snprintf(raw + strlen(raw), PATH_MAX, "/%s", path);
    } else {
        if (path_of(at) == NULL) return NULL;
        snprintf(raw, sizeof raw, "%s/%s", path_of(at), path);
    }
    for (char *part = strtok(raw, "/"); part != NULL; part = strtok(NULL, "/")) {
        if (strcmp(part, ".") == 0) continue;
        if (strcmp(part, "..") == 0) {
            while (length > 0 && full[--length] != '/') {}
            continue;
        }
        length += (size_t)snprintf(full + length, PATH_MAX - length, "/%s", part);
        if (length >= PATH_MAX) return NULL;
    }
    full[length] = '\0';
    if (strncmp(full, root, strlen(root)) != 0) return NULL;
    return full[strlen(root)] == '\0' || full[strlen(root)] == '/' ? full : NULL;
}

/* The same for a name that is made, moved or deleted: the root itself stands in a directory that nobody watches. */
static const char *watched_name(int at, const char *path, char full[PATH_MAX]) {
    const char *found = watched(at, path, full);
    return found == NULL || strcmp(found, root) == 0 ? NULL : found;
}

static int refused(int error) {
    errno = error;
    return -1;
}

/* ---- The calls --------------------------------------------------------------------------------- */

static int is_there(const char *path) {
    struct stat info;
    int found;

    is_own = 1;
    found = stat(path, &info) == 0;
    is_own = 0;
    return found;
}

static int opened(int at, const char *path, int flags, mode_t mode) {
    REAL(int, "openat", int, const char *, int, ...);
    char full[PATH_MAX], name[NAME_MAX + 1];
    const char *seen = watched(at, path, full);
    int error, descriptor, dir, node;

    if (seen != NULL && (flags & O_TMPFILE) == O_TMPFILE) fs_die("O_TMPFILE is not covered");
    if (seen != NULL && (error = strike(FS_OPEN, flags & O_CREAT && !is_there(seen))) != 0) return refused(error);
    descriptor = next(at, path, flags, mode);
    if (descriptor < 0) return descriptor;
    forget(descriptor);
    if (seen == NULL) return descriptor;
    if (descriptor >= DESCRIPTORS) fs_die("too many descriptors");
    paths[descriptor] = copied(seen);
    nodes_of[descriptor] = -1;
    if (!records(seen)) return descriptor;
    node = walk(seen, &dir, name);
    if (node < 0 && !(flags & O_CREAT)) fs_die("%s is there, but nobody made it", seen);
    if (node < 0) put_named(CREATE, seen, node = new_node(0));
    else if (flags & O_TRUNC) put(TRUNCATE, node)->modified = modified(descriptor);
    nodes_of[descriptor] = node;
    return descriptor;
}

/* The mode is there only if a file may be made. */
#define MODE(flags) \
    mode_t mode = 0; \
    if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) { \
        va_list arguments; \
        va_start(arguments, flags); \
        mode = va_arg(arguments, mode_t); \
        va_end(arguments); \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    return opened(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) {
    MODE(flags)
    return opened(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...) {
    MODE(flags)
    return opened(at, path, flags, mode);
}

/* How much a write takes; 0 if it fails; or, if it lies, less than 0. */
static ssize_t allowed(int descriptor, size_t count) {
    int error;

    if (path_of(descriptor) == NULL || count == 0) return (ssize_t)count;
    error = strike(FS_WRITE, 0);
    if (error == FS_LIE) return -1;
    if (error == FS_SHORT) return count > 1 ? (ssize_t)count / 2 : 1;
    if (error == 0) return (ssize_t)count;
    errno = error;
    return 0;
}

ssize_t write(int descriptor, const void *data, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    ssize_t some = allowed(descriptor, count);
    const char *path = path_of(descriptor);
    ssize_t done;
    long offset = 0;

    if (some < 0) return (ssize_t)count;
    if (some == 0 && count != 0) return -1;
    if (records(path)) {
        is_own = 1;
        offset = lseek(descriptor, 0, fcntl(descriptor, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
        is_own = 0;
    }
    done = next(descriptor, data, (size_t)some);
    if (done > 0 && records(path)) put_write(descriptor, offset, data, done);
    return done;
}

static ssize_t written_at(int descriptor, const void *data, size_t count, off_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    ssize_t some = allowed(descriptor, count);
    ssize_t done;

    if (some < 0) return (ssize_t)count;
    if (some == 0 && count != 0) return -1;
    done = next(descriptor, data, (size_t)some, offset);
    if (done > 0 && records(path_of(descriptor))) put_write(descriptor, offset, data, done);
    return done;
}

ssize_t pwrite(int descriptor, const void *data, size_t count, off_t offset) { return written_at(descriptor, data, count, offset); }
ssize_t pwrite64(int descriptor, const void *data, size_t count, off_t offset) { return written_at(descriptor, data, count, offset); }

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    ssize_t done = 0;

    if (path_of(descriptor) == NULL) return next(descriptor, parts, count);
    for (int i = 0; i < count; i++) { /* a part at a time is a short write, which callers must bear anyway */
        ssize_t some = write(descriptor, parts[i].iov_base, parts[i].iov_len);
        if (some < 0) return done > 0 ? done : -1;
        done += some;
        if ((size_t)some < parts[i].iov_len) break;
    }
    return done;
}

static int synced(int descriptor, int (*next)(int)) {
    const char *path = path_of(descriptor);
    int error, done;

    if (path != NULL && (error = strike(FS_SYNC, 0)) != 0) return refused(error);
    done = next(descriptor);
    if (done == 0 && records(path) && forgotten_syncs != 1 + tape.nodes[nodes_of[descriptor]].is_dir) put(SYNC, nodes_of[descriptor]);
    return done;
}

int fsync(int descriptor) {
    REAL(int, "fsync", int);
    return synced(descriptor, next);
}

int fdatasync(int descriptor) {
    REAL(int, "fdatasync", int);
    return synced(descriptor, next);
}

static int truncated(int descriptor, off_t length) {
    REAL(int, "ftruncate64", int, off_t);
    const char *path = path_of(descriptor);
    struct fs_op *op;
    int error, done;

    if (path != NULL && (error = strike(FS_TRUNCATE, 0)) != 0) return refused(error);
    done = next(descriptor, length);
    if (done != 0 || !records(path)) return done;
    op = put(TRUNCATE, nodes_of[descriptor]);
    op->length = length;
    op->modified = modified(descriptor);
    return done;
}

int ftruncate(int descriptor, off_t length) { return truncated(descriptor, length); }
int ftruncate64(int descriptor, off_t length) { return truncated(descriptor, length); }

static int moved(enum fs_kind kind, int at, const char *path, int to_at, const char *to, unsigned flags) {
    char full[PATH_MAX], full_to[PATH_MAX], name[NAME_MAX + 1], name_to[NAME_MAX + 1];
    const char *seen = watched_name(at, path, full), *seen_to = watched_name(to_at, to, full_to);
    int error, done, node, dir, dir_to;
    struct fs_op *op;

    if ((seen == NULL) != (seen_to == NULL)) fs_die("%s goes to %s: over the border of what is watched", path, to);
    if (seen != NULL && (error = strike(kind, 0)) != 0) return refused(error);
    if (kind == FS_RENAME) {
        REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
        done = next(at, path, to_at, to, flags);
    } else {
        REAL(int, "linkat", int, const char *, int, const char *, int);
        done = next(at, path, to_at, to, (int)flags);
    }
    if (done != 0 || !records(seen)) return done;
    node = walk(seen, &dir, name);
    if (walk(seen_to, &dir_to, name_to) == node && kind == FS_RENAME) return done; /* two names of one file: nothing happens */
    op = put(kind == FS_RENAME ? RENAME : LINK, node);
    op->dir = dir;
    op->name = copied(name);
    op->to_dir = dir_to;
    op->to = copied(name_to);
    set_entry(dir_to, name_to, node);
    if (kind == FS_RENAME) drop_entry(dir, name);
    return done;
}

int rename(const char *path, const char *to) { return moved(FS_RENAME, AT_FDCWD, path, AT_FDCWD, to, 0); }
int renameat(int at, const char *path, int to_at, const char *to) { return moved(FS_RENAME, at, path, to_at, to, 0); }
int renameat2(int at, const char *path, int to_at, const char *to, unsigned flags) { return moved(FS_RENAME, at, path, to_at, to, flags); }
int link(const char *path, const char *to) { return moved(FS_LINK, AT_FDCWD, path, AT_FDCWD, to, 0); }
int linkat(int at, const char *path, int to_at, const char *to, int flags) { return moved(FS_LINK, at, path, to_at, to, (unsigned)flags); }

int unlinkat(int at, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    char full[PATH_MAX];
    const char *seen = watched_name(at, path, full);
    int error, done;

    if (seen != NULL && (error = strike(FS_UNLINK, 0)) != 0) return refused(error);
    done = next(at, path, flags);
    if (done == 0 && records(seen)) put_named(UNLINK, seen, -1);
    return done;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int mkdirat(int at, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t);
    char full[PATH_MAX];
    const char *seen = watched_name(at, path, full);
    int error, done;

    if (seen != NULL && (error = strike(FS_MKDIR, 0)) != 0) return refused(error);
    done = next(at, path, mode);
    if (done == 0 && records(seen)) put_named(MKDIR, seen, new_node(1));
    return done;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int close(int descriptor) {
    REAL(int, "close", int);
    int error = path_of(descriptor) == NULL ? 0 : strike(FS_CLOSE, 0);
    int done;

    forget(descriptor);
    done = next(descriptor); /* Linux closes it, whatever it says. */
    return error == 0 ? done : refused(error);
}

int closedir(DIR *listing) {
    REAL(int, "closedir", DIR *);
    forget(dirfd(listing));
    return next(listing);
}

/* ---- Calls that only look ---------------------------------------------------------------------- */

/* How much a read may give; 0 if it fails. */
static size_t readable(int descriptor, size_t count) {
    int error;

    if (path_of(descriptor) == NULL || count == 0) return count;
    error = strike(FS_READ, 0);
    if (error == FS_SHORT) return count > 1 ? count / 2 : 1;
    if (error == 0) return count;
    errno = error;
    return 0;
}

ssize_t read(int descriptor, void *data, size_t count) {
    REAL(ssize_t, "read", int, void *, size_t);
    size_t some = readable(descriptor, count);

    return some == 0 && count != 0 ? -1 : next(descriptor, data, some);
}

static ssize_t read_at(int descriptor, void *data, size_t count, off_t offset) {
    REAL(ssize_t, "pread64", int, void *, size_t, off_t);
    size_t some = readable(descriptor, count);

    return some == 0 && count != 0 ? -1 : next(descriptor, data, some, offset);
}

ssize_t pread(int descriptor, void *data, size_t count, off_t offset) { return read_at(descriptor, data, count, offset); }
ssize_t pread64(int descriptor, void *data, size_t count, off_t offset) { return read_at(descriptor, data, count, offset); }

/* The struct stat64 of 64-bit systems is struct stat. */
static int looked(int at, const char *path, struct stat *info, int flags) {
    REAL(int, "fstatat", int, const char *, struct stat *, int);
    char full[PATH_MAX];
    int error;

    if (!is_own && watched(at, path, full) != NULL && (error = strike(FS_STAT, 0)) != 0) return refused(error);
    return next(at, path, info, flags);
}

static int looked_at(int descriptor, struct stat *info) {
    REAL(int, "fstat", int, struct stat *);
    int error;

    if (path_of(descriptor) != NULL && (error = strike(FS_STAT, 0)) != 0) return refused(error);
    return next(descriptor, info);
}

int fstatat(int at, const char *path, struct stat *info, int flags) { return looked(at, path, info, flags); }
int fstatat64(int at, const char *path, struct stat64 *info, int flags) { return looked(at, path, (struct stat *)info, flags); }
int stat(const char *path, struct stat *info) { return looked(AT_FDCWD, path, info, 0); }
int stat64(const char *path, struct stat64 *info) { return looked(AT_FDCWD, path, (struct stat *)info, 0); }
int lstat(const char *path, struct stat *info) { return looked(AT_FDCWD, path, info, AT_SYMLINK_NOFOLLOW); }
int lstat64(const char *path, struct stat64 *info) { return looked(AT_FDCWD, path, (struct stat *)info, AT_SYMLINK_NOFOLLOW); }
int fstat(int descriptor, struct stat *info) { return looked_at(descriptor, info); }
int fstat64(int descriptor, struct stat64 *info) { return looked_at(descriptor, (struct stat *)info); }

int access(const char *path, int mode) {
    REAL(int, "access", const char *, int);
    char full[PATH_MAX];
    int error;

    if (watched(AT_FDCWD, path, full) != NULL && (error = strike(FS_STAT, 0)) != 0) return refused(error);
    return next(path, mode);
}

ssize_t readlink(const char *path, char *to, size_t size) {
    REAL(ssize_t, "readlink", const char *, char *, size_t);
    char full[PATH_MAX];
    int error;

    if (watched(AT_FDCWD, path, full) != NULL && (error = strike(FS_STAT, 0)) != 0) return refused(error);
    return next(path, to, size);
}

char *realpath(const char *path, char *to) {
    REAL(char *, "realpath", const char *, char *);
    char full[PATH_MAX];
    int error;

    if (watched(AT_FDCWD, path, full) == NULL || (error = strike(FS_STAT, 0)) == 0) return next(path, to);
    errno = error;
    return NULL;
}

struct dirent *readdir(DIR *listing) {
    REAL(struct dirent *, "readdir", DIR *);
    int error;

    if (path_of(dirfd(listing)) == NULL || (error = strike(FS_LIST, 0)) == 0) return next(listing);
    errno = error;
    return NULL;
}

struct dirent64 *readdir64(DIR *listing) { return (struct dirent64 *)readdir(listing); }

static off_t sought(int descriptor, off_t offset, int from) {
    REAL(off_t, "lseek64", int, off_t, int);
    int error;

    if (path_of(descriptor) != NULL && (error = strike(FS_SEEK, 0)) != 0) return refused(error);
    return next(descriptor, offset, from);
}

off_t lseek(int descriptor, off_t offset, int from) { return sought(descriptor, offset, from); }
off_t lseek64(int descriptor, off_t offset, int from) { return sought(descriptor, offset, from); }

static void *mapped(void *at, size_t length, int rights, int flags, int descriptor, off_t offset) {
    REAL(void *, "mmap64", void *, size_t, int, int, int, off_t);
    int error;

    if (path_of(descriptor) == NULL || (error = strike(FS_MAP, 0)) == 0) return next(at, length, rights, flags, descriptor, offset);
    errno = error;
    return MAP_FAILED;
}

void *mmap(void *at, size_t length, int rights, int flags, int descriptor, off_t offset) {
    return mapped(at, length, rights, flags, descriptor, offset);
}
void *mmap64(void *at, size_t length, int rights, int flags, int descriptor, off_t offset) {
    return mapped(at, length, rights, flags, descriptor, offset);
}

/* Taking a lock can fail; giving it back, here, cannot. */
static int controlled(int descriptor, int command, void *argument) {
    REAL(int, "fcntl64", int, int, ...);
    int takes = command == F_SETLK || command == F_SETLKW || command == F_GETLK, error;

    if (takes && path_of(descriptor) != NULL && (command == F_GETLK || ((struct flock *)argument)->l_type != F_UNLCK) &&
        (error = strike(FS_LOCK, 0)) != 0)
        return refused(error);
    return next(descriptor, command, argument);
}

#define ARGUMENT(command) \
    void *argument; \
    va_list arguments; \
    va_start(arguments, command); \
    argument = va_arg(arguments, void *); \
    va_end(arguments);

int fcntl(int descriptor, int command, ...) {
    ARGUMENT(command)
    return controlled(descriptor, command, argument);
}

int fcntl64(int descriptor, int command, ...) {
    ARGUMENT(command)
    return controlled(descriptor, command, argument);
}
