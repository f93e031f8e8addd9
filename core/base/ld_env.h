/*
 * The variables that lead the dynamic loader (ld.so(8)): the launcher hands them on to the program
 * under names that the loader does not know, and the program gives them back to phase commands.
 *
 * A name is hidden by the top bit of its first letter, in place: the launcher has no memory to
 * allocate. Nobody else gives such a name to the program.
 */
#ifndef TFHOOK_LD_ENV_H
#define TFHOOK_LD_ENV_H

#include <stdbool.h>
#include <stddef.h>

/* `flip` is 0, or the bit that hides a first letter. */
static inline bool ld_starts(const char *entry, unsigned flip, const char *start)
{
    if (((unsigned char)entry[0] ^ flip) != (unsigned char)start[0])
        return false;
    size_t at = 1;
    while (start[at] != '\0' && entry[at] == start[at])
        at++;
    return start[at] == '\0';
}

static inline bool ld_has_name(const char *entry, unsigned flip)
{
    return ld_starts(entry, flip, "LD_") || ld_starts(entry, flip, "GLIBC_TUNABLES=");
}

enum { LD_HIDING_BIT = 0x80 };

/* Of an entry NAME=VALUE. */
static inline bool ld_leads(const char *entry)
{
    return ld_has_name(entry, 0);
}

static inline bool ld_is_hidden(const char *entry)
{
    return ld_has_name(entry, LD_HIDING_BIT);
}

/* Hides an entry that leads, and shows one that is hidden. */
static inline void ld_flip(char *entry)
{
    entry[0] = (char)((unsigned char)entry[0] ^ LD_HIDING_BIT);
}

#endif
