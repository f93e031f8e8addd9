#include "cert_file_spec.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *copy_lower(const char *text, size_t size)
{
    char *copy = strndup(text, size);
    for (char *at = copy; at != NULL && *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at + ('a' - 'A'));
    return copy;
}

char *import_alias_of_file(const char *path)
{
    static const char *const endings[] = {".crt", ".pem", ".cer", ".der", ".p7b", ".p7c"};
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (length > 4 && strcasecmp(name + length - 4, endings[i]) == 0)
            return copy_lower(name, length - 4);
    return copy_lower(name, length);
}

/* The last " as " that one word follows: a path may hold spaces. */
static const char *find_as(const char *text)
{
    const char *found = NULL;
    for (const char *at = text; (at = strstr(at, " as ")) != NULL; at++)
        found = at;
    if (found == NULL)
        return NULL;
    const char *alias = found + 4 + strspn(found + 4, " \t");
    return *alias != '\0' && alias[strcspn(alias, "/ \t")] == '\0' ? found : NULL;
}

bool cert_file_spec_parse(const char *text, struct cert_file_spec *ret)
{
    const char *as = find_as(text);
    size_t length = as == NULL ? strlen(text) : (size_t)(as - text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    struct cert_file_spec spec = {.path = strndup(text, length)};
    if (as != NULL) {
        as += 4 + strspn(as + 4, " \t");
        spec.alias = copy_lower(as, strlen(as));
    } else if (spec.path != NULL) {
        spec.alias = import_alias_of_file(spec.path);
    }
    if (spec.path == NULL || spec.alias == NULL) {
        cert_file_spec_free(&spec);
        return false;
    }
    *ret = spec;
    return true;
}

void cert_file_spec_free(struct cert_file_spec *spec)
{
    free(spec->path);
    free(spec->alias);
    *spec = (struct cert_file_spec){0};
}

const char *import_alias_fault(const char *alias)
{
    size_t length = strlen(alias);
    if (length == 0)
        return "it is empty";
    if (length > 255)
        return "it is longer than 255 characters";
    for (const char *at = alias; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return "only printable ASCII without spaces will do";
    return NULL;
}
