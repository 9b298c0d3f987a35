/* sync.c: a disk whose syncs take a given time, for what is measured on a file system in memory.
 *
 *     cc -O2 -shared -fPIC benchmarks/sync.c -o build/sync.so
 *     SYNC_US=200 LD_PRELOAD=build/sync.so WORKFLOW_BENCH=/dev/shm/bench build/bench-rate
 *
 * The disk of a shared machine syncs in 0.1 ms now and in 5 ms a minute later, and what a program does besides weighs as
 * differently. Nothing is durable then. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

int fdatasync(int file) {
    static long microseconds = -1;
    (void)file;
    if (microseconds < 0) {
        const char *wanted = getenv("SYNC_US");
        microseconds = wanted ? atol(wanted) : 200;
        prctl(PR_SET_TIMERSLACK, 1);
    }
    nanosleep(&(struct timespec){microseconds / 1000000, microseconds % 1000000 * 1000}, NULL);
    return 0;
}

int fsync(int file) { return fdatasync(file); }
