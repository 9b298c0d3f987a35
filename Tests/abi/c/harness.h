/* A tiny harness. A test is a function that tells a story; a check that fails says where and what it saw. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdio.h>
#include <string.h>
#include <workflow.h>

static int failed_checks;

/* The last place of a call under test: CHECK_OK(wf_run_start(..., &run, &error)). Always NULL between checks. */
static wf_error_t *error;

static inline void complain(const char *file, int line, const char *what, const char *saw) {
    printf("%s:%d: %s\n    saw: %s\n", file, line, what, saw);
    failed_checks++;
}

static inline void forget_error(void) {
    wf_error_free(error);
    error = NULL;
}

static inline const char *sentence(void) {
    return error == NULL ? "no error" : wf_error_message(error, NULL);
}

static inline void check_status(const char *file, int line, const char *call, wf_status_t expected,
                                wf_status_t status) {
    char saw[1024];

    if (status != expected || (status >= 0 && error != NULL)) {
        snprintf(saw, sizeof saw, "%s, %s", wf_status_name(status), sentence());
        complain(file, line, call, saw);
    }
    forget_error();
}

/* A failure must have the expected status, in the error too, and a sentence that holds every one of the words. */
static inline void check_failure(const char *file, int line, const char *call, wf_status_t expected,
                                 wf_status_t status, const char *const *words) {
    char saw[1024];

    if (status != expected || wf_error_status(error) != expected) {
        snprintf(saw, sizeof saw, "%s, %s", wf_status_name(status), sentence());
        complain(file, line, call, saw);
    } else {
        for (; *words != NULL; words++) {
            if (strstr(sentence(), *words) != NULL) continue;
            snprintf(saw, sizeof saw, "a sentence without '%s': %s", *words, sentence());
            complain(file, line, call, saw);
        }
    }
    forget_error();
}

static inline void check_text(const char *file, int line, const char *what, const char *expected, const char *text) {
    if (text == NULL || strcmp(text, expected) != 0) complain(file, line, what, text == NULL ? "NULL" : text);
}

#define CHECK(condition) ((condition) ? (void)0 : complain(__FILE__, __LINE__, #condition, "no"))
#define CHECK_STATUS(expected, call) check_status(__FILE__, __LINE__, #call, expected, call)
#define CHECK_OK(call) CHECK_STATUS(WF_OK, call)
#define CHECK_TEXT(expected, text) check_text(__FILE__, __LINE__, #text, expected, text)
#define CHECK_FAILS(expected, call, ...) \
    check_failure(__FILE__, __LINE__, #call, expected, call, (const char *const[]){__VA_ARGS__, NULL})

#define RUN(test) \
    do { \
        int before = failed_checks; \
        test(); \
        printf("%s %s\n", failed_checks == before ? "ok" : "FAILED", #test); \
    } while (0)

#define FINISH() return failed_checks == 0 ? 0 : 1

#endif
