/* durability.c: supersteps per second with each storage and each level of durability, which take turns. */
#include "measure.h"

enum { STEPS = 400, STEPS_IN_MEMORY = 20000, ROUNDS = 7 };

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
    static place_t places[ROUNDS * 9];
    int used = 0;
    for (int round = 0; round < ROUNDS; round++)
        for (int kind = 0; kind < 3; kind++)
            for (int level = 0; level < 3; level++) {
                long steps = kind == 0 ? STEPS_IN_MEMORY : STEPS, left = steps;
                char name[32];
                snprintf(name, sizeof name, "durability-%d", used);
                place_t *place = &places[used++];
                *place = new_place(kinds[kind], name);
                wf_workflow_t *workflow = self_loop(count, &left);
                wf_storage_t *storage = opened(place->url);
                double start = now();
                finish(started(workflow, storage, NULL, (enum wf_durability)level));
                seconds[kind][level][round] = (now() - start) / (double)steps;
                wf_storage_free(storage);
                wf_workflow_free(workflow);
            }
    /* Not before: ext4 searches long for an inode where many files have just been deleted. */
    while (used > 0) discard(&places[--used]);
    printf("supersteps per second, in runs of %d (memory: %d), and times the rate of full\n%-10s", STEPS, STEPS_IN_MEMORY, "");
    for (int level = 0; level < 3; level++) printf(" %17s", levels[level]);
    printf("\n");
    for (int kind = 0; kind < 3; kind++) {
        double full = 0;
        printf("%-10s", kinds[kind]);
        for (int level = 0; level < 3; level++) {
            double rate = 1 / median(seconds[kind][level], ROUNDS);
            if (level == 0) full = rate;
            printf(" %9.0f (%4.1fx)", rate, rate / full);
        }
        printf("\n");
    }
    return 0;
}
