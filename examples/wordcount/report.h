/* What the person sees: progress, the result, the line of checkpoints. The twin of report.py. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/** How far the counting is. On a terminal one line is updated; elsewhere a line is written at each tenth.
 *
 * Before the counter has begun, the total is 0: not known. */
struct progress {
    bool every_superstep; /**< A line for each superstep instead. */
    int64_t tenth;        /**< The last tenth that was written. */
};

void show_progress(struct progress *progress, uint64_t superstep, int64_t bytes, int64_t total);
void end_progress(const struct progress *progress);

/** The totals and the most frequent words. */
void print_report(const json_t *report, size_t top);

/** Writes every word with its count, sorted, one a line. False, with errno set, when that fails. */
bool write_counts(const json_t *report, const char *path);

/** One line of the lineage. `entry` is from wf_storage_list; `language` is NULL where no executor has run yet. */
void print_lineage_title(void);
void print_lineage_entry(const json_t *entry, const char *language);

/** The end of a checkpoint's id. The beginning tells only the time, and is the same for a minute. */
const char *short_id(const char *id);

#endif
