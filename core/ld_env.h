/*
 * The variables that lead the dynamic loader (ld.so(8)): the launcher hands them on to the program
 * under names that the loader does not know, and the program gives them back to phase commands.
 */
#ifndef TFHOOK_LD_ENV_H
#define TFHOOK_LD_ENV_H

#include <stdbool.h>
#include <string.h>

#define LD_HIDDEN "TFHOOK_CALLER_"

/* Of an entry NAME=VALUE. */
static inline bool ld_leads(const char *entry)
{
    return strncmp(entry, "LD_", 3) == 0 || strncmp(entry, "GLIBC_TUNABLES=", 15) == 0;
}

static inline bool ld_is_hidden(const char *entry)
{
    return strncmp(entry, LD_HIDDEN, sizeof LD_HIDDEN - 1) == 0;
}

#endif
