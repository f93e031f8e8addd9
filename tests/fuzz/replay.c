/* In place of libFuzzer, with any compiler: each file that is named is given to the target once, in
 * a block of just its size, so that a sanitizer sees what reads beyond it. */
#include "fuzz.h"

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) < 0)
        return -1;
    long size = ftell(file);
    uint8_t *data = size < 0 ? NULL : malloc((size_t)size);
    rewind(file);
    int rc = data != NULL && fread(data, 1, (size_t)size, file) == (size_t)size ? 0 : -1;
    (void)fclose(file);
    if (rc == 0)
        (void)LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    return rc;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        (void)printf("%s\n", argv[i]);
        if (replay(argv[i]) < 0) {
            perror(argv[i]);
            return 1;
        }
    }
    return argc > 1 ? 0 : 1;
}
