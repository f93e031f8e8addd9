#include "landlock.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Kernel headers before 5.13 (RHEL 8, Debian 11) have none; such a system has no Landlock either.
 */
#if defined(__has_include) && defined(SYS_landlock_create_ruleset)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#define HAVE_LANDLOCK 1
#endif
#endif

static const char no_landlock[] =
    "this kernel has no Landlock: should a plugin write a file by itself, by a mistake of its own, "
    "nothing hinders it";

#ifdef HAVE_LANDLOCK
static const char no_truncation[] =
    "this kernel's Landlock does not hinder a plugin that truncates a file by itself";

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

/* linux/landlock.h of Linux 6.12; older headers know the first member alone. */
struct ruleset {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};
enum { SCOPE_SIGNAL = 1 << 1, KNOWS_SCOPES = 6 };

static long version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* Each version of the interface knows the rights of those before it. */
static uint64_t rights_to_change(long known)
{
    uint64_t rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                      LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                      LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                      LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                      LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    if (known >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (known >= 3)
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    return rights;
}

/* Libraries open it to write, and nothing is changed by that. */
static void allow_null(int ruleset, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {
        .allowed_access = rights & (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE),
        .parent_fd = open("/dev/null", O_PATH | O_CLOEXEC),
    };
    if (rule.parent_fd < 0)
        return;
    (void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    (void)close(rule.parent_fd);
}

int landlock_ruleset(const char **ret_lack)
{
    long known = version();
    const bool scopes = known >= KNOWS_SCOPES;
    const struct ruleset what = {.handled_access_fs = rights_to_change(known),
                                 .scoped = scopes ? SCOPE_SIGNAL : 0};
    const size_t size = scopes ? sizeof what : sizeof what.handled_access_fs;
    long ruleset = known < 1 ? -1 : syscall(SYS_landlock_create_ruleset, &what, size, 0);
    *ret_lack = ruleset < 0 ? no_landlock : known < 3 ? no_truncation : NULL;
    if (ruleset >= 0)
        allow_null((int)ruleset, what.handled_access_fs);
    return (int)ruleset;
}

bool landlock_bind(int ruleset)
{
    bool bound = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    (void)close(ruleset);
    return bound;
}
#else
int landlock_ruleset(const char **ret_lack)
{
    *ret_lack = no_landlock;
    return -1;
}

bool landlock_bind(int ruleset)
{
    (void)ruleset;
    return false;
}
#endif
