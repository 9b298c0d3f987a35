/* growing.c: a list that grows by 200 bytes in each superstep: what time, and what bytes.
 *
 * "append" is wf_context_append; "set" writes the whole list with wf_context_set_state, as hosts without appending do.
 * The rows of one round follow each other; each number is the median of the rounds. */
#include "measure.h"

enum { RECORD = 200, ROUNDS = 3 };

struct list {
    long steps, done;
    char *whole; /* for "set": the list as the host keeps it */
    size_t length;
};

static wf_status_t grow(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct list *list = user_data;
    char record[RECORD + 1];
    wf_status_t status;
    (void)input, (void)length;
    put_record(record, RECORD, (unsigned long)list->done);
    if (list->whole == NULL) {
        status = wf_context_append(context, WF_SCOPE_EXECUTOR, "list", record, RECORD, NULL);
    } else {
        list->whole[list->length - 1] = list->done == 0 ? '[' : ','; /* in place of the ']' */
        if (list->done == 0) list->length = 1;
        memcpy(list->whole + list->length, record, RECORD);
        list->whole[list->length + RECORD] = ']';
        list->length += RECORD + 1;
        status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "list", list->whole, list->length, NULL);
    }
    if (status < 0 || ++list->done == list->steps) return status;
    return wf_context_send(context, NULL, "0", 1, NULL);
}

struct row {
    const char *kind;
    bool appends;
    long steps;
    int rounds;
    double seconds[ROUNDS];
    long long size, written;
    place_t places[ROUNDS];
};

static void measure(struct row *row, int round) {
    struct list list = {row->steps, 0, NULL, 1};
    place_t place;
    wf_workflow_t *workflow = self_loop(grow, &list);
    wf_storage_t *storage;
    wf_run_t *run;
    char name[64];
    long long before;
    double start;
    snprintf(name, sizeof name, "growing-%s-%ld-%d", row->appends ? "append" : "set", row->steps, round);
    place = new_place(row->kind, name);
    if (!row->appends) list.whole = malloc((size_t)row->steps * (RECORD + 1) + 2);
    storage = opened(place.url);
    before = written();
    start = now();
    run = started(workflow, storage, NULL, WF_DURABILITY_FULL);
    finish(run);
    wf_storage_free(storage);
    row->seconds[round] = now() - start;
    row->written = written() - before;
    row->size = size_of(&place);
    wf_workflow_free(workflow);
    free(list.whole);
    row->places[round] = place;
}

int main(void) {
    static struct row rows[] = {
        {.kind = "sqlite", .appends = true, .steps = 500, .rounds = ROUNDS},
        {.kind = "sqlite", .appends = true, .steps = 2000, .rounds = ROUNDS},
        {.kind = "sqlite", .appends = true, .steps = 8000, .rounds = ROUNDS},
        {.kind = "sqlite", .appends = false, .steps = 500, .rounds = ROUNDS},
        {.kind = "sqlite", .appends = false, .steps = 2000, .rounds = ROUNDS},
        {.kind = "directory", .appends = true, .steps = 500, .rounds = ROUNDS},
        {.kind = "directory", .appends = true, .steps = 2000, .rounds = 1}, /* 400 MB */
    };
    int count = (int)(sizeof rows / sizeof *rows);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < count; i++)
            if (round < rows[i].rounds) measure(&rows[i], round);
    /* Not before: ext4 searches long for an inode where many files have just been deleted. */
    for (int i = 0; i < count; i++)
        for (int round = 0; round < rows[i].rounds; round++) discard(&rows[i].places[round]);
    printf("a list that grows by %d bytes, full durability; at most 3 times the final list in the database\n", RECORD);
    printf("%-10s %-7s %6s %9s %12s %14s %9s %16s\n", "storage", "by", "steps", "seconds", "us/superstep", "bytes at rest", "x list", "written/superstep");
    for (int i = 0; i < count; i++) {
        struct row *row = &rows[i];
        double seconds = median(row->seconds, row->rounds), list = (double)row->steps * (RECORD + 1) + 1;
        printf("%-10s %-7s %6ld %9.2f %12.0f %14lld %9.2f %16.0f\n", row->kind, row->appends ? "append" : "set", row->steps, seconds,
               seconds / (double)row->steps * 1e6, row->size, (double)row->size / list, (double)row->written / (double)row->steps);
    }
    return 0;
}
