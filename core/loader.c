#include "loader.h"

#include "keys.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYMBOL "tfhook_plugin_v1"

/* NULL, or what is wrong with the owner or mode. */
static const char *distrust(const struct stat *st)
{
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return "belongs to another user";
    bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
        return "can be written by others";
    return NULL;
}

static int distrusted(struct err *err, const char *file, const char *path, const char *why)
{
    return err_set(err, STATUS_REJECTED,
                   "the plugin %s is not loaded: %s %s; make it root's and writable by no one else "
                   "(chown root: %s; chmod go-w %s)",
                   file, path, why, path, path);
}

static int check_parents(struct mem *mem, const char *file, struct err *err)
{
    char *path = mem_str(mem, file);
    for (char *slash = strrchr(path, '/'); slash != NULL; slash = strrchr(path, '/')) {
        *slash = '\0';
        const char *dir = path[0] == '\0' ? "/" : path;
        struct stat st;
        if (stat(dir, &st) < 0)
            return err_errno(err, STATUS_REJECTED, errno, "cannot look at %s", dir);
        const char *why = distrust(&st);
        if (why != NULL)
            return distrusted(err, file, dir, why);
    }
    return 0;
}

/* An open descriptor of the plugin's file, which is fit to be loaded. */
static int open_trusted(struct mem *mem, const char *file, struct err *err)
{
    int fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, STATUS_REJECTED, errno, "cannot open the plugin %s", file);
    struct stat st;
    const char *why = NULL;
    int rc = 0;
    if (fstat(fd, &st) < 0)
        rc = err_errno(err, STATUS_REJECTED, errno, "cannot look at %s", file);
    else if (!S_ISREG(st.st_mode))
        rc = err_set(err, STATUS_REJECTED, "the plugin %s is not a regular file", file);
    else if ((why = distrust(&st)) != NULL)
        rc = distrusted(err, file, file, why);
    else
        rc = check_parents(mem, file, err);
    if (rc == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static int copy_descriptor(struct mem *mem, const char *name, const char *file, const void *symbol,
                           struct tfhook_plugin *ret, struct err *err)
{
    size_t size;
    memcpy(&size, symbol, sizeof size);
    size_t least = offsetof(struct tfhook_plugin, check);
    if (size < least || size > 64 * sizeof *ret)
        return err_set(err, STATUS_REJECTED, "%s: its descriptor has the size %zu, which is none",
                       file, size);
    struct tfhook_plugin plugin = {0};
    memcpy(&plugin, symbol, size < sizeof plugin ? size : sizeof plugin);
    if (plugin.minor > TFHOOK_API_MINOR)
        return err_set(
            err, STATUS_REJECTED,
            "%s needs the plugin interface %d.%u, this tfhook has %d.%d; install a newer "
            "tfhook",
            file, TFHOOK_API_MAJOR, plugin.minor, TFHOOK_API_MAJOR, TFHOOK_API_MINOR);
    if (plugin.name == NULL || strcmp(plugin.name, name) != 0)
        return err_set(err, STATUS_REJECTED, "%s says that its name is %s; rename the file", file,
                       plugin.name == NULL ? "(none)" : plugin.name);
    size_t key_least = offsetof(struct tfhook_key, help);
    if (plugin.key_count > 0 && (plugin.keys == NULL || plugin.key_size < key_least ||
                                 plugin.key_size > 4096 || plugin.key_count > 4096))
        return err_set(err, STATUS_REJECTED, "%s: its keys are not laid out as declared", file);
    const char *fault = keys_fault(mem, &plugin);
    if (fault != NULL)
        return err_set(err, STATUS_REJECTED, "%s: %s: its author has to mend that", file, fault);
    *ret = plugin;
    return 0;
}

int loader_load(struct mem *mem, const char *plugin_dir, const char *name,
                struct tfhook_plugin *ret, const char **ret_file, struct err *err)
{
    char *dir = realpath(plugin_dir, NULL);
    if (dir == NULL)
        return err_errno(err, STATUS_REJECTED, errno, "cannot look at the plugin directory %s",
                         plugin_dir);
    const char *file = mem_printf(mem, "%s/%s.so", dir, name);
    free(dir);
    int fd = open_trusted(mem, file, err);
    if (fd < 0)
        return -1;
    /* The descriptor stays open: glibc knows the object by this name, and /proc must lead to it. */
    void *handle = dlopen(mem_printf(mem, "/proc/self/fd/%d", fd), RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *why = dlerror();
        /* glibc names the file as we did: by its descriptor. */
        const char *own_name = why == NULL ? NULL : strstr(why, "/proc/self/fd/");
        if (own_name == why && why != NULL && strchr(why, ':') != NULL)
            why = strchr(why, ':') + 2;
        return err_set(err, STATUS_REJECTED, "%s cannot be loaded: %s%s", file,
                       why != NULL ? why : "no reason given",
                       access("/proc/self/fd", F_OK) < 0 ? " (is /proc mounted?)" : "");
    }
    const void *symbol = dlsym(handle, SYMBOL);
    if (symbol == NULL)
        return err_set(err, STATUS_REJECTED,
                       "%s is no plugin for this tfhook: it has no symbol " SYMBOL, file);
    *ret_file = file;
    return copy_descriptor(mem, name, file, symbol, ret, err);
}

int loader_names(struct mem *mem, const char *plugin_dir, struct names *ret)
{
    struct dirent **entries = NULL;
    int count = scandir(plugin_dir, &entries, NULL, alphasort);
    if (count < 0)
        return -errno;
    struct names names = {0};
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t length = strlen(name);
        if (length > 3 && name[0] != '.' && strcmp(name + length - 3, ".so") == 0)
            names_add(mem, &names, mem_strn(mem, name, length - 3));
        free(entries[i]);
    }
    free(entries);
    *ret = names;
    return 0;
}
