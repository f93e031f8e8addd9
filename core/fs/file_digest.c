#include "digest.h"
#include "file.h"

static void add_part(void *context, const unsigned char *data, size_t size)
{
    (void)context;
    digest_add(data, size);
}

int file_digest(struct mem *mem, const char *path, size_t limit, const char **ret)
{
    unsigned char sha256[DIGEST_SIZE];
    digest_begin();
    int rc = file_pass(path, limit, add_part, NULL);
    if (rc < 0)
        return rc;
    digest_end(sha256);
    *ret = digest_text(mem, sha256);
    return 0;
}
