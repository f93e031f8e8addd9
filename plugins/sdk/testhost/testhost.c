/* Setting up the world of a test, the calls, and what they staged. */
#include "state.h"

#include <ctype.h>
#include <string.h>

static void copy_descriptor(struct testhost *t, const struct tfhook_plugin *plugin)
{
    size_t size = plugin->size;
    memcpy(&t->plugin, plugin, size < sizeof t->plugin ? size : sizeof t->plugin);
    size = t->plugin.key_size;
    if (t->plugin.name == NULL || t->plugin.minor > TFHOOK_API_MINOR ||
        (t->plugin.key_count > 0 && size == 0))
        end_broken_test("a descriptor without a name, of a later interface, or without key_size");
    for (size_t i = 0; i < t->plugin.key_count; i++) {
        struct setting *setting = mem_push(&t->mem, t->settings, t->setting_count);
        memcpy(&setting->key, (const char *)t->plugin.keys + i * size,
               size < sizeof setting->key ? size : sizeof setting->key);
    }
}

struct testhost *testhost_new(const struct tfhook_plugin *plugin)
{
    struct mem mem = {0};
    struct testhost *t = mem_alloc(&mem, sizeof *t);
    t->mem = mem;
    t->call.message = "";
    t->earlier.mem = &t->mem;
    copy_descriptor(t, plugin);
    t->table = (struct tfhook_host){.size = sizeof t->table,
                                    .minor = TFHOOK_API_MINOR,
                                    .core = t,
                                    .step = "test",
                                    .now = 1700000000,
                                    .root = "",
                                    .log_level = TFHOOK_DEBUG};
    testhost_hostname(t, "app1.example.com");
    add_settings_functions(&t->table);
    add_look_functions(&t->table);
    add_stage_functions(&t->table);
    add_probe_functions(&t->table);
    add_report_functions(&t->table);
    (void)tree_put(t, "/", TFHOOK_DIRECTORY);
    return t;
}

void testhost_free(struct testhost *t)
{
    if (t == NULL)
        return;
    struct mem mem = t->mem;
    mem_free(&mem);
}

void testhost_set(struct testhost *t, const char *key, const char *value)
{
    pairs_add(t, &t->values, key, value);
}

void testhost_step(struct testhost *t, const char *name)
{
    t->table.step = copy_text(t, name);
}

void testhost_hook(struct testhost *t, const char *hook)
{
    t->table.hook = copy_text(t, hook);
}

void testhost_hostname(struct testhost *t, const char *name)
{
    char *short_name = mem_alloc(&t->mem, strlen(name) + 1);
    for (size_t i = 0; name[i] != '\0' && name[i] != '.'; i++)
        short_name[i] = (char)tolower((unsigned char)name[i]);
    t->table.hostname = copy_text(t, name);
    t->table.short_name = short_name;
}

void testhost_now(struct testhost *t, int64_t now)
{
    t->table.now = now;
}

void testhost_root(struct testhost *t, const char *root)
{
    t->table.root = copy_text(t, root);
}

/* --- files --- */

void testhost_bytes(struct testhost *t, const char *path, const void *data, size_t size)
{
    struct blob content = copy_bytes(t, data, size);
    tree_put(t, path, TFHOOK_FILE)->content = content;
}

void testhost_file(struct testhost *t, const char *path, const char *text)
{
    testhost_bytes(t, path, text, strlen(text));
}

void testhost_directory(struct testhost *t, const char *path)
{
    (void)tree_put(t, path, TFHOOK_DIRECTORY);
}

void testhost_link(struct testhost *t, const char *path, const char *target)
{
    const char *copy = copy_text(t, target);
    tree_put(t, path, TFHOOK_OTHER)->target = copy;
}

void testhost_special(struct testhost *t, const char *path)
{
    (void)tree_put(t, path, TFHOOK_OTHER);
}

static struct node *must_find(struct testhost *t, const char *path)
{
    const char *real = NULL;
    struct node *node = tree_resolve(t, path, &real) < 0 ? NULL : tree_find(t, real);
    if (node == NULL)
        end_broken_test("%s: is not there", path);
    return node;
}

void testhost_mode(struct testhost *t, const char *path, unsigned mode)
{
    must_find(t, path)->mode = mode;
}

void testhost_owner(struct testhost *t, const char *path, unsigned uid, unsigned gid)
{
    struct node *node = must_find(t, path);
    node->uid = uid;
    node->gid = gid;
}

void testhost_error(struct testhost *t, const char *path, int error)
{
    must_find(t, path)->error = error;
}

void testhost_forget(struct testhost *t, const char *path)
{
    tree_drop(t, must_find(t, path));
}

void testhost_earlier(struct testhost *t, const char *step, const char *path, const char *text,
                      unsigned flags)
{
    struct change change = {.action = ACTION_WRITE,
                            .step = copy_text(t, step),
                            .path = path,
                            .secret = (flags & TFHOOK_SECRET) != 0,
                            .mode = -1,
                            .content = copy_bytes(t, text, strlen(text))};
    const char *why = NULL;
    if (tree_resolve(t, path, &change.real) < 0)
        end_broken_test("%s: cannot be staged", path);
    const struct node *node = tree_find(t, change.real);
    change.existed = node != NULL;
    if (node != NULL) {
        change.old_mode = (int)node->mode;
        change.old_sha256 = digest(&t->mem, node->content.data, node->content.size);
    }
    if (change_set_add(&t->earlier, &change, &why) < 0)
        end_broken_test("%s: %s", path, why);
}

/* --- calls --- */

/* What earlier steps have staged; only a plan sees it. */
static void stage_earlier(struct testhost *t)
{
    struct change_set *changes = &t->call.changes;
    *changes = (struct change_set){.mem = &t->mem};
    for (size_t i = 0; t->call.may_stage && i < t->earlier.count; i++)
        *mem_push(&t->mem, changes->items, changes->count) = t->earlier.items[i];
}

static int call_function(struct testhost *t, int (*function)(const struct tfhook_host *host),
                         struct call call)
{
    /* The lists of the call before are the test's to keep. */
    t->call = call;
    t->call.message = "";
    stage_earlier(t);
    const char *why = settle_keys(t);
    if (why != NULL) {
        t->call.message = why;
        return TFHOOK_REJECTED;
    }
    int result = function == NULL ? TFHOOK_OK : function(&t->table);
    if (t->call.misuse != NULL) {
        t->call.message = mem_printf(&t->mem, "the plugin %s misuses its interface: %s",
                                     t->plugin.name, t->call.misuse);
        result = TFHOOK_FAILED;
    } else if (result < TFHOOK_OK || result > TFHOOK_REJECTED) {
        t->call.message = mem_printf(&t->mem, "the plugin returned %d, which is no result", result);
        result = TFHOOK_FAILED;
    }
    if (result != TFHOOK_OK)
        stage_earlier(t);
    return result;
}

int testhost_check(struct testhost *t)
{
    return call_function(t, t->plugin.check, (struct call){0});
}

int testhost_plan(struct testhost *t)
{
    return call_function(t, t->plugin.plan, (struct call){.may_stage = true});
}

int testhost_verify(struct testhost *t)
{
    return call_function(t, t->plugin.verify, (struct call){.may_publish = true});
}

void testhost_commit(struct testhost *t)
{
    for (size_t i = 0; i < t->call.changes.count; i++) {
        const struct change *change = &t->call.changes.items[i];
        struct node *node = tree_find(t, change->real);
        if (change->action == ACTION_REMOVE) {
            if (node != NULL)
                tree_drop(t, node);
            continue;
        }
        if (node == NULL)
            node = tree_put(t, change->real,
                            change->action == ACTION_DIRECTORY ? TFHOOK_DIRECTORY : TFHOOK_FILE);
        node->content = change->content;
        node->changed = t->table.now;
        if (change->mode >= 0)
            node->mode = (unsigned)change->mode;
        else if (change->secret && !change->existed)
            node->mode = 0600;
    }
    t->call.changes.count = t->earlier.count = 0;
}

/* --- what was staged --- */

size_t testhost_changes(const struct testhost *t)
{
    return t->call.changes.count;
}

/* Looking is no change, but a path with links in it needs memory to follow them. */
static const char *real_of(const struct testhost *t, const char *path)
{
    const char *real = NULL;
    if (tree_resolve(host_of(&t->table), path, &real) < 0)
        end_broken_test("%s: no such path can be", path);
    return real;
}

static const struct change *staged_at(const struct testhost *t, const char *path)
{
    static const struct change none = {.action = ACTIONS, .mode = -1};
    const struct change *found = change_set_find(&t->call.changes, real_of(t, path));
    return found == NULL ? &none : found;
}

const char *testhost_content(const struct testhost *t, const char *path)
{
    return (const char *)staged_at(t, path)->content.data;
}

size_t testhost_content_size(const struct testhost *t, const char *path)
{
    return staged_at(t, path)->content.size;
}

int testhost_removed(const struct testhost *t, const char *path)
{
    return staged_at(t, path)->action == ACTION_REMOVE;
}

int testhost_made(const struct testhost *t, const char *path)
{
    return staged_at(t, path)->action == ACTION_DIRECTORY;
}

int testhost_secret(const struct testhost *t, const char *path)
{
    return staged_at(t, path)->secret;
}

int testhost_staged_mode(const struct testhost *t, const char *path)
{
    return staged_at(t, path)->mode;
}

struct tfhook_names testhost_summary(const struct testhost *t, const char *path)
{
    const char *real = real_of(t, path);
    const struct pairs *summaries = &t->call.summaries;
    struct names lines = {0};
    for (size_t i = 0; i < summaries->count; i++)
        if (strcmp(summaries->items[i].name, real) == 0)
            names_add(&host_of(&t->table)->mem, &lines, summaries->items[i].text);
    return names_for_plugin(&lines);
}

const char *testhost_published(const struct testhost *t, const char *path)
{
    return pairs_find(&t->call.published, real_of(t, path));
}
