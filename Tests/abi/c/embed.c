/* Loads the library and finds out whether that changed anything in the process that it may not change. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

#include "process.h"

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
