/*
 * What the fuzz targets share. A target is one file, one parser that bytes from elsewhere reach,
 * and an oracle beyond "no crash": what was read is written as it was, or read again as it was.
 *
 * tests/fuzz/run.sh builds and runs them; each has its seeds in corpus/NAME.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
