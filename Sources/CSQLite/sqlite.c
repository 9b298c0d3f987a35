#define _GNU_SOURCE
#include "wfq_sqlite.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char shared_object[] = "libsqlite3.so.0";

/* Names of the loaded objects. Looked up after the walk: dlopen inside of it could deadlock. */
struct names {
    char **all;
    size_t count, room;
};

static int remember(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    struct names *names = data;
    if (info->dlpi_name == NULL || info->dlpi_name[0] == '\0') return 0;
    if (names->count == names->room) {
        size_t room = names->room == 0 ? 64 : 2 * names->room;
        char **all = realloc(names->all, room * sizeof *all);
        if (all == NULL) return 0;
        names->all = all;
        names->room = room;
    }
    char *copy = strdup(info->dlpi_name);
    if (copy != NULL) names->all[names->count++] = copy;
    return 0;
}

/* One copy of SQLite: the address of a function of it, and the object that it is in. */
struct copy {
    void *address;
    char path[512];
};

static void look(void *handle, struct copy *first, struct copy *second) {
    void *address = dlsym(handle, "sqlite3_libversion");
    if (address == NULL) return;
    /* Only a real copy has this one too; a program may have functions of that prefix of its own. */
    if (dlsym(handle, "sqlite3_open_v2") == NULL) return;
    struct copy *place = first->address == NULL ? first : second;
    if (address == first->address || address == second->address) return;
    if (place->address != NULL) return;
    Dl_info where;
    place->address = address;
    snprintf(place->path, sizeof place->path, "%s", dladdr(address, &where) != 0 && where.dli_fname ? where.dli_fname : "?");
}

static void find(struct copy *first, struct copy *second) {
    memset(first, 0, sizeof *first);
    memset(second, 0, sizeof *second);
    void *program = dlopen(NULL, RTLD_LAZY);
    if (program != NULL) {
        look(program, first, second);
        dlclose(program);
    }
    struct names names = {NULL, 0, 0};
    dl_iterate_phdr(remember, &names);
    for (size_t i = 0; i < names.count; i++) {
        void *object = dlopen(names.all[i], RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
        if (object != NULL) {
            look(object, first, second);
            dlclose(object);
        }
        free(names.all[i]);
    }
    free(names.all);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static wfq_library library;
/* The copy whose functions `library` has; it stays loaded. */
static void *taken;

static const char *take(void *address, const char *path) {
    void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
    /* In the executable itself. */
    if (handle == NULL || dlsym(handle, "sqlite3_libversion") != address) handle = dlopen(NULL, RTLD_LAZY);
    if (handle == NULL || dlsym(handle, "sqlite3_libversion") != address) return "its functions cannot be found again";
#define TAKE(name)                                                              \
    do {                                                                        \
        void *function = dlsym(handle, "sqlite3_" #name);                       \
        if (function == NULL) return "it has no function sqlite3_" #name;       \
        memcpy(&library.name, &function, sizeof function);                      \
    } while (0)
    TAKE(libversion); TAKE(libversion_number); TAKE(threadsafe); TAKE(open_v2); TAKE(close_v2); TAKE(busy_timeout);
    TAKE(errmsg); TAKE(system_errno); TAKE(get_autocommit); TAKE(prepare_v2); TAKE(finalize); TAKE(step); TAKE(reset);
    TAKE(clear_bindings); TAKE(bind_null); TAKE(bind_int64); TAKE(bind_blob); TAKE(bind_text); TAKE(column_type);
    TAKE(column_int64); TAKE(column_blob); TAKE(column_bytes); TAKE(changes);
#undef TAKE
    taken = address;
    return NULL;
}

static const wfq_library *choose(char *why, size_t size) {
    struct copy first, second;
    find(&first, &second);
    if (first.address == NULL && taken == NULL) {
        if (dlopen(shared_object, RTLD_LAZY | RTLD_LOCAL) == NULL) {
            const char *reason = dlerror();
            snprintf(why, size, "SQLite cannot be loaded: %s. Install %s (Debian: libsqlite3-0)",
                     reason ? reason : "no reason given", shared_object);
            return NULL;
        }
        find(&first, &second);
    }
    if (second.address != NULL) {
        snprintf(why, size,
                 "this process has two copies of SQLite, '%s' and '%s': on one file they drop each other's locks and lose "
                 "committed data, so no storage is opened. Let all parts of the program use the same one",
                 first.path, second.path);
        return NULL;
    }
    if (taken != NULL) return &library;
    const char *problem = first.address == NULL ? "it vanished" : take(first.address, first.path);
    if (problem != NULL) {
        snprintf(why, size, "the SQLite of this process, '%s', cannot be used: %s", first.path, problem);
        return NULL;
    }
    return &library;
}

const wfq_library *wfq_sqlite(char *why, size_t size) {
    pthread_mutex_lock(&lock);
    const wfq_library *found = choose(why, size);
    pthread_mutex_unlock(&lock);
    return found;
}
