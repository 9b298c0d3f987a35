/* calls.c: calls a function as the library calls an executor, so often, with nothing around it. */
#include <stddef.h>

int call(int (*invoke)(void *, void *, const char *, size_t), long times) {
    int sum = 0;
    for (long i = 0; i < times; i++) sum += invoke(NULL, NULL, "1234", 4);
    return sum;
}
