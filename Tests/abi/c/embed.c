/* Loads the library and finds out whether that changed anything in the process that it may not change. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNALS = 65, LOCALE_LENGTH = 256 };

struct process {
    struct sigaction actions[SIGNALS];
    sigset_t blocked;
    int threads;
    int files;
    char locale[LOCALE_LENGTH];
};

static int count(const char *folder) {
    DIR *directory = opendir(folder);
    int entries = 0;

    while (readdir(directory) != NULL) entries++;
    closedir(directory);
    return entries;
}

static void look(struct process *process) {
    memset(process, 0, sizeof *process);
    for (int signal = 1; signal < SIGNALS; signal++) sigaction(signal, NULL, &process->actions[signal]);
    sigprocmask(SIG_BLOCK, NULL, &process->blocked);
    process->threads = count("/proc/self/task");
    process->files = count("/proc/self/fd");
    snprintf(process->locale, sizeof process->locale, "%s", setlocale(LC_ALL, NULL));
}

static int compare(const struct process *before, const struct process *after) {
    int differences = 0;

    for (int signal = 1; signal < SIGNALS; signal++) {
        if (before->actions[signal].sa_handler != after->actions[signal].sa_handler) {
            printf("loading the library changed what signal %d (%s) does\n", signal, strsignal(signal));
            differences++;
        }
    }
    for (int signal = 1; signal < SIGNALS; signal++) {
        if (sigismember(&before->blocked, signal) != sigismember(&after->blocked, signal)) {
            printf("loading the library changed whether signal %d (%s) is blocked\n", signal, strsignal(signal));
            differences++;
        }
    }
    if (before->threads != after->threads) {
        printf("loading the library made %d threads\n", after->threads - before->threads);
        differences++;
    }
    if (before->files != after->files) {
        printf("loading the library left %d files open\n", after->files - before->files);
        differences++;
    }
    if (strcmp(before->locale, after->locale) != 0) {
        printf("loading the library changed the locale to %s\n", after->locale);
        differences++;
    }
    return differences;
}

int main(int count, char **arguments) {
    static struct process before, after;
    void *library;

    if (count != 2) return EXIT_FAILURE;
    look(&before);
    library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        puts(dlerror());
        return EXIT_FAILURE;
    }
    look(&after);
    if (dlclose(library) != 0) return EXIT_FAILURE;
    return compare(&before, &after) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
