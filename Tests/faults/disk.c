#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

enum { SECTOR = 512, PENDING = 512, NAMES = 512 };

/* How much of a pending change is on the disk. */
enum part { NOTHING, ALL, HEAD, TAIL, ZEROS, PARTS };

struct file {
    unsigned char *data;
    long length;
    struct timespec modified;
};

struct disk {
    const struct fs_tape *tape;
    struct file *files; /* by node */
    struct fs_entry names[NAMES];
    int name_count;
};

/* ---- A disk ------------------------------------------------------------------------------------ */

static struct disk new_disk(const struct fs_tape *tape) {
    struct disk disk = {.tape = tape, .files = calloc((size_t)tape->node_count, sizeof(struct file))};

    for (int i = 0; i < tape->node_count; i++) {
        disk.files[i].length = tape->nodes[i].length;
        disk.files[i].modified = tape->nodes[i].modified;
        disk.files[i].data = malloc((size_t)tape->nodes[i].length + 1);
        if (tape->nodes[i].length > 0) memcpy(disk.files[i].data, tape->nodes[i].data, (size_t)tape->nodes[i].length);
    }
    if (tape->before_count > NAMES) fs_die("too many names");
    for (int i = 0; i < tape->before_count; i++) disk.names[disk.name_count++] = tape->before[i];
    return disk;
}

static struct disk copy_disk(const struct disk *from) {
    struct disk disk = *from;

    disk.files = calloc((size_t)disk.tape->node_count, sizeof(struct file));
    for (int i = 0; i < disk.tape->node_count; i++) {
        disk.files[i] = from->files[i];
        disk.files[i].data = malloc((size_t)from->files[i].length + 1);
        memcpy(disk.files[i].data, from->files[i].data, (size_t)from->files[i].length);
    }
    return disk;
}

static void free_disk(struct disk *disk) {
    for (int i = 0; i < disk->tape->node_count; i++) free(disk->files[i].data);
    free(disk->files);
}

static void name_is(struct disk *disk, int dir, char *name, int node) {
    for (int i = 0; i < disk->name_count; i++) {
        if (disk->names[i].dir != dir || strcmp(disk->names[i].name, name) != 0) continue;
        disk->names[i].node = node;
        return;
    }
    if (disk->name_count == NAMES) fs_die("too many names");
    disk->names[disk->name_count++] = (struct fs_entry){dir, node, name};
}

static void name_goes(struct disk *disk, int dir, const char *name) {
    for (int i = 0; i < disk->name_count; i++)
        if (disk->names[i].dir == dir && strcmp(disk->names[i].name, name) == 0) disk->names[i--] = disk->names[--disk->name_count];
}

static void resize(struct file *file, long length) {
    if (length > file->length) {
        file->data = realloc(file->data, (size_t)length + 1);
        memset(file->data + file->length, 0, (size_t)(length - file->length));
    }
    file->length = length;
}

static void apply_write(struct file *file, const struct fs_op *op, enum part part) {
    long middle = (op->offset + op->length / 2 + SECTOR - 1) / SECTOR * SECTOR - op->offset;
    long from = 0, to = op->length;

    if (middle > op->length) middle = op->length;
    if (part == HEAD) to = middle;
    if (part == TAIL) from = middle;
    if (from == to) return;
    if (op->offset + to > file->length) resize(file, op->offset + to);
    if (part == ZEROS) memset(file->data + op->offset, 0, (size_t)op->length);
    else memcpy(file->data + op->offset + from, op->data + from, (size_t)(to - from));
}

static void apply(struct disk *disk, const struct fs_op *op, enum part part) {
    if (part == NOTHING) return;
    switch (op->change) {
    case CREATE:
    case MKDIR: name_is(disk, op->dir, op->name, op->node); break;
    case LINK: name_is(disk, op->to_dir, op->to, op->node); break;
    case RENAME:
        name_is(disk, op->to_dir, op->to, op->node);
        name_goes(disk, op->dir, op->name);
        break;
    case UNLINK: name_goes(disk, op->dir, op->name); break;
    case WRITE:
        apply_write(&disk->files[op->node], op, part);
        disk->files[op->node].modified = op->modified;
        break;
    case TRUNCATE:
        resize(&disk->files[op->node], op->length);
        disk->files[op->node].modified = op->modified;
        break;
    default: break;
    }
}

/* ---- What is in it ----------------------------------------------------------------------------- */

static uint64_t mixed(uint64_t hash, const void *data, size_t length) {
    const unsigned char *at = data;

    for (; length >= 8; length -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    while (length-- > 0) hash = (hash ^ *at++) * 0x100000001B3u;
    return hash;
}

static int by_name(const void *one, const void *other) {
    return strcmp((*(struct fs_entry *const *)one)->name, (*(struct fs_entry *const *)other)->name);
}

/* The names of one directory, sorted. */
static int listed(struct disk *disk, int dir, struct fs_entry *found[NAMES]) {
    int count = 0;

    for (int i = 0; i < disk->name_count; i++)
        if (disk->names[i].dir == dir) found[count++] = &disk->names[i];
    qsort(found, (size_t)count, sizeof *found, by_name);
    return count;
}

static uint64_t hash_of(struct disk *disk, int dir, uint64_t hash) {
    struct fs_entry *found[NAMES];
    int count = listed(disk, dir, found);

    for (int i = 0; i < count; i++) {
        int node = found[i]->node, is_dir = disk->tape->nodes[node].is_dir;
        hash = mixed(hash, found[i]->name, strlen(found[i]->name) + 1);
        hash = mixed(hash, &is_dir, sizeof is_dir);
        if (is_dir) hash = hash_of(disk, node, hash);
        else {
            hash = mixed(hash, &disk->files[node].length, sizeof(long));
            hash = mixed(hash, disk->files[node].data, (size_t)disk->files[node].length);
        }
    }
    return mixed(hash, &count, sizeof count);
}

static void put_down(struct disk *disk, int dir, const char *path) {
    struct fs_entry *found[NAMES];
    int count = listed(disk, dir, found);

    for (int i = 0; i < count; i++) {
        char full[PATH_MAX];
        int node = found[i]->node;
        snprintf(full, sizeof full, "%s/%s", path, found[i]->name);
        if (disk->tape->nodes[node].is_dir) {
            if (mkdir(full, 0777) != 0) fs_die("%s: %s", full, strerror(errno));
            put_down(disk, node, full);
        } else {
            int file = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            struct file *it = &disk->files[node];
            const struct timespec times[2] = {it->modified, it->modified}; /* an index may look at them */
            if (file < 0 || write(file, it->data, (size_t)it->length) != it->length || futimens(file, times) != 0 || close(file) != 0)
                fs_die("%s: %s", full, strerror(errno));
        }
    }
}

/* ---- Crashes ----------------------------------------------------------------------------------- */

struct pending {
    struct fs_op ops[PENDING];
    int count;
};

struct search {
    struct disk disk;                /* what is there for certain */
    struct pending names, data;      /* what may be there, in order */
    uint64_t *seen, random;
    size_t seen_size, seen_count;
    long states, thin;
    const char *directory;
    struct crash crash;
    void (*look)(const struct crash *, void *);
    void *look_data;
};

static uint64_t drawn(struct search *search) {
    search->random ^= search->random << 13;
    search->random ^= search->random >> 7;
    search->random ^= search->random << 17;
    return search->random;
}

static int is_new(struct search *search, uint64_t hash) {
    if (hash == 0) hash = 1;
    if (2 * search->seen_count >= search->seen_size) {
        size_t old_size = search->seen_size;
        uint64_t *old = search->seen;
        search->seen_size = old_size == 0 ? 1024 : 2 * old_size;
        search->seen = calloc(search->seen_size, sizeof *search->seen);
        search->seen_count = 0;
        for (size_t i = 0; i < old_size; i++)
            if (old[i] != 0) is_new(search, old[i]);
        free(old);
    }
    for (size_t i = hash % search->seen_size;; i = (i + 1) % search->seen_size) {
        if (search->seen[i] == hash) return 0;
        if (search->seen[i] != 0) continue;
        search->seen[i] = hash;
        search->seen_count++;
        return 1;
    }
}

static void try_state(struct search *search, const unsigned char *names, const unsigned char *data) {
    struct disk disk;
    uint64_t hash;

    if (search->thin > 1 && drawn(search) % (uint64_t)search->thin != 0) return;
    disk = copy_disk(&search->disk);
    for (int i = 0; i < search->names.count; i++) apply(&disk, &search->names.ops[i], names[i]);
    for (int i = 0; i < search->data.count; i++) apply(&disk, &search->data.ops[i], data[i]);
    hash = mixed(hash_of(&disk, 0, 7), &search->crash.marks, sizeof(int));
    hash = mixed(hash, &search->crash.special, sizeof(int));
    if (is_new(search, hash)) {
        search->states++;
        wipe(search->directory);
        put_down(&disk, 0, search->directory);
        search->look(&search->crash, search->look_data);
    }
    free_disk(&disk);
}

/* Which part of each pending change is there: the n-th of `base` to the power of `count` ways, or by the seed. */
static void choose(struct search *search, unsigned char *parts, int count, int base, long number, int draws) {
    for (int i = 0; i < count; i++, number /= base) parts[i] = (unsigned char)(draws ? drawn(search) % (uint64_t)base : (uint64_t)(number % base));
}

static long power(long base, int exponent, long limit) {
    long value = 1;

    while (exponent-- > 0 && value <= limit) value *= base;
    return value;
}

/* Everything before one change, nothing after it, and a part of itself; and everything but that one. */
static void try_in_order(struct search *search, unsigned char *names, unsigned char *data) {
    for (int i = 0; i <= search->data.count; i++) {
        memset(names, ALL, PENDING);
        memset(data, NOTHING, PENDING);
        memset(data, ALL, (size_t)i);
        try_state(search, names, data);
        if (i == search->data.count) break;
        for (int part = HEAD; part < PARTS; part++) {
            data[i] = (unsigned char)part;
            try_state(search, names, data);
        }
        memset(data, ALL, PENDING);
        for (int part = NOTHING; part < PARTS; part++) {
            if (part == ALL) continue;
            data[i] = (unsigned char)part;
            try_state(search, names, data);
        }
    }
    for (int i = 0; i <= search->names.count; i++) {
        memset(data, ALL, PENDING);
        memset(names, NOTHING, PENDING);
        memset(names, ALL, (size_t)i);
        try_state(search, names, data);
        memset(names, ALL, PENDING);
        names[i] = NOTHING;
        try_state(search, names, data);
    }
}

static void try_point(struct search *search, long limit) {
    static unsigned char names[PENDING + 1], data[PENDING + 1];
    long name_ways = power(2, search->names.count, limit), data_ways = power(PARTS, search->data.count, limit);

    if (name_ways * data_ways <= limit) {
        for (long i = 0; i < name_ways; i++) {
            for (long j = 0; j < data_ways; j++) {
                choose(search, names, search->names.count, 2, i, 0);
                choose(search, data, search->data.count, PARTS, j, 0);
                try_state(search, names, data);
            }
        }
        return;
    }
    long before = search->states;
    try_in_order(search, names, data);
    for (long i = 0; i < limit && search->states - before < limit; i++) {
        /* Half of the draws only drop, half also tear. */
        choose(search, names, search->names.count, 2, 0, search->names.count > 6 || i % 4 != 0);
        choose(search, data, search->data.count, i % 2 == 0 ? 2 : PARTS, 0, 1);
        try_state(search, names, data);
    }
}

static void add(struct pending *pending, struct fs_op op) {
    if (pending->count == PENDING) fs_die("more is pending than fits");
    pending->ops[pending->count++] = op;
}

/* What waits for this fsync is there for certain now. */
static void sync_node(struct disk *disk, struct pending *pending, int node, int is_dir) {
    int kept = 0;

    for (int i = 0; i < pending->count; i++) {
        struct fs_op *op = &pending->ops[i];
        int home = is_dir ? (op->change == LINK ? op->to_dir : op->dir) : op->node;
        if (home == node) apply(disk, op, ALL);
        else pending->ops[kept++] = *op;
    }
    pending->count = kept;
}

static void step(struct search *search, const struct fs_op *op) {
    struct fs_op half = *op;

    switch (op->change) {
    case WRITE:
    case TRUNCATE: add(&search->data, *op); break;
    case SYNC:
        if (search->disk.tape->nodes[op->node].is_dir) sync_node(&search->disk, &search->names, op->node, 1);
        else sync_node(&search->disk, &search->data, op->node, 0);
        break;
    case MARK:
        if (op->node < 0) search->crash.special++;
        else if (op->node >= search->crash.marks) search->crash.marks = op->node + 1;
        break;
    case RENAME:
        if (op->dir == op->to_dir) {
            add(&search->names, *op);
        } else { /* two directories, two changes */
            half.change = LINK;
            add(&search->names, half);
            half.change = UNLINK;
            add(&search->names, half);
        }
        break;
    default: add(&search->names, *op);
    }
}

long disk_crashes(const struct fs_tape *tape, const char *directory, long limit, long thin, uint64_t seed, void (*look)(const struct crash *, void *),
    void *data) {
    struct search *search = calloc(1, sizeof *search);
    long states;

    search->disk = new_disk(tape);
    search->directory = directory;
    search->thin = thin;
    search->random = seed * 2654435761u + 88172645463325252u;
    search->look = look;
    search->look_data = data;
    for (long point = 0; point <= tape->count; point++) {
        search->crash.point = point;
        try_point(search, limit);
        if (point < tape->count) step(search, &tape->ops[point]);
    }
    states = search->states;
    free_disk(&search->disk);
    free(search->seen);
    free(search);
    return states;
}

void disk_put(const struct fs_tape *tape, const char *directory) {
    struct disk disk = new_disk(tape);

    wipe(directory);
    put_down(&disk, 0, directory);
    free_disk(&disk);
}

int disk_agrees(const struct fs_tape *tape, const struct fs_tape *after) {
    struct disk one = new_disk(tape), other = new_disk(after);
    int same;

    for (int i = 0; i < tape->count; i++) apply(&one, &tape->ops[i], ALL);
    same = hash_of(&one, 0, 7) == hash_of(&other, 0, 7);
    free_disk(&one);
    free_disk(&other);
    return same;
}
