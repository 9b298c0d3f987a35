/* measure.h: what the benchmarks in C have in common. */
#ifndef MEASURE_H
#define MEASURE_H
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <workflow.h>

/* Seconds: of the clock, and of this process at work. */
double now(void);
double cpu(void);
/* What this process has handed to write and its kin so far. */
long long written(void);
/* Sorts them. */
double median(double *values, int count);

/* Ends the program with the sentence of the error. */
void must(wf_status_t status, wf_error_t *error);
void die(const char *what, const char *why);

/* A storage of a benchmark's own, new and empty, in $WORKFLOW_BENCH, or build/bench: on a disk, if the numbers are to mean anything. */
typedef struct place {
    char path[4096], url[4200];
} place_t;
place_t new_place(const char *kind, const char *name);
/* All the bytes of its files. */
long long size_of(const place_t *place);
void discard(const place_t *place);
wf_storage_t *opened(const char *url);

/* A graph, made piece by piece; `built` consumes the builder. */
wf_builder_t *new_builder(const char *name);
void add(wf_builder_t *builder, const char *id, wf_executor_fn invoke, void *user_data);
wf_workflow_t *built(wf_builder_t *builder, const char *start);
/* One executor with an edge to itself. */
wf_workflow_t *self_loop(wf_executor_fn invoke, void *user_data);
wf_run_t *started(wf_workflow_t *workflow, wf_storage_t *storage, const char *run_id, enum wf_durability durability);
/* Drives it through so many supersteps more, or to its end. */
void advance(wf_run_t *run, long long supersteps);
/* Drives it to its end, and frees it. */
void finish(wf_run_t *run);
/* Drives it to where it rests. */
void drive(wf_run_t *run);

/* Starts this program anew with these arguments, and reads the numbers that it prints. */
void ask(const char *const arguments[], double *numbers, int count);

/* A JSON string of exactly `size` bytes that no compression makes small. NUL-terminated. */
void put_record(char *text, size_t size, unsigned long number);

#endif
