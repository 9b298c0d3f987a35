/* A program of somebody who installed the library: does the header fit it? */
#include <stdio.h>
#include <string.h>
#include <workflow.h>

int main(void) {
    wf_error_t *error = NULL;
    wf_builder_t *builder = NULL;

    if (wf_builder_new("installed", &builder, &error) != WF_OK) {
        puts(wf_error_message(error, NULL));
        return 1;
    }
    wf_builder_free(builder);
    printf("libworkflow %s\n", wf_version());
    return strcmp(wf_version(), WF_VERSION) != 0 || wf_version_number() != WF_VERSION_NUMBER;
}
