/* Version, status numbers, and the errors that carry them. */
#include "harness.h"

static void the_library_fits_its_header(void) {
    CHECK_TEXT(WF_VERSION, wf_version());
    CHECK(wf_version_number() == WF_VERSION_NUMBER);
    CHECK(wf_abi_version() == WF_ABI_VERSION);
    CHECK(wf_build_info()[0] == '{');
}

static void every_status_has_a_name_and_a_sentence(void) {
    for (wf_status_t status = WF_E_FORKED; status <= WF_NONE; status++) {
        CHECK(strncmp(wf_status_name(status), "WF_", 3) == 0);
        CHECK(strlen(wf_status_text(status)) >= strlen("done"));
    }
    CHECK_TEXT("WF_OK", wf_status_name(WF_OK));
    CHECK_TEXT("WF_E_JSON", wf_status_name(WF_E_JSON));
    CHECK_TEXT("WF_E_INTERNAL", wf_status_name(WF_E_INTERNAL));
}

static void unknown_statuses_have_them_too(void) {
    const wf_status_t unknown[] = {5, 1000, -20, -98, WF_E_HOST, WF_E_HOST - 7, INT32_MIN, INT32_MAX};

    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        CHECK(wf_status_name(unknown[i]) != NULL && wf_status_name(unknown[i])[0] != '\0');
        CHECK(wf_status_text(unknown[i]) != NULL && wf_status_text(unknown[i])[0] != '\0');
    }
}

static void an_error_tells_everything(void) {
    wf_builder_t *builder = NULL;
    size_t length = 0;

    CHECK(wf_builder_parse("{\"name\": nope}", WF_NUL, &builder, &error) == WF_E_JSON);
    CHECK(builder == NULL);
    CHECK(wf_error_status(error) == WF_E_JSON);
    CHECK(strlen(wf_error_message(error, &length)) == length && length > 0);
    CHECK(strlen(wf_error_details(error, &length)) == length);
    CHECK(strstr(wf_error_details(error, NULL), "\"offset\"") != NULL);
    forget_error();
}

static void no_error_is_no_trouble(void) {
    size_t length = 7;

    CHECK(wf_error_status(NULL) == WF_E_MISUSE);
    CHECK_TEXT("", wf_error_message(NULL, &length));
    CHECK(length == 0);
    CHECK_TEXT("{}", wf_error_details(NULL, &length));
    CHECK(length == 2);
    CHECK_TEXT("{}", wf_error_details(NULL, NULL));
    wf_error_free(NULL);
    wf_free(NULL);
}

static void nobody_has_to_ask_for_the_error(void) {
    wf_builder_t *builder = NULL;

    CHECK(wf_builder_new(NULL, &builder, NULL) == WF_E_MISUSE);
    CHECK(wf_builder_parse("nope", WF_NUL, &builder, NULL) == WF_E_JSON);
}

int main(void) {
    RUN(the_library_fits_its_header);
    RUN(every_status_has_a_name_and_a_sentence);
    RUN(unknown_statuses_have_them_too);
    RUN(an_error_tells_everything);
    RUN(no_error_is_no_trouble);
    RUN(nobody_has_to_ask_for_the_error);
    FINISH();
}
