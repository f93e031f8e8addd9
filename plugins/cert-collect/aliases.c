#include "aliases.h"

#include "cert.h"
#include "memory.h"
#include "source.h"

#include <string.h>

static bool names_clash(const struct pick *a, const char *name, const struct pick *b,
                        const char *other)
{
    return a->cert != NULL && b->cert != NULL && strcmp(name, other) == 0 &&
           memcmp(a->cert->sha256, b->cert->sha256, CERT_SHA256_SIZE) != 0;
}

static bool is_contested(const struct pick *picks, size_t count, const struct pick *pick)
{
    for (size_t i = 0; i < count; i++)
        if (names_clash(&picks[i], picks[i].alias, pick, pick->alias))
            return true;
    return false;
}

static const char *report_clashes(const struct pick *picks, size_t count, const char *error)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (names_clash(&picks[i], picks[i].name, &picks[k], picks[k].name))
                error = memory_join(
                    error, "; ",
                    memory_printf(
                        "%s and %s give different certificates for the alias \"%s\": name "
                        "one with \"as ALIAS\"",
                        picks[i].origin, picks[k].origin, picks[k].name));
    return error;
}

const char *alias_settle(struct pick *picks, size_t count)
{
    const char *error = NULL;
    for (size_t i = 0; i < count; i++) {
        struct pick *p = &picks[i];
        /* Decided by the aliases, which stay: the outcome must not hang on the order of sources. */
        p->name = !p->fixed && is_contested(picks, count, p) ? p->full : p->alias;
        if (p->cert != NULL && !alias_is_valid(p->name))
            error = memory_join(
                error, "; ",
                memory_printf("%s: no alias can be made of its name: give one with \"as ALIAS\"",
                              p->origin));
    }
    return report_clashes(picks, count, error);
}
