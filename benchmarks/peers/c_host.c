/* c_host.c: libworkflow with a C host, for the same workloads as the files beside it.
 *
 * usage: bench-host WORKLOAD [name=value ...]; prints one line of JSON, as harness/worker.py does. */
#include "../measure.h"

#include <unistd.h>

static long steps, workers, rounds, hops, size, runs, quiet, repeat = 1, done;
static const char *kept, *expect;
static char *body; /* the payload */
static size_t body_length;
static bool ends; /* in the handler, after superstep `steps` */

/* ---- Executors ---- */

static wf_status_t send_number(wf_context_t *context, long n) {
    char text[24];
    return wf_context_send(context, NULL, text, (size_t)snprintf(text, sizeof text, "%ld", n), NULL);
}

static wf_status_t count(void *data, wf_context_t *context, const char *input, size_t length) {
    long n = strtol(input, NULL, 10);
    (void)data, (void)length;
    if (n > steps && ends) _exit(0);
    done = n;
    return n < steps || ends ? send_number(context, n + 1) : wf_context_output(context, input, length, NULL);
}

static wf_status_t grow(void *data, wf_context_t *context, const char *input, size_t length) {
    char record[201];
    wf_status_t status;
    (void)data, (void)input, (void)length;
    put_record(record, 200, (unsigned long)done);
    status = wf_context_append(context, WF_SCOPE_SHARED, "list", record, 200, NULL);
    return status < 0 || ++done == steps ? status : send_number(context, done);
}

static wf_status_t forward(void *data, wf_context_t *context, const char *input, size_t length) {
    (void)data;
    return wf_context_send(context, NULL, input, length, NULL);
}

static wf_status_t collect(void *data, wf_context_t *context, const char *input, size_t length) {
    (void)data, (void)input, (void)length;
    done += workers;
    return done < workers * rounds ? send_number(context, done) : WF_OK;
}

static wf_status_t arrive(void *data, wf_context_t *context, const char *input, size_t length) {
    (void)data, (void)context, (void)input;
    done = length == body_length ? size / 200 : -1;
    return WF_OK;
}

/* ---- Graphs ---- */

static wf_workflow_t *chain(void) {
    wf_builder_t *graph = new_builder("bench");
    wf_error_t *error = NULL;
    const char *ids[64];
    for (long i = 0; i < hops; i++) {
        char *id = malloc(16);
        snprintf(id, 16, "hop%ld", i);
        ids[i] = id;
        add(graph, id, i < hops - 1 ? forward : arrive, NULL);
    }
    must(wf_builder_add_chain(graph, ids, (size_t)hops, &error), error);
    return built(graph, ids[0]);
}

static wf_workflow_t *fan(void) {
    wf_builder_t *graph = new_builder("bench");
    wf_error_t *error = NULL;
    const char *ids[1024];
    add(graph, "spread", forward, NULL);
    add(graph, "collect", collect, NULL);
    for (long i = 0; i < workers; i++) {
        char *id = malloc(16);
        snprintf(id, 16, "work%ld", i);
        ids[i] = id;
        add(graph, id, forward, NULL);
    }
    must(wf_builder_add_fan_out_edges(graph, "spread", ids, (size_t)workers, &error), error);
    must(wf_builder_add_fan_in_edges(graph, ids, (size_t)workers, "collect", &error), error);
    must(wf_builder_add_edge(graph, "collect", "spread", NULL, &error), error);
    return built(graph, "spread");
}

static wf_storage_t *storage(void) {
    char url[4200];
    if (kept == NULL) return NULL;
    if (strcmp(kept, "memory") == 0) return opened("memory:");
    snprintf(url, sizeof url, "sqlite:%.4000s/runs.db", kept);
    return opened(url);
}

static long peak(void) {
    char line[128];
    long kilobytes = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file)) sscanf(line, "VmHWM: %ld", &kilobytes);
    if (file != NULL) fclose(file);
    return kilobytes;
}

/* All events, as the other hosts get them, unless it is to be quiet. */
static void play(wf_workflow_t *workflow, wf_storage_t *storage, const char *input, size_t length, bool resumes) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    wf_event_t *event = NULL;
    wf_error_t *error = NULL;
    wf_status_t status;
    char *id = NULL;
    options.storage = storage;
    options.max_supersteps = 1u << 31;
    if (quiet) options.hidden_events = ~(uint64_t)0;
    if (resumes) {
        must(wf_storage_latest(storage, NULL, &id, &error), error);
        must(wf_run_resume(workflow, &options, id, &run, &error), error);
    } else {
        must(wf_run_start(workflow, &options, input, length, &run, &error), error);
    }
    while ((status = wf_run_next(run, -1, &event, &error)) == WF_OK) wf_event_free(event);
    must(status, error);
    wf_free(id);
    wf_run_free(run);
}

static void make_body(void) {
    char *end = body = malloc((size_t)size * 2 + 64);
    end += sprintf(end, "{\"records\":[");
    for (long i = 0; i < size / 200; i++) {
        char record[173];
        put_record(record, 172, (unsigned long)i);
        end += sprintf(end, "%s{\"number\":%ld,\"text\":%s}", i ? "," : "", i, record);
    }
    end += sprintf(end, "]}");
    body_length = (size_t)(end - body);
}

int main(int words, char **word) {
    double samples[64], processor[64], total = 0;
    int taken = 0;
    const char *workload = words > 1 ? word[1] : "";
    for (int i = 2; i < words; i++) {
        const struct { const char *name; long *value; } names[] = {
            {"steps=", &steps}, {"workers=", &workers}, {"rounds=", &rounds}, {"hops=", &hops}, {"size=", &size}, {"runs=", &runs}, {"repeat=", &repeat}, {"quiet=", &quiet}};
        bool known = false;
        for (int j = 0; j < 8; j++)
            if (strncmp(word[i], names[j].name, strlen(names[j].name)) == 0) *names[j].value = atol(strchr(word[i], '=') + 1), known = true;
        if (strncmp(word[i], "storage=", 8) == 0) kept = word[i] + 8, known = true;
        if (strncmp(word[i], "expect=", 7) == 0) expect = word[i] + 7, known = true;
        if (!known) die(word[i], "is no value of a workload");
    }
    if (strcmp(workload, "payload") == 0) make_body();
    if (strcmp(workload, "start") == 0) steps = 2;
    while (taken < repeat && taken < 64 && total < 0.5) {
        wf_workflow_t *workflow;
        wf_storage_t *place;
        bool resumes = strcmp(workload, "resume") == 0;
        double begin, worked = cpu();
        done = 0;
        if (resumes) steps++, begin = now();
        ends = strcmp(workload, "crash") == 0;
        if (strcmp(workload, "payload") == 0) workflow = chain();
        else if (strcmp(workload, "fan") == 0) workflow = fan();
        else workflow = self_loop(strcmp(workload, "grow") == 0 ? grow : count, NULL);
        place = storage();
        if (!resumes) begin = now(), worked = cpu();
        if (strcmp(workload, "many") == 0) {
            long good = 0;
            for (long i = 0; i < runs; i++) {
                wf_workflow_t *one = self_loop(count, NULL);
                wf_storage_t *own = opened("memory:");
                play(one, own, "1", 1, false);
                wf_storage_free(own);
                wf_workflow_free(one);
                good += done == steps;
            }
            done = good;
        } else if (strcmp(workload, "payload") == 0) {
            play(workflow, place, body, body_length, false);
        } else {
            play(workflow, place, "1", 1, resumes);
        }
        samples[taken] = now() - begin;
        processor[taken] = cpu() - worked;
        total += samples[taken++];
        wf_storage_free(place);
        wf_workflow_free(workflow);
        if (expect && done != atol(expect)) die(workload, "the result is another than expected");
    }
    printf("{\"samples\": [");
    for (int i = 0; i < taken; i++) printf("%s%.9f", i ? ", " : "", samples[i]);
    printf("], \"processor\": [");
    for (int i = 0; i < taken; i++) printf("%s%.9f", i ? ", " : "", processor[i]);
    printf("], \"peak_kb\": %ld}\n", peak());
    return 0;
}
