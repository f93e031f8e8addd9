#include "process_text.h"

#include <stdlib.h>
#include <string.h>

bool process_start_ticks(const char *stat, unsigned long long *ret)
{
    enum { NAME_FIELD = 2, START_FIELD = 22 };
    const char *at = strrchr(stat, ')');
    for (int field = NAME_FIELD; at != NULL && field < START_FIELD; field++) {
        at = strchr(at, ' ');
        at = at == NULL ? NULL : at + 1;
    }
    if (at == NULL)
        return false;
    *ret = strtoull(at, NULL, 10);
    return true;
}

bool process_user(const char *status, unsigned *ret)
{
    static const char label[] = "\nUid:";
    const char *line = strstr(status, label);
    char *end = NULL;
    if (line == NULL)
        return false;
    (void)strtoul(line + sizeof label - 1, &end, 10);
    *ret = (unsigned)strtoul(end, &end, 10);
    return *end == '\t';
}
