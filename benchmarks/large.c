/* large.c: a state of 50 MB of which each superstep changes a little, beside a run whose state is that little.
 *
 * The two runs go on in turns of a few supersteps, each in a database of its own. */
#include "measure.h"

enum { STATE = 50000000, RECORD = 200, KEYS = 1000, TURN = 20, TURNS = 50 };

struct load {
    bool is_large, appends;
    unsigned long steps;
};

/* A list of records. */
static char *list_of(size_t size, size_t *length) {
    char *text = malloc(size + RECORD + 2);
    size_t end = 0;
    while (end < size) {
        text[end] = end == 0 ? '[' : ',';
        put_record(text + end + 1, RECORD, end);
        end += RECORD + 1;
    }
    text[end++] = ']';
    *length = end;
    return text;
}

static wf_status_t fill(struct load *load, wf_context_t *context) {
    size_t length;
    wf_status_t status = WF_OK;
    char *text = list_of(load->appends ? STATE : STATE / KEYS, &length);
    if (load->appends) status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "list", text, length, NULL);
    for (int key = 0; key < KEYS && !load->appends && status >= 0; key++) {
        char name[32];
        snprintf(name, sizeof name, "key %d", key);
        status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, name, text, length, NULL);
    }
    free(text);
    return status;
}

static wf_status_t change(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct load *load = user_data;
    char text[RECORD + 1];
    wf_status_t status;
    (void)input, (void)length;
    if (load->steps == 0 && load->is_large && (status = fill(load, context)) < 0) return status;
    if (load->appends) {
        put_record(text, RECORD, ++load->steps);
        status = load->is_large && load->steps == 1 ? WF_OK : wf_context_append(context, WF_SCOPE_EXECUTOR, "list", text, RECORD, NULL);
    } else {
        snprintf(text, sizeof text, "%lu", ++load->steps);
        status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "count", text, WF_NUL, NULL);
    }
    return status < 0 ? status : wf_context_send(context, NULL, "0", 1, NULL);
}

struct side {
    struct load load;
    place_t place;
    wf_workflow_t *workflow;
    wf_storage_t *storage;
    wf_run_t *run;
    double seconds[TURNS];
    long long written;
};

static void begin(struct side *side, bool is_large, bool appends, enum wf_durability durability) {
    side->load = (struct load){is_large, appends, 0};
    side->place = new_place("sqlite", is_large ? "large" : "small");
    side->workflow = self_loop(change, &side->load);
    side->storage = opened(side->place.url);
    side->run = started(side->workflow, side->storage, NULL, durability);
    side->written = 0;
    advance(side->run, 2);
    /* What the large state left in the log is put in its place now, not in the middle of a turn. */
    wf_storage_free(opened(side->place.url));
}

static void turn(struct side *side, int number) {
    long long before = written();
    double start = now();
    advance(side->run, TURN);
    side->seconds[number] = (now() - start) / TURN;
    side->written += written() - before;
}

static void end(struct side *side) {
    wf_run_free(side->run);
    wf_storage_free(side->storage);
    wf_workflow_free(side->workflow);
    discard(&side->place);
}

static void race(const char *title, bool appends, enum wf_durability durability) {
    static struct side large, small;
    double ratios[TURNS];
    begin(&large, true, appends, durability);
    begin(&small, false, appends, durability);
    for (int i = 0; i < TURNS; i++) {
        turn(i % 2 ? &small : &large, i);
        turn(i % 2 ? &large : &small, i);
        ratios[i] = large.seconds[i] / small.seconds[i];
    }
    printf("%-36s %9.1f us %9.1f us %6.2f %12.0f %12.0f\n", title, median(large.seconds, TURNS) * 1e6, median(small.seconds, TURNS) * 1e6,
           median(ratios, TURNS), (double)large.written / TURN / TURNS, (double)small.written / TURN / TURNS);
    fflush(stdout);
    end(&large);
    end(&small);
}

int main(void) {
    printf("a state of %d MB of which little changes, beside a run with only that, sqlite:\n%-36s %12s %12s %6s %12s %12s\n", STATE / 1000000, "", "superstep",
           "beside it", "ratio", "bytes", "beside it");
    race("one of 1,001 keys, full", false, WF_DURABILITY_FULL);
    race("one of 1,001 keys, process", false, WF_DURABILITY_PROCESS);
    race("an append to one key, full", true, WF_DURABILITY_FULL);
    race("an append to one key, process", true, WF_DURABILITY_PROCESS);
    return 0;
}
