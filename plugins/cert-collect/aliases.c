#include "aliases.h"

#include "memory.h"
#include "source.h"

#include <string.h>

static bool aliases_clash(const struct alias_claim *a, const struct alias_claim *b)
{
    return a->sha256 != NULL && b->sha256 != NULL && strcmp(a->alias, b->alias) == 0 &&
           memcmp(a->sha256, b->sha256, CERT_SHA256_SIZE) != 0;
}

static bool is_contested(const struct alias_claim *claims, size_t count, size_t at)
{
    for (size_t i = 0; i < count; i++)
        if (i != at && aliases_clash(&claims[i], &claims[at]))
            return true;
    return false;
}

static const char *report_clashes(const struct alias_claim *claims, size_t count, const char *error)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (aliases_clash(&claims[i], &claims[k]))
                error = memory_join(
                    error, "; ",
                    memory_printf(
                        "%s and %s give different certificates for the alias \"%s\": name "
                        "one with \"as ALIAS\"",
                        claims[i].origin, claims[k].origin, claims[k].alias));
    return error;
}

const char *alias_settle(struct alias_claim *claims, size_t count)
{
    const char *error = NULL;
    /* Decided by the names as they were first, for all alike: the outcome must not hang on the
     * order of the sources. */
    for (size_t i = 0; i < count; i++)
        claims[i].lengthen = !claims[i].fixed && is_contested(claims, count, i);
    for (size_t i = 0; i < count; i++) {
        if (claims[i].lengthen)
            claims[i].alias = claims[i].full;
        if (claims[i].sha256 != NULL && !alias_is_valid(claims[i].alias))
            error = memory_join(
                error, "; ",
                memory_printf("%s: no alias can be made of its name: give one with \"as ALIAS\"",
                              claims[i].origin));
    }
    return report_clashes(claims, count, error);
}
