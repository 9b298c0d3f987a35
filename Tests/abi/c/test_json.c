/* Every payload is checked once, when it enters; what is good goes on byte for byte. */
#include "story.h"

/* A text that must be refused, and between which offsets: from where it goes wrong to where the reader knows. */
static const struct {
    const char *text;
    int from, to;
} bad[] = {
    {"", 0, 0},
    {"   ", 0, 3},
    {"tru", 0, 3},
    {"nope", 0, 4},
    {"[1, 2,]", 6, 7},
    {"[1 2]", 3, 4},
    {"{\"a\" 1}", 5, 6},
    {"{a: 1}", 1, 2},
    {"{'a': 1}", 1, 2},
    {"[1] [2]", 4, 5},
    {"\"open", 0, 5},
    {"\"tab\there\"", 4, 5},
    {"\"bad \\x escape\"", 5, 7},
    {"\"\\ud800\"", 1, 8},
    {"\"caf\xE9\"", 4, 5},
    {"\"\xC0\xAF\"", 1, 2},
    {"\"\xED\xA0\x80\"", 1, 4},
    {"\xEF\xBB\xBF" "1", 0, 3},
    {"NaN", 0, 3},
    {"[Infinity]", 1, 9},
    {"-", 0, 1},
    {"+1", 0, 1},
    {"01", 0, 2},
    {"1.", 0, 2},
    {".5", 0, 1},
    {"[0x10]", 1, 5},
    {"1e999", 0, 5},
    {"9223372036854775808", 0, 19},
    {"-9223372036854775809", 0, 20},
    {"18446744073709551616", 0, 20},
    {"// comment\n1", 0, 1},
    {"{\"twice\": 1, \"twice\": 2}", 13, 20},
    {"[{\"twice\": 1, \"tw\\u0069ce\": 2}]", 14, 26},
};

static void what_is_not_json(void) {
    wf_workflow_t *workflow = built(story(echo));

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        wf_run_t *run = NULL;
        int offset = -1;
        wf_status_t status = wf_run_start(workflow, NULL, bad[i].text, WF_NUL, &run, &error);
        const char *member = strstr(wf_error_details(error, NULL), "\"offset\":");

        if (member != NULL) sscanf(member, "\"offset\":%d", &offset);
        if (offset < bad[i].from || offset > bad[i].to) {
            printf("%s: offset %d is not from %d to %d\n", bad[i].text, offset, bad[i].from, bad[i].to);
            failed_checks++;
        }
        check_failure(__FILE__, __LINE__, bad[i].text, WF_E_JSON, status, (const char *const[]){"input", NULL});
        CHECK(run == NULL);
    }
    wf_workflow_free(workflow);
}

static const char *const good[] = {
    "null", "true", "false", "0", "-0", "-1.5e-3", "1E5", "\"\"", "[]", "{}", "\"caf\xC3\xA9 \xF0\x9F\x8D\x9E\"",
    "\"\\u00e9 \\ud83c\\udf5e \\\" \\\\ \\/ \\b\\f\\n\\r\\t\"", "9223372036854775807", "-9223372036854775808",
    "0.1000000000000000055511151231257827", "{\"b\": 1, \"a\": [ {\"\" : null} ],\t\"B\":2}", "[[[[[[[[[[1]]]]]]]]]]",
};

static void what_is_json_goes_on_byte_for_byte(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK_TEXT(good[i], tell(workflow, NULL, good[i]).output);
    wf_workflow_free(workflow);
}

/* `depth` arrays, one in the other. */
static char *nest(size_t depth) {
    char *text = malloc(2 * depth + 1);

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    text[2 * depth] = '\0';
    return text;
}

static void what_is_too_deep(void) {
    const size_t depths[] = {3000, 1000000};
    wf_workflow_t *workflow = built(story(echo));

    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        char *text = nest(depths[i]);
        wf_run_t *run = NULL;

        CHECK_FAILS(WF_E_LIMIT, wf_run_start(workflow, NULL, text, WF_NUL, &run, &error), "input", "deep");
        free(text);
    }
    char *text = nest(100);
    CHECK_TEXT(text, tell(workflow, NULL, text).output);
    free(text);
    wf_workflow_free(workflow);
}

static void lengths(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_t *run = NULL;

    CHECK_FAILS(WF_E_MISUSE, wf_run_start(workflow, NULL, NULL, 3, &run, &error), "input", "NULL");
    CHECK_FAILS(WF_E_JSON, wf_run_start(workflow, NULL, NULL, 0, &run, &error), "input", "empty");
    CHECK_FAILS(WF_E_JSON, wf_run_start(workflow, NULL, "1", 0, &run, &error), "input", "empty");
    CHECK_FAILS(WF_E_JSON, wf_run_start(workflow, NULL, "1\0", 2, &run, &error), "input", "1");
    CHECK_FAILS(WF_E_LIMIT, wf_run_start(workflow, NULL, "1", WF_NUL - 1, &run, &error), "input");
    CHECK_FAILS(WF_E_LIMIT, wf_run_start(workflow, NULL, "1", SIZE_MAX / 2, &run, &error), "input");
    CHECK(run == NULL);
    CHECK_OK(wf_run_start(workflow, NULL, "12345", 3, &run, &error));
    CHECK_TEXT("123", drive(run).output);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* Long texts that are passed on as they came are not checked a second time; others are. */
static struct { int changes, as_copy; } passing;

static wf_status_t pass_on(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char *copy = malloc(length + 1);
    wf_status_t status;

    (void)user_data;
    memcpy(copy, input, length + 1);
    if (passing.changes) {
        copy[length / 2] = '\x01';
        CHECK_FAILS(WF_E_JSON, wf_context_send(context, NULL, copy, length, &error), "message");
        CHECK_FAILS(WF_E_JSON, wf_context_send(context, NULL, copy, length - 1, &error), "message");
        CHECK_FAILS(WF_E_JSON, wf_context_output(context, input, length - 1, &error), "output");
        copy[length / 2] = 'b'; /* as long, and good */
    }
    status = wf_context_send(context, NULL, passing.changes || passing.as_copy ? copy : input, length, &error);
    memset(copy, '!', length);
    free(copy);
    return status;
}

static wf_status_t compare(void *expected, wf_context_t *context, const char *input, size_t length) {
    CHECK(strlen(expected) == length);
    CHECK_TEXT((const char *)expected, input);
    return wf_context_output(context, "1", WF_NUL, NULL);
}

static void what_is_passed_on(void) {
    char expected[5003], text[5003];
    wf_executor_t last = WF_EXECUTOR_INIT;

    memset(text, 'a', sizeof text);
    text[0] = text[5001] = '"';
    text[5002] = '\0';
    last.invoke = compare;
    last.user_data = expected;
    for (int i = 0; i < 4; i++) {
        wf_builder_t *builder = story(pass_on);
        wf_workflow_t *workflow;

        passing.changes = i & 1;
        passing.as_copy = i & 2;
        strcpy(expected, text);
        if (passing.changes) expected[2501] = 'b';
        CHECK_OK(wf_builder_add_executor(builder, "last", &last, &error));
        CHECK_OK(wf_builder_add_edge(builder, "first", "last", NULL, &error));
        workflow = built(builder);
        CHECK_TEXT("1", tell(workflow, NULL, text).output);
        wf_workflow_free(workflow);
    }
}

/* A list of what came is a level deeper each time around: passed on or not, it ends where it cannot be read again. */
static int is_too_deep;

static wf_status_t pass_on_list(void *user_data, wf_context_t *context, const char *input, size_t length) {
    wf_error_t *refusal = NULL;
    wf_status_t status = wf_context_send(context, NULL, input, length, &refusal);

    (void)user_data;
    if (status == WF_E_LIMIT && strstr(wf_error_message(refusal, NULL), "deeper than 2000") != NULL) is_too_deep++;
    wf_error_free(refusal);
    return status;
}

static void what_grows_deeper(void) {
    static const char *const both[] = {"left", "right"};
    wf_builder_t *builder = story(relay);
    wf_workflow_t *workflow;
    char *text = nest(1998);
    wf_run_t *run;
    struct told told;

    for (int i = 0; i < 2; i++) add(builder, both[i], relay);
    add(builder, "join", pass_on_list);
    CHECK_OK(wf_builder_add_fan_out_edges(builder, "first", both, 2, &error));
    CHECK_OK(wf_builder_add_fan_in_edges(builder, both, 2, "join", &error));
    CHECK_OK(wf_builder_add_edge(builder, "join", "first", NULL, &error));
    workflow = built(builder);
    run = started(workflow, NULL, text);
    told = drive(run);
    CHECK(told.end < 0 && told.kinds[WF_EVENT_FAILED] == 1);
    CHECK(is_too_deep == 1 && wf_run_superstep(run) == 8);
    forget_error();
    wf_run_free(run);
    wf_workflow_free(workflow);
    free(text);
}

int main(void) {
    RUN(what_is_not_json);
    RUN(what_is_json_goes_on_byte_for_byte);
    RUN(what_is_too_deep);
    RUN(lengths);
    RUN(what_is_passed_on);
    RUN(what_grows_deeper);
    FINISH();
}
