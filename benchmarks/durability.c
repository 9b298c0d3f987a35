/* durability.c: supersteps per second with each storage and each level of durability, which take turns. */
#include "measure.h"

enum { STEPS = 400, ROUNDS = 7 };

static wf_status_t count(void *user_data, wf_context_t *context, const char *input, size_t length) {
    long *left = user_data;
    char text[24];
    wf_status_t status;
    (void)input, (void)length;
    snprintf(text, sizeof text, "%ld", *left);
    status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "count", text, WF_NUL, NULL);
    if (status < 0 || --*left == 0) return status;
    return wf_context_send(context, NULL, text, WF_NUL, NULL);
}

int main(void) {
    static const char *const kinds[] = {"memory", "directory", "sqlite"}, *const levels[] = {"full", "process", "exit"};
    static double seconds[3][3][ROUNDS];
    for (int round = 0; round < ROUNDS; round++)
        for (int kind = 0; kind < 3; kind++)
            for (int level = 0; level < 3; level++) {
                long left = STEPS;
                place_t place = new_place(kinds[kind], "durability");
                wf_workflow_t *workflow = self_loop(count, &left);
                wf_storage_t *storage = opened(place.url);
                double start = now();
                finish(started(workflow, storage, NULL, (enum wf_durability)level));
                seconds[kind][level][round] = now() - start;
                wf_storage_free(storage);
                wf_workflow_free(workflow);
                discard(&place);
            }
    printf("supersteps per second, in runs of %d, and times the rate of full\n%-10s", STEPS, "");
    for (int level = 0; level < 3; level++) printf(" %17s", levels[level]);
    printf("\n");
    for (int kind = 0; kind < 3; kind++) {
        double full = 0;
        printf("%-10s", kinds[kind]);
        for (int level = 0; level < 3; level++) {
            double rate = STEPS / median(seconds[kind][level], ROUNDS);
            if (level == 0) full = rate;
            printf(" %9.0f (%4.1fx)", rate, rate / full);
        }
        printf("\n");
    }
    return 0;
}
