/* What a disk may hold after a crash, given what happened to it before.
 *
 * Only fsync puts anything on the disk for certain: that of a file its data and its size, that of a directory the names in it. Of
 * everything since then each part may be there or not, in any combination: a name that was made, moved or deleted; a write, a
 * part of it (sectors of 512 bytes), or zeros in its place; a truncation. A rename within one directory is one change. */
#ifndef DISK_H
#define DISK_H

#include <stdint.h>

#include "fs.h"

struct crash {
    long point;  /* after so many operations of the tape */
    int marks;   /* one more than the greatest mark that was passed, 0 if none */
    int special; /* how many negative ones */
};

/* Puts each state, once, into the directory, and calls `look`. About `limit` states for one point, and those in order: all of
 * them, or a sample that the seed draws. Of these again only one in `thin`. Gives the number of states. */
long disk_crashes(const struct fs_tape *tape, const char *directory, long limit, long thin, uint64_t seed, void (*look)(const struct crash *, void *),
    void *data);

/* Puts what the tape began with into the directory, which is wiped before. */
void disk_put(const struct fs_tape *tape, const char *directory);

/* Whether the tape leads to what a second recording finds on the disk: nothing was missed. */
int disk_agrees(const struct fs_tape *tape, const struct fs_tape *after);

#endif
