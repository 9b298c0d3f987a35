/* rate.c: supersteps with checkpoints in `sqlite:`, beside bare SQLite that commits a row of as many bytes.
 *
 * The same libsqlite3, the same pragmas, one row in one transaction per commit. Both go on in turns of a few commits, so that
 * what the disk does meanwhile happens to both. The ratio is the median of those of all pairs of turns; over all, with what moving
 * the log into the database costs both now and then, is that of the sums. */
#include "measure.h"

#include <sqlite3.h>

enum { TURN = 20, MOST = 400 };

static wf_status_t count(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[24];
    wf_status_t status;
    (void)input, (void)length;
    snprintf(text, sizeof text, "%lu", ++*(unsigned long *)user_data);
    status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "count", text, WF_NUL, NULL);
    return status < 0 ? status : wf_context_send(context, NULL, text, WF_NUL, NULL);
}

static sqlite3 *bare;
static sqlite3_stmt *begin, *insert, *commit;

static void check(int code) {
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) die("bare SQLite", sqlite3_errmsg(bare));
}

static void open_bare(const char *path, bool full) {
    check(sqlite3_open_v2(path, &bare, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
    check(sqlite3_exec(bare,
                       "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA cell_size_check = ON;"
                       "PRAGMA mmap_size = 0; CREATE TABLE data(number INTEGER PRIMARY KEY, value BLOB)", NULL, NULL, NULL));
    check(sqlite3_exec(bare, full ? "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 128" : "PRAGMA synchronous = NORMAL", NULL, NULL, NULL));
    check(sqlite3_prepare_v2(bare, "BEGIN IMMEDIATE", -1, &begin, NULL));
    check(sqlite3_prepare_v2(bare, "INSERT INTO data(value) VALUES(?)", -1, &insert, NULL));
    check(sqlite3_prepare_v2(bare, "COMMIT", -1, &commit, NULL));
}

static void close_bare(void) {
    sqlite3_finalize(begin), sqlite3_finalize(insert), sqlite3_finalize(commit);
    check(sqlite3_close(bare));
}

static void once(sqlite3_stmt *statement) {
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
}

static void commit_bare(const char *row, int size) {
    once(begin);
    check(sqlite3_bind_blob(insert, 1, row, size, SQLITE_STATIC));
    once(insert);
    once(commit);
}

/* How much a superstep adds to a database. */
static int bytes_of_superstep(void) {
    unsigned long steps = 0;
    place_t place = new_place("sqlite", "rate-size");
    wf_workflow_t *workflow = self_loop(count, &steps);
    wf_storage_t *storage = opened(place.url);
    wf_run_t *run = started(workflow, storage, NULL, WF_DURABILITY_PROCESS);
    long long before;
    advance(run, 2000);
    wf_run_free(run);
    wf_storage_free(storage);
    before = size_of(&place);
    storage = opened(place.url);
    run = started(workflow, storage, NULL, WF_DURABILITY_PROCESS);
    advance(run, 8000);
    wf_run_free(run);
    wf_storage_free(storage);
    before = size_of(&place) - before;
    wf_workflow_free(workflow);
    discard(&place);
    return (int)(before / 8000);
}

static void race(const char *title, bool full, int turns, int size) {
    unsigned long steps = 0;
    double ratios[MOST], ours[MOST], theirs[MOST], all = 0, bare_all = 0;
    place_t place = new_place("sqlite", "rate"), other = new_place("sqlite", "rate-bare");
    wf_workflow_t *workflow = self_loop(count, &steps);
    wf_storage_t *storage = opened(place.url);
    wf_run_t *run = started(workflow, storage, NULL, full ? WF_DURABILITY_FULL : WF_DURABILITY_PROCESS);
    char *row = malloc((size_t)size + 1);
    put_record(row, (size_t)size, 1);
    open_bare(other.path, full);
    advance(run, TURN);
    for (int turn = 0; turn < turns; turn++) {
        double start, middle, end;
        start = now();
        if (turn % 2 == 0) advance(run, TURN);
        else for (int i = 0; i < TURN; i++) commit_bare(row, size);
        middle = now();
        if (turn % 2 == 0) for (int i = 0; i < TURN; i++) commit_bare(row, size);
        else advance(run, TURN);
        end = now();
        ours[turn] = turn % 2 == 0 ? middle - start : end - middle;
        theirs[turn] = end - start - ours[turn];
        ratios[turn] = theirs[turn] / ours[turn];
        all += ours[turn], bare_all += theirs[turn];
    }
    wf_run_free(run);
    wf_storage_free(storage);
    close_bare();
    {
        double a = median(ours, turns) / TURN, b = median(theirs, turns) / TURN;
        printf("%-28s %10.1f us %10.1f us %9.0f/s %9.0f/s   %.2f   %.2f\n", title, a * 1e6, b * 1e6, 1 / a, 1 / b, median(ratios, turns),
               bare_all / all);
    }
    free(row);
    wf_workflow_free(workflow);
    discard(&place);
    discard(&other);
}

int main(void) {
    int size = bytes_of_superstep();
    printf("commits of %d bytes: a superstep in sqlite:, beside bare SQLite %s; at least 0.7 when full\n", size, sqlite3_libversion());
    printf("%-28s %13s %13s %11s %11s   %s\n", "", "superstep", "bare commit", "supersteps", "commits", "ratio  over all");
    race("full / synchronous=FULL", true, MOST, size);
    race("process / synchronous=NORMAL", false, MOST, size);
    return 0;
}
