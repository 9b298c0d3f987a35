#include "bench.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs.h"

enum { SILENCE = 60, MANY = 20 };

struct bench *bench;

void set_bench(const char *scheme) {
    const char *above = getenv("TMPDIR");

    if (above == NULL) above = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    bench = mmap(NULL, sizeof *bench, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (bench == MAP_FAILED) fs_die("mmap: %s", strerror(errno));
    snprintf(bench->root, sizeof bench->root, "%s/faults-XXXXXX", above);
    if (mkdtemp(bench->root) == NULL) fs_die("%s: %s", bench->root, strerror(errno));
    snprintf(bench->url, sizeof bench->url, "%s:%.4000s/store", scheme, bench->root);
}

void clear_bench(void) {
    wipe(bench->root);
    rmdir(bench->root);
}

void wipe(const char *directory) {
    DIR *listing = opendir(directory);
    struct dirent *found;

    if (listing == NULL) return;
    while ((found = readdir(listing)) != NULL) {
        char full[PATH_MAX];
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0) continue;
        snprintf(full, sizeof full, "%s/%s", directory, found->d_name);
        if (unlink(full) == 0) continue;
        wipe(full);
        rmdir(full);
    }
    closedir(listing);
}

void in_child(void (*body)(int), int argument) {
    int status = 0;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child < 0) fs_die("fork: %s", strerror(errno));
    if (child == 0) {
        body(argument);
        fflush(NULL);
        _exit(0);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (WIFSIGNALED(status)) bad(WTERMSIG(status) == SIGALRM ? "hangs" : "dies of signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0) bad("ends with %d", WEXITSTATUS(status));
}

void must_find(void (*body)(int), int argument, const char *what) {
    struct bench before = *bench;
    long found;

    bench->bad = 0;
    bench->is_quiet = 1;
    in_child(body, argument);
    found = bench->bad;
    *bench = before;
    if (found == 0) bad("%s goes unnoticed", what);
}

void now(const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(bench->now, sizeof bench->now, format, arguments);
    va_end(arguments);
    alarm(SILENCE);
}

void bad(const char *format, ...) {
    va_list arguments;

    if (++bench->bad > MANY || bench->is_quiet) return;
    printf("BAD %s: ", bench->now);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}

static wf_status_t (*verify)(wf_storage_t *, char **, size_t *, wf_error_t **);

int has_check(void) {
    if (verify == NULL) *(void **)&verify = dlsym(RTLD_DEFAULT, "wf_storage_verify");
    return verify != NULL;
}

int is_sound(wf_storage_t *storage, char report[1024]) {
    wf_error_t *error = NULL;
    char *text = NULL;
    int is_sound;

    if (!has_check()) return 1;
    is_sound = verify(storage, &text, NULL, &error) == WF_OK && strstr(text, "\"problem\"") == NULL;
    snprintf(report, 1024, "%s", text == NULL ? wf_error_message(error, NULL) : text);
    wf_error_free(error);
    wf_free(text);
    return is_sound;
}

wf_storage_t *opened(const char *url) {
    wf_storage_t *storage = NULL;
    wf_error_t *error = NULL;

    if (wf_storage_open(url, &storage, &error) != WF_OK) bad("the storage does not open: %s", wf_error_message(error, NULL));
    wf_error_free(error);
    return storage;
}
