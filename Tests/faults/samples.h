/* The sample graphs, and how one of them is driven from wherever its storage stands to its end. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <workflow.h>

enum { ACKS = 64, ID = 256 };

/* An acknowledged checkpoint: its event came. */
struct ack {
    char id[ID];
    char *document; /* as the run gives it, if it was asked to keep documents */
};

/* What one or several runs told. */
struct history {
    struct ack acks[ACKS];
    int count;
    int keep_documents;
    int limit;            /* abandons the run after so many checkpoints; 0: goes on to the end */
    wf_status_t end;      /* WF_DONE, or what failed */
    char message[1024];   /* of the failure */
    int is_behind;        /* the storage told a latest checkpoint that is older than one acknowledged (1), or none (2) */
};

int sample_count(void);
const char *sample_name(int sample);
wf_workflow_t *sample_workflow(int sample);

/* What the world outside of the runs has seen. */
extern struct world {
    int repaired;     /* the sample "repair" fails while this is 0 */
    int payments;     /* of the sample "payment" */
    int is_receipted; /* a receipt was remembered: no further payment */
    int is_paid_again; /* and yet there was one */
} world;

/* Of the runs from now on; WF_DURABILITY_FULL at first. */
extern enum wf_durability durability;

/* Resumes the latest checkpoint, or starts; drives to the end, and answers requests. */
void play(int sample, wf_workflow_t *workflow, wf_storage_t *storage, struct history *history);

/* The same, and repairs what only fails because the world is not in order yet. */
void play_through(int sample, wf_workflow_t *workflow, wf_storage_t *storage, struct history *history);

void forget_history(struct history *history);

/* A document without what differs between two runs: ids and times. Owned by the caller. NULL if it is no JSON. */
char *comparable(const char *document);

/* The latest checkpoint, comparable: what came out of a finished run. NULL, and why, if there is none. */
char *result(wf_storage_t *storage, int sample, char why[1024]);

#endif
