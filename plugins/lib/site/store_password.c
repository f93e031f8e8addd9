#include "store_password.h"

#include <string.h>

#include "memory.h"

int store_password(const struct tfhook_host *host, const char **ret)
{
    enum { LIMIT = 4096 };
    const char *path = host->value(host, "password-file");
    struct tfhook_data data = {.data = (const unsigned char *)"changeit"};
    int rc = path == NULL ? 0 : host->read(host, path, LIMIT, &data);
    if (rc != 0)
        return rc;
    const char *text = (const char *)data.data;
    *ret = memory_strn(text, strcspn(text, "\r\n"));
    return 0;
}
