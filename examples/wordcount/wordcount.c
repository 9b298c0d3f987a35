/* Counts the words of a text, a chunk at a time, and may be killed at any moment.
 *
 *     reader ──▶ counter ──finished──▶ reporter          the graph, as it stands in workflow.json
 *                 ▲   │
 *                 └more
 *
 * Every chunk is a superstep, and after every superstep there is a checkpoint. wordcount.py is the same program
 * in Python: what one of them began, the other can finish. For that they agree on four things only: the graph,
 * the messages, the shared state ("job", "language", "report") and what the counter saves. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <workflow.h>
#include <workflow_jansson.h>

#include "report.h"
#include "words.h"
#include "work.h"

#define NAME "wordcount"

struct options {
    const char *command, *path, *storage, *checkpoint, *counts, *graph;
    long chunk_bytes, pause_ms, top;
    bool verbose, help;
};

/* All that a command holds; the end of main gives it back. */
struct program {
    struct options options;
    struct counter counter;
    struct progress progress;
    wf_workflow_t *workflow;
    wf_storage_t *storage;
    wf_run_t *run;
    json_t *report;
    wf_error_t *error;
};

/* ---- Running ----------------------------------------------------------------------------------- */

/* Each of these answers whether to go on; the one that says no has said why. */

static bool complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs(NAME ": ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return false;
}

static bool succeeded(struct program *program, wf_status_t status)
{
    if (status >= 0)
        return true;
    const char *message = program->error == NULL ? wf_status_text(status) : wf_error_message(program->error, NULL);
    return complain("%s (%s)", message, wf_status_name(status));
}

/* The graph from workflow.json, the code from work.c. */
static wf_status_t build_workflow(struct program *program, const char *graph)
{
    wf_builder_t *builder = NULL;
    wf_status_t status = wf_builder_parse(graph, WF_NUL, &builder, &program->error);
    if (status >= 0)
        status = add_work(builder, &program->counter, &program->error);
    if (status >= 0)
        status = wf_builder_build(builder, &program->workflow, &program->error);
    wf_builder_free(builder);
    return status;
}

static bool open_workflow(struct program *program)
{
    json_error_t why;
    json_t *graph = json_load_file(program->options.graph, 0, &why);
    if (graph == NULL)
        return complain("%s: %s", program->options.graph, why.text);
    char *text = json_dumps(graph, JSON_COMPACT);
    wf_status_t status = build_workflow(program, text);
    free(text);
    json_decref(graph);
    return succeeded(program, status);
}

static bool open_storage(struct program *program)
{
    char *url = format_text("directory:%s", program->options.storage);
    wf_status_t status = wf_storage_open(url, &program->storage, &program->error);
    free(url);
    return succeeded(program, status);
}

/* Only what is shown; the library does not even build the others. */
static wf_run_options_t run_options(const struct program *program)
{
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    options.storage = program->storage;
    options.hidden_events = ~(WF_EVENT_BIT(WF_EVENT_SUPERSTEP_COMPLETED) | WF_EVENT_BIT(WF_EVENT_OUTPUT));
    return options;
}

static void show_event(struct program *program, const wf_event_t *event)
{
    struct counter *counter = &program->counter;
    size_t length;
    const char *data = wf_event_data(event, &length);
    if (wf_event_kind(event) == WF_EVENT_OUTPUT)
        program->report = json_loadb(data, length, 0, NULL);
    else if (wf_event_kind(event) == WF_EVENT_SUPERSTEP_COMPLETED)
        show_progress(&program->progress, wf_event_superstep(event), counter->bytes, counter->total);
}

static bool drive(struct program *program)
{
    wf_event_t *event;
    wf_status_t status;
    while ((status = wf_run_next(program->run, -1, &event, &program->error)) == WF_OK) {
        show_event(program, event);
        wf_event_free(event);
    }
    end_progress(&program->progress);
    return succeeded(program, status);
}

/* A run that was finished before gives no output again: its last checkpoint has the report. */
static bool find_report(struct program *program)
{
    if (program->report != NULL)
        return true;
    json_t *checkpoint;
    if (!succeeded(program, wf_run_checkpoint_jansson(program->run, &checkpoint, &program->error)))
        return false;
    puts("The run had finished before.");
    program->report = json_incref(json_object_get(json_object_get(checkpoint, "state"), "report"));
    json_decref(checkpoint);
    return program->report != NULL || complain("the last checkpoint has no report");
}

static bool finish(struct program *program)
{
    const struct options *options = &program->options;
    if (!drive(program) || !find_report(program))
        return false;
    print_report(program->report, (size_t)options->top);
    return options->counts == NULL || write_counts(program->report, options->counts) ||
           complain("cannot write %s: %s", options->counts, strerror(errno));
}

/* ---- The commands ------------------------------------------------------------------------------ */

/* The list of all checkpoints, oldest first; the caller releases it. */
static bool list_checkpoints(struct program *program, json_t **list)
{
    char *text;
    size_t length;
    if (!succeeded(program, wf_storage_list(program->storage, NAME, &text, &length, &program->error)))
        return false;
    *list = json_loadb(text, length, 0, NULL);
    wf_free(text);
    return true;
}

/* The latest one, to be released with wf_free; NULL if there is none. */
static bool find_latest(struct program *program, char **id)
{
    *id = NULL;
    return succeeded(program, wf_storage_latest(program->storage, NAME, id, &program->error));
}

static bool start(struct program *program)
{
    char *latest, *path;
    if (!find_latest(program, &latest))
        return false;
    wf_free(latest);
    if (latest != NULL)
        return complain("%s holds a run already: resume it, or name another folder", program->options.storage);
    if ((path = realpath(program->options.path, NULL)) == NULL)
        return complain("cannot read %s: %s", program->options.path, strerror(errno));

    json_t *request = json_pack("{s:s, s:I}", "path", path, "chunk_bytes", (json_int_t)program->options.chunk_bytes);
    free(path);
    if (request == NULL)
        return complain("the name of %s is not UTF-8, so a checkpoint cannot hold it", program->options.path);
    char *input = json_dumps(request, JSON_COMPACT);
    wf_run_options_t options = run_options(program);
    wf_status_t status = wf_run_start(program->workflow, &options, input, WF_NUL, &program->run, &program->error);
    free(input);
    json_decref(request);
    return succeeded(program, status) && finish(program);
}

static bool ends_with(const char *text, const char *tail)
{
    size_t length = strlen(text), wanted = strlen(tail);
    return length >= wanted && strcmp(text + length - wanted, tail) == 0;
}

/* The whole id of the checkpoint whose id ends in `tail`, as the lineage shows it; borrowed from the list. */
static const char *find_checkpoint(const json_t *list, const char *tail)
{
    const char *found = NULL;
    size_t index;
    json_t *entry;
    json_array_foreach(list, index, entry) {
        const char *id = json_string_value(json_object_get(entry, "checkpoint_id"));
        if (!ends_with(id, tail))
            continue;
        if (found != NULL)
            return complain("several checkpoints end in %s: give more of the id", tail), NULL;
        found = id;
    }
    if (found == NULL)
        complain("no checkpoint ends in %s: the command lineage shows them all", tail);
    return found;
}

static bool resume(struct program *program)
{
    const char *tail = program->options.checkpoint, *id = NULL;
    char *latest = NULL;
    json_t *list = NULL;
    if (tail != NULL && list_checkpoints(program, &list))
        id = find_checkpoint(list, tail);
    else if (tail == NULL && find_latest(program, &latest) && (id = latest) == NULL)
        complain("there is nothing to resume in %s", program->options.storage);

    wf_run_options_t options = run_options(program);
    bool resumed = id != NULL &&
                   succeeded(program, wf_run_resume(program->workflow, &options, id, &program->run, &program->error));
    json_decref(list);
    wf_free(latest);
    return resumed && finish(program);
}

/* Which language signed the checkpoint; NULL if none did, or it cannot be read. The caller releases it. */
static json_t *language_of(struct program *program, const json_t *entry)
{
    const char *id = json_string_value(json_object_get(entry, "checkpoint_id"));
    char *text;
    size_t length;
    if (wf_storage_load(program->storage, id, &text, &length, NULL) < 0)
        return NULL;
    json_t *checkpoint = json_loadb(text, length, 0, NULL);
    json_t *language = json_incref(json_object_get(json_object_get(checkpoint, "state"), "language"));
    json_decref(checkpoint);
    wf_free(text);
    return language;
}

static bool lineage(struct program *program)
{
    json_t *list, *entry;
    size_t index;
    if (!list_checkpoints(program, &list))
        return false;
    print_lineage_title();
    json_array_foreach(list, index, entry) {
        json_t *language = language_of(program, entry);
        print_lineage_entry(entry, json_string_value(language));
        json_decref(language);
    }
    json_decref(list);
    return true;
}

/* ---- The command line -------------------------------------------------------------------------- */

static const char HELP[] =
    "Counts the words of a file or a folder; survives being killed.\n"
    "\n"
    "  wordcount start PATH --storage DIR    begins, with a checkpoint in DIR after every chunk\n"
    "  wordcount resume --storage DIR        goes on where it stopped, whoever began it\n"
    "  wordcount lineage --storage DIR       shows the checkpoints\n"
    "\n"
    "  --chunk-bytes N   start: about so many bytes a chunk, 512 unless told otherwise\n"
    "  --checkpoint ID   resume: go on from this checkpoint, not the latest; the end of its id is enough\n"
    "  --pause-ms N      wait before each chunk, so that there is something to watch\n"
    "  --top N           show so many words at the end, 10 unless told otherwise\n"
    "  --counts FILE     write every word and its count to FILE\n"
    "  --verbose         a line for every superstep\n"
    "  --graph FILE      the graph; workflow.json beside the program unless told otherwise\n";

static bool parse_number(const char *name, const char *text, long least, long *number)
{
    char *end;
    errno = 0;
    *number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || *number < least || *number > INT_MAX)
        return complain("--%s must be a number from %ld to %d, and is %s", name, least, INT_MAX, text);
    return true;
}

static bool parse_options(int count, char **words, struct options *options)
{
    static const struct option known[] = {
        { "storage", required_argument, NULL, 's' },     { "checkpoint", required_argument, NULL, 'k' },
        { "chunk-bytes", required_argument, NULL, 'b' }, { "pause-ms", required_argument, NULL, 'p' },
        { "top", required_argument, NULL, 't' },         { "counts", required_argument, NULL, 'c' },
        { "graph", required_argument, NULL, 'g' },       { "verbose", no_argument, NULL, 'v' },
        { "help", no_argument, NULL, 'h' },              { NULL, 0, NULL, 0 },
    };
    bool good = true;
    int letter;
    while (good && (letter = getopt_long(count, words, "", known, NULL)) != -1) {
        switch (letter) {
        case 's': options->storage = optarg; break;
        case 'k': options->checkpoint = optarg; break;
        case 'b': good = parse_number("chunk-bytes", optarg, 1, &options->chunk_bytes); break;
        case 'p': good = parse_number("pause-ms", optarg, 0, &options->pause_ms); break;
        case 't': good = parse_number("top", optarg, 0, &options->top); break;
        case 'c': options->counts = optarg; break;
        case 'g': options->graph = optarg; break;
        case 'v': options->verbose = true; break;
        case 'h': options->help = true; break;
        default: good = false; /* getopt has said what is wrong */
        }
    }
    options->command = optind < count ? words[optind++] : "";
    options->path = optind < count ? words[optind++] : NULL;
    return good && (optind == count || complain("%s is one argument too many", words[optind]));
}

typedef bool (*command_fn)(struct program *program);

static command_fn find_command(const struct options *options)
{
    bool starts = strcmp(options->command, "start") == 0;
    command_fn command = starts                                      ? start
                         : strcmp(options->command, "resume") == 0  ? resume
                         : strcmp(options->command, "lineage") == 0 ? lineage
                                                                     : NULL;
    if (command == NULL)
        complain("there is no command '%s': start, resume and lineage are; --help tells more", options->command);
    else if (options->storage == NULL)
        complain("--storage DIR is missing");
    else if (starts != (options->path != NULL))
        complain(starts ? "start needs a PATH to count" : "only start takes a PATH");
    else
        return command;
    return NULL;
}

/* workflow.json in the folder of the program. */
static char *default_graph(const char *program_path)
{
    const char *slash = strrchr(program_path, '/');
    int folder = slash == NULL ? 1 : (int)(slash - program_path);
    return format_text("%.*s/workflow.json", folder, slash == NULL ? "." : program_path);
}

static void free_program(struct program *program)
{
    wf_run_free(program->run);
    wf_storage_free(program->storage);
    wf_workflow_free(program->workflow);
    wf_error_free(program->error);
    json_decref(program->report);
    json_decref(program->counter.counts);
}

int main(int count, char **words)
{
    char *graph = default_graph(words[0]);
    struct program program = { .options = { .chunk_bytes = 512, .top = 10, .graph = graph } };
    struct options *options = &program.options;
    command_fn command = NULL;
    bool parsed = parse_options(count, words, options);
    bool success = parsed && options->help;
    if (success)
        fputs(HELP, stdout);
    else if (parsed)
        command = find_command(options);

    if (command != NULL) {
        program.counter = (struct counter){ .counts = json_object(), .pause_ms = options->pause_ms };
        program.progress.every_superstep = options->verbose;
        success = open_workflow(&program) && open_storage(&program) && command(&program);
        free_program(&program);
    }
    free(graph);
    return success ? 0 : command == NULL ? 2 : 1;
}
