/* What a library must leave as it finds it in a process: signals, threads, open files, the locale. */
#ifndef PROCESS_H
#define PROCESS_H

#include <dirent.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { SIGNALS = 65, LOCALE_LENGTH = 256 };

struct process {
    struct sigaction actions[SIGNALS];
    sigset_t blocked;
    int threads;
    int files;
    char locale[LOCALE_LENGTH];
};

static inline int count_entries(const char *folder) {
    DIR *directory = opendir(folder);
    int entries = 0;

    while (readdir(directory) != NULL) entries++;
    closedir(directory);
    return entries;
}

static inline void look(struct process *process) {
    memset(process, 0, sizeof *process);
    for (int signal = 1; signal < SIGNALS; signal++) sigaction(signal, NULL, &process->actions[signal]);
    sigprocmask(SIG_BLOCK, NULL, &process->blocked);
    process->threads = count_entries("/proc/self/task");
    process->files = count_entries("/proc/self/fd");
    snprintf(process->locale, sizeof process->locale, "%s", setlocale(LC_ALL, NULL));
}

static inline int compare(const struct process *before, const struct process *after) {
    int differences = 0;

    for (int signal = 1; signal < SIGNALS; signal++) {
        if (before->actions[signal].sa_handler != after->actions[signal].sa_handler) {
            printf("the library changed what signal %d (%s) does\n", signal, strsignal(signal));
            differences++;
        }
    }
    for (int signal = 1; signal < SIGNALS; signal++) {
        if (sigismember(&before->blocked, signal) != sigismember(&after->blocked, signal)) {
            printf("the library changed whether signal %d (%s) is blocked\n", signal, strsignal(signal));
            differences++;
        }
    }
    if (before->threads != after->threads) {
        printf("the library made %d threads\n", after->threads - before->threads);
        differences++;
    }
    if (before->files != after->files) {
        printf("the library left %d files open\n", after->files - before->files);
        differences++;
    }
    if (strcmp(before->locale, after->locale) != 0) {
        printf("the library changed the locale to %s\n", after->locale);
        differences++;
    }
    return differences;
}

#endif
