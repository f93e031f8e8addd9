#include "cert_file_spec.h"

#include <string.h>

#include "alias.h"
#include "memory.h"

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

struct cert_file_spec cert_file_spec_parse(const char *text)
{
    const char *as = find_as(text);
    size_t length = as == NULL ? strlen(text) : (size_t)(as - text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    struct cert_file_spec spec = {.path = memory_strn(text, length)};
    if (as != NULL) {
        as += 4 + strspn(as + 4, " \t");
        spec.alias = alias_fold(as, strlen(as));
    } else {
        spec.alias = alias_of_file(spec.path);
    }
    return spec;
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
