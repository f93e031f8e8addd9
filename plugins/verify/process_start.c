#include "process_start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { START_FIELD = 22, AFTER_NAME_FIELD = 3 };

static bool parse_field(const char *text, unsigned long long *ret)
{
    char *end = NULL;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || (*end != ' ' && *end != '\n' && *end != '\0'))
        return false;
    *ret = value;
    return true;
}

bool verify_proc_boot(const char *text, int64_t *ret)
{
    static const char key[] = "btime ";
    const char *line = text;
    unsigned long long value = 0;
    while (line != NULL && strncmp(line, key, sizeof key - 1) != 0) {
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    if (line == NULL || !parse_field(line + sizeof key - 1, &value) || value > INT64_MAX)
        return false;
    *ret = (int64_t)value;
    return true;
}

bool verify_proc_start(const char *text, unsigned long long *ret)
{
    const char *at = strrchr(text, ')');
    if (at == NULL || at[1] != ' ')
        return false;
    at += 2;
    for (int field = AFTER_NAME_FIELD; field < START_FIELD; field++) {
        at = strchr(at, ' ');
        if (at == NULL)
            return false;
        at++;
    }
    return parse_field(at, ret);
}
