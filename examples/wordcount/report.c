#define _GNU_SOURCE
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Progress ---------------------------------------------------------------------------------- */

static bool on_terminal(const struct progress *progress)
{
    return !progress->every_superstep && isatty(STDOUT_FILENO);
}

void show_progress(struct progress *progress, uint64_t superstep, int64_t bytes, int64_t total)
{
    int64_t percent = total > 0 ? 100 * bytes / total : 0;
    bool terminal = on_terminal(progress);
    if (!terminal && !progress->every_superstep && percent / 10 == progress->tenth)
        return;
    progress->tenth = percent / 10;
    printf("%s  superstep %" PRIu64 " saved", terminal ? "\r\033[K" : "", superstep);
    if (total > 0)
        printf(": %" PRId64 " of %" PRId64 " bytes counted, %" PRId64 " %%", bytes, total, percent);
    if (!terminal)
        putchar('\n');
    fflush(stdout);
}

void end_progress(const struct progress *progress)
{
    if (on_terminal(progress))
        putchar('\n');
}

/* ---- The result -------------------------------------------------------------------------------- */

struct counted {
    const char *word;
    json_int_t count;
};

static int by_count(const void *left, const void *right)
{
    const struct counted *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->word, b->word);
}

static int by_word(const void *left, const void *right)
{
    return strcmp(((const struct counted *)left)->word, ((const struct counted *)right)->word);
}

/* The words in the wanted order; the caller frees them. */
static struct counted *sorted_words(const json_t *report, int (*order)(const void *, const void *), size_t *length)
{
    json_t *counts = json_object_get(report, "counts");
    struct counted *words = calloc(json_object_size(counts) + 1, sizeof *words);
    const char *word;
    json_t *count;
    *length = 0;
    if (words == NULL)
        return NULL;
    json_object_foreach(counts, word, count)
        words[(*length)++] = (struct counted){ word, json_integer_value(count) };
    qsort(words, *length, sizeof *words, order);
    return words;
}

void print_report(const json_t *report, size_t top)
{
    size_t length;
    struct counted *words = sorted_words(report, by_count, &length);
    printf("%" JSON_INTEGER_FORMAT " words, %zu of them different, in %" JSON_INTEGER_FORMAT " bytes of %"
           JSON_INTEGER_FORMAT " file(s)\n",
           json_integer_value(json_object_get(report, "words")), length,
           json_integer_value(json_object_get(report, "bytes")), json_integer_value(json_object_get(report, "files")));
    for (size_t index = 0; index < length && index < top; index++)
        printf("%8" JSON_INTEGER_FORMAT " %s\n", words[index].count, words[index].word);
    free(words);
}

bool write_counts(const json_t *report, const char *path)
{
    size_t length;
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    struct counted *words = sorted_words(report, by_word, &length);
    for (size_t index = 0; index < length; index++)
        fprintf(file, "%" JSON_INTEGER_FORMAT " %s\n", words[index].count, words[index].word);
    free(words);
    bool written = ferror(file) == 0;
    return fclose(file) == 0 && written;
}

/* ---- The lineage ------------------------------------------------------------------------------- */

const char *short_id(const char *id)
{
    size_t length = id == NULL ? 0 : strlen(id);
    return length == 0 ? "-" : length < 8 ? id : id + length - 8;
}

void print_lineage_title(void)
{
    printf("%9s  %-9s  %-10s  %-8s  %s\n", "superstep", "kind", "checkpoint", "parent", "written by");
}

void print_lineage_entry(const json_t *entry, const char *language)
{
    const char *id = json_string_value(json_object_get(entry, "checkpoint_id"));
    const char *problem = json_string_value(json_object_get(entry, "problem"));
    if (problem != NULL) {
        printf("%9s  %-9s  %-10s  %s\n", "?", "damaged", short_id(id), problem);
        return;
    }
    printf("%9" JSON_INTEGER_FORMAT "  %-9s  %-10s  %-8s  %s\n",
           json_integer_value(json_object_get(entry, "superstep")),
           json_string_value(json_object_get(entry, "kind")), short_id(id),
           short_id(json_string_value(json_object_get(entry, "previous_checkpoint_id"))),
           language != NULL ? language : "-");
}
