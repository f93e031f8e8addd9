/* PKCS#12: the walk over it, and what is written after. */
#include "fuzz_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_store(data, size);
    return 0;
}
