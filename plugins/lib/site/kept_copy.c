#include "kept_copy.h"

#include <string.h>

#include "memory.h"

const char *kept_copy_alias(const char *name)
{
    size_t length = strlen(name);
    if (length <= 4 || name[0] == '.' || strcmp(name + length - 4, ".crt") != 0)
        return NULL;
    return memory_strn(name, length - 4);
}

const char *kept_copy_path(const char *directory, const char *alias)
{
    return memory_printf("%s/%s.crt", strcmp(directory, "/") == 0 ? "" : directory, alias);
}

int kept_copy_read(const struct tfhook_host *host, const char *path, struct cert_list *ret,
                   const char **ret_why)
{
    enum { LIMIT = 1024 * 1024 };
    struct tfhook_data data;
    int rc = host->read(host, path, LIMIT, &data);
    if (rc < 0) {
        *ret_why = strerror(-rc);
        return rc;
    }
    enum cert_status status = cert_read(data.data, data.size, ret);
    if (status != CERT_OK)
        *ret_why = cert_status_text(status);
    return status == CERT_OK ? 0 : 1;
}
