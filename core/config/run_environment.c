#include "run_environment.h"

#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <tfhook/plugin.h>
#include <time.h>
#include <unistd.h>

void run_environment_init(struct mem *mem, struct run_environment *ret)
{
    char name[HOST_NAME_MAX + 1] = "localhost";
    (void)gethostname(name, sizeof name - 1);
    ret->hostname = text_shown(mem, name);
    char *short_name = mem_strn(mem, name, strcspn(name, "."));
    for (char *s = short_name; *s != '\0'; s++)
        *s = (char)tolower((unsigned char)*s);
    ret->short_name = short_name;
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    long seconds = 0;
    if (epoch == NULL || !text_number(epoch, 0, LONG_MAX, &seconds))
        seconds = time(NULL);
    ret->now = seconds;
}

int run_environment_resolve(const struct run_environment *environment, struct mem *mem,
                            const char *plugin, const char *path, const char **ret)
{
    size_t prefix = strlen(TFHOOK_NOTES);
    if (strncmp(path, TFHOOK_NOTES, prefix) != 0)
        return root_resolve(&environment->root, mem, path, ret);
    const char *name = path + prefix;
    if (name[0] == '\0' || strchr(name, '/') != NULL || strcmp(name, "..") == 0 ||
        strcmp(name, ".") == 0)
        return -EINVAL;
    *ret = mem_printf(mem, "%s/notes/%s/%s", environment->state_dir, plugin, name);
    return 0;
}
