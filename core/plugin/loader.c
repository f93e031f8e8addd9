#include "loader.h"

#include "file.h"
#include "secure_path.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#define SYMBOL "tfhook_plugin_v1"

static int copy_descriptor(const char *name, const char *file, const void *symbol,
                           struct tfhook_plugin *ret, struct err *err)
{
    size_t size;
    memcpy(&size, symbol, sizeof size);
    if (size < offsetof(struct tfhook_plugin, check) || size > 64 * sizeof *ret)
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
    if (plugin.key_count > 0 &&
        (plugin.keys == NULL || plugin.key_size < offsetof(struct tfhook_key, help) ||
         plugin.key_size > 4096 || plugin.key_count > 4096))
        return err_set(err, STATUS_REJECTED, "%s: its keys are not laid out as declared", file);
    *ret = plugin;
    return 0;
}

int loader_open(struct mem *mem, int directory, const char *plugin_dir, const char *name,
                struct plugin_file *ret, struct err *err)
{
    int fd = secure_path_open_file(mem, directory, plugin_dir, mem_printf(mem, "%s.so", name),
                                   mem_printf(mem, "the plugin %s is not loaded", name), err);
    if (fd < 0)
        return -1;
    *ret = (struct plugin_file){.name = mem_str(mem, name),
                                .path = mem_printf(mem, "%s/%s.so", plugin_dir, name),
                                .link = mem_printf(mem, "/proc/self/fd/%d", fd),
                                .fd = fd};
    return 0;
}

int loader_load(const struct plugin_file *file, struct tfhook_plugin *ret, struct err *err)
{
    /* The descriptor stays open: glibc knows the object by this name, and /proc must lead to it. */
    void *handle = dlopen(file->link, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *why = dlerror();
        /* glibc may begin with the file's name, as we said it. */
        if (strncmp(why, file->link, strlen(file->link)) == 0)
            why += strlen(file->link) + 2;
        return err_set(err, STATUS_REJECTED, "%s cannot be loaded: %s%s", file->path, why,
                       access("/proc/self/fd", F_OK) < 0 ? " (is /proc mounted?)" : "");
    }
    const void *symbol = dlsym(handle, SYMBOL);
    if (symbol == NULL)
        return err_set(err, STATUS_REJECTED,
                       "%s is no plugin for this tfhook: it has no symbol " SYMBOL, file->path);
    return copy_descriptor(file->name, file->path, symbol, ret, err);
}

int loader_names(struct mem *mem, const char *plugin_dir, struct names *ret)
{
    struct names all, names = {0};
    int rc = file_list(mem, plugin_dir, &all);
    if (rc < 0)
        return rc;
    names_sort(&all);
    for (size_t i = 0; i < all.count; i++) {
        const char *name = all.names[i];
        size_t length = strlen(name);
        if (length > 3 && name[0] != '.' && strcmp(name + length - 3, ".so") == 0)
            names_add(mem, &names, mem_strn(mem, name, length - 3));
    }
    *ret = names;
    return 0;
}
