/* What the programs here share: a watched directory on a fast disk, the storage in it, and children that may crash. */
#ifndef BENCH_H
#define BENCH_H

#include <limits.h>
#include <workflow.h>

enum { URL = PATH_MAX + 32 };

/* Shared with the children. */
struct bench {
    char root[PATH_MAX];
    char url[URL];       /* the storage under test, below the root */
    char now[1024];      /* what is being tried: named if a child crashes or hangs */
    long points, states, hits, bad;
    int is_quiet;        /* defects are counted, not told: a test of the test */
};
extern struct bench *bench;

/* `scheme` is "directory" or "sqlite". Everything is below a new directory, in memory if there is one. */
void set_bench(const char *scheme);
void clear_bench(void);

/* Deletes what is in a directory. */
void wipe(const char *directory);

/* Runs the function in a child; a child that ends badly or is silent for a minute is one defect. */
void in_child(void (*body)(int), int argument);
/* Says what comes now, and that this child is alive. */
void now(const char *format, ...);
/* A defect, in words. */
void bad(const char *format, ...);

/* A test of the test: the function, in a child, must find defects, which then do not count. */
void must_find(void (*body)(int), int argument, const char *what);

/* Whether the library has wf_storage_verify; and whether it finds everything in order. If not, `report` has what it says. */
int has_check(void);
int is_sound(wf_storage_t *storage, char report[1024]);

wf_storage_t *opened(const char *url); /* NULL and a defect if it cannot be opened */

#endif
