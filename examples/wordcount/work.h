/* The work: three executors, and the two conditions of the loop. The twin of work.py. */
#ifndef WORK_H
#define WORK_H

#include <jansson.h>
#include <workflow.h>

/** What the counter knows. It stays in memory from chunk to chunk; save and restore carry it through checkpoints. */
struct counter {
    json_t *counts;      /**< word: how often. */
    json_int_t words;
    json_int_t bytes;
    json_int_t checksum; /**< CRC-32 of the counted part of the current file. */
    json_int_t total;    /**< Of all files, in bytes; for the progress line, not saved. */
    long pause_ms;       /**< So that a person has time to watch, or to kill; not saved. */
};

/** Binds the code here to the ids that the graph declares. The counter must live as long as the workflow. */
wf_status_t add_work(wf_builder_t *builder, struct counter *counter, wf_error_t **error);

#endif
