#include "alias.h"

#include <string.h>
#include <strings.h>

#include "memory.h"

char *alias_fold(const char *text, size_t size)
{
    char *copy = memory_strn(text, size);
    for (char *at = copy; *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at + ('a' - 'A'));
    return copy;
}

char *alias_of_file(const char *path)
{
    static const char *const endings[] = {".crt", ".pem", ".cer", ".der", ".p7b", ".p7c"};
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (length > 4 && strcasecmp(name + length - 4, endings[i]) == 0)
            return alias_fold(name, length - 4);
    return alias_fold(name, length);
}
