/* In place of libFuzzer, with any compiler: each file that is named is given to the target once. */
#include "fuzz.h"

int main(int argc, char **argv)
{
    enum { LIMIT = 1024 * 1024 };
    static uint8_t data[LIMIT];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            perror(argv[i]);
            return 1;
        }
        size_t size = fread(data, 1, sizeof data, file);
        (void)fclose(file);
        (void)printf("%s\n", argv[i]);
        (void)LLVMFuzzerTestOneInput(data, size);
    }
    return argc > 1 ? 0 : 1;
}
