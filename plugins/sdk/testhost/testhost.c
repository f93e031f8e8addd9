/* Setting up the world of a test, the calls, and what they staged. */
#include "state.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void copy_descriptor(struct testhost *t, const struct tfhook_plugin *plugin)
{
    size_t size = plugin->size;
    memcpy(&t->plugin, plugin, size < sizeof t->plugin ? size : sizeof t->plugin);
    if (t->plugin.name == NULL || t->plugin.minor > TFHOOK_API_MINOR ||
        (t->plugin.key_count > 0 && t->plugin.key_size == 0))
        testhost_broken("a descriptor without a name, of a later interface, or without key_size");
    for (size_t i = 0; i < t->plugin.key_count; i++) {
        struct tfhook_key key = {.name = NULL};
        size = t->plugin.key_size;
        memcpy(&key, (const char *)t->plugin.keys + i * size,
               size < sizeof key ? size : sizeof key);
        LIST_PUSH(t, t->keys, key);
    }
}

struct testhost *testhost_new(const struct tfhook_plugin *plugin)
{
    struct testhost *t = calloc(1, sizeof *t);
    if (t == NULL)
        testhost_broken("no memory");
    t->message = "";
    copy_descriptor(t, plugin);
    t->table = (struct tfhook_host){.size = sizeof t->table,
                                    .minor = TFHOOK_API_MINOR,
                                    .core = t,
                                    .step = "test",
                                    .now = 1700000000,
                                    .root = "",
                                    .log_level = TFHOOK_DEBUG};
    testhost_hostname(t, "app1.example.com");
    testhost_table_settings(&t->table);
    testhost_table_look(&t->table);
    testhost_table_stage(&t->table);
    testhost_table_probe(&t->table);
    testhost_table_report(&t->table);
    (void)testhost_put(t, "/", NODE_DIRECTORY);
    return t;
}

void testhost_free(struct testhost *t)
{
    if (t != NULL)
        testhost_release(t);
    free(t);
}

void testhost_set(struct testhost *t, const char *key, const char *value)
{
    size_t i = 0;
    while (i < t->values.count && strcmp(t->values.items[i].key, key) != 0)
        i++;
    if (i == t->values.count && value != NULL)
        LIST_PUSH(t, t->values, ((struct value){testhost_text(t, key), NULL}));
    if (value != NULL)
        t->values.items[i].text = testhost_text(t, value);
    else if (i < t->values.count)
        t->values.items[i] = t->values.items[--t->values.count];
}

void testhost_step(struct testhost *t, const char *name)
{
    t->table.step = testhost_text(t, name);
}

void testhost_hook(struct testhost *t, const char *hook)
{
    t->table.hook = testhost_text(t, hook);
}

void testhost_hostname(struct testhost *t, const char *name)
{
    char *short_name = testhost_alloc(t, strlen(name));
    for (size_t i = 0; name[i] != '\0' && name[i] != '.'; i++)
        short_name[i] = (char)tolower((unsigned char)name[i]);
    t->table.hostname = testhost_text(t, name);
    t->table.short_name = short_name;
}

void testhost_now(struct testhost *t, int64_t now)
{
    t->table.now = now;
}

void testhost_root(struct testhost *t, const char *root)
{
    t->table.root = testhost_text(t, root);
}

/* --- files --- */

void testhost_bytes(struct testhost *t, const char *path, const void *data, size_t size)
{
    struct tfhook_data content = testhost_copy(t, data, size);
    testhost_put(t, path, NODE_FILE)->content = content;
}

void testhost_file(struct testhost *t, const char *path, const char *text)
{
    testhost_bytes(t, path, text, strlen(text));
}

void testhost_directory(struct testhost *t, const char *path)
{
    (void)testhost_put(t, path, NODE_DIRECTORY);
}

void testhost_link(struct testhost *t, const char *path, const char *target)
{
    const char *copy = testhost_text(t, target);
    testhost_put(t, path, NODE_LINK)->target = copy;
}

void testhost_special(struct testhost *t, const char *path)
{
    (void)testhost_put(t, path, NODE_SPECIAL);
}

static struct node *must_find(struct testhost *t, const char *path)
{
    const char *real = NULL;
    struct node *node = testhost_resolve(t, path, &real) < 0 ? NULL : testhost_node(t, real);
    if (node == NULL)
        testhost_broken("%s: is not there", path);
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
    testhost_drop(t, must_find(t, path)->path);
}

void testhost_earlier(struct testhost *t, const char *step, const char *path, const char *text,
                      unsigned flags)
{
    struct change change = {.action = TFHOOK_CHANGE_WRITE,
                            .step = testhost_text(t, step),
                            .secret = (flags & TFHOOK_SECRET) != 0,
                            .mode = -1,
                            .content = testhost_copy(t, text, strlen(text))};
    if (testhost_resolve(t, path, &change.real) < 0)
        testhost_broken("%s: cannot be staged", path);
    const struct node *node = testhost_node(t, change.real);
    change.existed = node != NULL;
    if (node != NULL) {
        change.old_mode = (int)node->mode;
        change.old_sha256 = testhost_sha256(t, node->content.data, node->content.size);
    }
    change.new_sha256 = testhost_sha256(t, change.content.data, change.content.size);
    LIST_PUSH(t, t->earlier, change);
}

/* --- calls --- */

/* What earlier steps have staged; only a plan sees it. */
static void stage_earlier(struct testhost *t)
{
    LIST_FORGET(t->stage);
    for (size_t i = 0; t->may_stage && i < t->earlier.count; i++)
        LIST_PUSH(t, t->stage, t->earlier.items[i]);
}

/* The lists of the call before are the test's to keep. */
static void begin_call(struct testhost *t)
{
    t->message = "";
    t->misuse = NULL;
    LIST_FORGET(t->seen);
    LIST_FORGET(t->summaries);
    LIST_FORGET(t->inputs);
    LIST_FORGET(t->published);
    LIST_FORGET(t->findings);
    LIST_FORGET(t->log);
    LIST_FORGET(t->next);
    stage_earlier(t);
}

static int call_function(struct testhost *t, int (*function)(const struct tfhook_host *host))
{
    begin_call(t);
    const char *why = testhost_settle(t);
    if (why != NULL) {
        t->message = why;
        return TFHOOK_REJECTED;
    }
    int result = function == NULL ? TFHOOK_OK : function(&t->table);
    if (t->misuse != NULL) {
        t->message = testhost_printf(t, "the plugin %s misuses its interface: %s", t->plugin.name,
                                     t->misuse);
        result = TFHOOK_FAILED;
    } else if (result < TFHOOK_OK || result > TFHOOK_REJECTED) {
        t->message = testhost_printf(t, "the plugin returned %d, which is no result", result);
        result = TFHOOK_FAILED;
    }
    if (result != TFHOOK_OK)
        stage_earlier(t);
    return result;
}

int testhost_check(struct testhost *t)
{
    t->may_stage = t->may_publish = false;
    return call_function(t, t->plugin.check);
}

int testhost_plan(struct testhost *t)
{
    t->may_publish = false;
    t->may_stage = true;
    return call_function(t, t->plugin.plan);
}

int testhost_verify(struct testhost *t)
{
    t->may_stage = false;
    t->may_publish = true;
    return call_function(t, t->plugin.verify);
}

void testhost_commit(struct testhost *t)
{
    for (size_t i = 0; i < t->stage.count; i++) {
        const struct change *change = &t->stage.items[i];
        bool directory = change->action == TFHOOK_CHANGE_DIRECTORY;
        if (change->action == TFHOOK_CHANGE_REMOVE) {
            testhost_drop(t, change->real);
            continue;
        }
        struct node *node = testhost_node(t, change->real);
        if (node == NULL)
            node = testhost_put(t, change->real, directory ? NODE_DIRECTORY : NODE_FILE);
        node->content = change->content;
        node->changed = t->table.now;
        if (change->mode >= 0)
            node->mode = (unsigned)change->mode;
        else if (change->secret && !change->existed)
            node->mode = 0600;
    }
    t->stage.count = t->earlier.count = 0;
}

/* --- what was staged --- */

size_t testhost_changes(const struct testhost *t)
{
    return t->stage.count;
}

/* Looking is no change, but a path with links in it needs memory to follow them. */
static const char *real_of(const struct testhost *t, const char *path)
{
    struct testhost *mine = t->table.core;
    const char *real = NULL;
    if (testhost_resolve(mine, path, &real) < 0)
        testhost_broken("%s: no such path can be", path);
    return real;
}

static const struct change *staged_at(const struct testhost *t, const char *path)
{
    return testhost_staged(t, real_of(t, path));
}

const char *testhost_content(const struct testhost *t, const char *path)
{
    const struct change *change = staged_at(t, path);
    return change == NULL ? NULL : (const char *)change->content.data;
}

size_t testhost_content_size(const struct testhost *t, const char *path)
{
    const struct change *change = staged_at(t, path);
    return change == NULL ? 0 : change->content.size;
}

int testhost_removed(const struct testhost *t, const char *path)
{
    const struct change *change = staged_at(t, path);
    return change != NULL && change->action == TFHOOK_CHANGE_REMOVE;
}

int testhost_made(const struct testhost *t, const char *path)
{
    const struct change *change = staged_at(t, path);
    return change != NULL && change->action == TFHOOK_CHANGE_DIRECTORY;
}

int testhost_secret(const struct testhost *t, const char *path)
{
    const struct change *change = staged_at(t, path);
    return change != NULL && change->secret;
}

int testhost_staged_mode(const struct testhost *t, const char *path)
{
    const struct change *change = staged_at(t, path);
    return change == NULL ? -1 : change->mode;
}

struct tfhook_names testhost_summary(const struct testhost *t, const char *path)
{
    struct testhost *mine = t->table.core;
    const char *real = real_of(t, path);
    LIST_OF(const char *) lines = {NULL, 0, 0};
    static const char *const none[] = {NULL};
    for (size_t i = 0; i < t->summaries.count; i++)
        if (strcmp(t->summaries.items[i].name, real) == 0)
            LIST_PUSH(mine, lines, t->summaries.items[i].text);
    return (struct tfhook_names){lines.count > 0 ? lines.items : none, lines.count};
}

const char *testhost_published(const struct testhost *t, const char *path)
{
    const char *real = real_of(t, path);
    for (size_t i = t->published.count; i > 0; i--)
        if (strcmp(t->published.items[i - 1].name, real) == 0)
            return t->published.items[i - 1].text;
    return NULL;
}
