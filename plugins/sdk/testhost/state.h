/*
 * What the parts of the test host share: its memory, the tree of files and the stage. The public
 * header says how it is used. Every string here is in the host's own memory, which is freed at
 * once.
 */
#ifndef TESTHOST_STATE_H
#define TESTHOST_STATE_H

#include <stdarg.h>
#include <stdbool.h>
#include <tfhook/testhost.h>

enum { LIMIT_FILE = 64 * 1024 * 1024, LIMIT_PROCESS = 4 * 1024 * 1024, LIMIT_ERR = 8192 };
enum { SHA256_TEXT = 65 };

enum node_kind { NODE_FILE, NODE_DIRECTORY, NODE_SPECIAL, NODE_LINK };

struct node {
    const char *path; /* without links above it */
    enum node_kind kind;
    struct tfhook_data content;
    const char *target; /* of a link */
    unsigned mode, uid, gid;
    int64_t changed;
    int error; /* what reading it gives */
};

struct change {
    enum tfhook_action action;
    const char *real; /* the path that it is, links followed */
    const char *step;
    bool existed, secret;
    int mode, old_mode;
    const char *old_sha256, *new_sha256;
    struct tfhook_data content; /* with the change made */
};

struct value {
    const char *key, *text;
};

struct setting {
    const struct tfhook_key *key;
    const char *value;
    struct tfhook_names items;
    long number;
};

struct answer {
    const char *const *argv;
    int status;
    const char *out, *err;
};

struct pair {
    const char *name, *text;
    long number;
};

/* Growing arrays of the host's memory. */
#define LIST_OF(type)                                                                              \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count, room;                                                                        \
    }
#define LIST_PUSH(t, list, item)                                                                   \
    ((list).items =                                                                                \
         testhost_grow(t, (list).items, &(list).room, (list).count, sizeof *(list).items),         \
     (void)((list).items[(list).count++] = (item)))

/* The list begins anew; what was in it stays where it is, until testhost_free(). */
#define LIST_FORGET(list) ((list).items = NULL, (list).count = (list).room = 0)

struct block;

struct testhost {
    struct block *blocks;
    struct tfhook_host table;
    struct tfhook_plugin plugin;
    LIST_OF(struct tfhook_key) keys;
    LIST_OF(struct value) values;
    LIST_OF(struct setting) settings;
    LIST_OF(struct node) nodes;
    LIST_OF(struct answer) answers;
    LIST_OF(struct pair) processes;
    LIST_OF(struct change) earlier; /* of other steps */
    /* of the call */
    bool may_stage, may_publish;
    const char *message, *misuse;
    LIST_OF(struct change) stage;
    LIST_OF(struct pair) seen; /* real path, digest */
    LIST_OF(struct pair) summaries;
    LIST_OF(struct pair) inputs;
    LIST_OF(struct pair) published;
    LIST_OF(struct testhost_finding) findings;
    LIST_OF(const char *) log;
    LIST_OF(const char *) next;
};

static inline struct testhost *host_of(const struct tfhook_host *host)
{
    return host->core;
}

/* memory.c */
_Noreturn void testhost_broken(const char *format, ...) TFHOOK_PRINTF(1, 2);
void *testhost_alloc(struct testhost *t, size_t size); /* zeroed, with one byte more */
void *testhost_grow(struct testhost *t, void *items, size_t *room, size_t count, size_t size);
const char *testhost_text(struct testhost *t, const char *text); /* NULL stays NULL */
struct tfhook_data testhost_copy(struct testhost *t, const void *data, size_t size);
char *testhost_vprintf(struct testhost *t, const char *format, va_list args) TFHOOK_PRINTF(2, 0);
char *testhost_printf(struct testhost *t, const char *format, ...) TFHOOK_PRINTF(2, 3);
void testhost_release(struct testhost *t); /* all of it */
int testhost_misused(struct testhost *t, const char *format, ...) TFHOOK_PRINTF(2, 3);

/* sha256.c: lower-case hex, in the host's memory */
const char *testhost_sha256(struct testhost *t, const void *data, size_t size);

/* lines.c: one edit of a text. -1 with the reason. */
int testhost_edit_text(struct testhost *t, const struct tfhook_data *content, const char *old_line,
                       const char *new_line, const char *anchor, struct tfhook_data *ret,
                       const char **ret_why);

/* settings.c: NULL, or why tfhook would reject the step. */
const char *testhost_settle(struct testhost *t);
const struct setting *testhost_setting(const struct testhost *t, const char *key);

/* tree.c */
struct node *testhost_node(const struct testhost *t, const char *real);
int testhost_resolve(struct testhost *t, const char *path, const char **ret);
const char *testhost_parent(struct testhost *t, const char *real);
struct node *testhost_put(struct testhost *t, const char *path, enum node_kind kind);
void testhost_drop(struct testhost *t, const char *real);

/* stage.c */
struct change *testhost_staged(const struct testhost *t, const char *real);

/* The functions of the table, by file. */
void testhost_table_settings(struct tfhook_host *table);
void testhost_table_look(struct tfhook_host *table);
void testhost_table_stage(struct tfhook_host *table);
void testhost_table_probe(struct tfhook_host *table);
void testhost_table_report(struct tfhook_host *table);

#endif
