/*
 * What the parts of the test host share. The public header says how it is used. All memory is
 * t->mem, which is freed at once.
 *
 * The parts of core that are pure are core's own: memory, texts, digests, and the change set with
 * its line edits. In the library none but the public functions have names (CMakeLists.txt).
 */
#ifndef TESTHOST_STATE_H
#define TESTHOST_STATE_H

#include "change_set.h"
#include "digest.h"

#include <tfhook/testhost.h>

enum { LIMIT_FILE = 64 * 1024 * 1024, LIMIT_PROCESS = 4 * 1024 * 1024, LIMIT_ERR = 8192 };

struct node {
    const char *path; /* without links above it */
    enum tfhook_kind kind;
    struct blob content;
    const char *target; /* of a link */
    unsigned mode, uid, gid;
    int64_t changed;
    int error; /* what reading it gives */
};

struct setting {
    struct tfhook_key key;
    const char *value;
    struct names items;
    long number;
};

struct answer {
    const char *const *argv;
    int status;
    struct blob out, err;
};

/* Texts by name; of several with one name the last counts. */
struct pair {
    const char *name, *text;
};
struct pairs {
    struct pair *items;
    size_t count;
};

/* What a call may, and what it did. */
struct call {
    bool may_stage, may_publish;
    const char *message, *misuse;
    struct change_set changes;
    struct pairs seen; /* real path, digest */
    struct pairs summaries, inputs, published;
    struct testhost_finding *findings;
    size_t finding_count;
    struct names log, next_steps;
};

struct testhost {
    struct mem mem;
    struct tfhook_host table;
    struct tfhook_plugin plugin;
    struct setting *settings; /* one for each key */
    size_t setting_count;
    struct pairs values; /* as the test has set them; NULL: taken away */
    struct node *nodes;
    size_t node_count;
    struct answer *answers;
    size_t answer_count;
    struct pairs processes;    /* "PID/NAME" */
    struct change_set earlier; /* of other steps */
    struct call call;          /* the last one */
};

static inline struct testhost *host_of(const struct tfhook_host *host)
{
    return host->core;
}

/* state.c */
_Noreturn void end_broken_test(const char *format, ...) TFHOOK_PRINTF(1, 2);
int note_misuse(struct testhost *t, const char *format, ...) TFHOOK_PRINTF(2, 3); /* -EINVAL */
/* Is the struct_size that a plugin has set one of a struct of this name? 0, or a misuse. */
int check_size(struct testhost *t, size_t size, size_t known, const char *name);
const char *copy_text(struct testhost *t, const char *text); /* NULL stays NULL */
struct blob copy_bytes(struct testhost *t, const void *data, size_t size);
void pairs_add(struct testhost *t, struct pairs *pairs, const char *name, const char *text);
const char *pairs_find(const struct pairs *pairs, const char *name); /* NULL: none */
struct tfhook_names names_for_plugin(const struct names *names);

/* settings.c: NULL, or why tfhook would reject the step. */
const char *settle_keys(struct testhost *t);
/* NULL, and a misuse, when the plugin does not declare it. */
const struct setting *find_setting(struct testhost *t, const char *key);

/* tree.c */
struct node *tree_find(const struct testhost *t, const char *real);
int tree_resolve(struct testhost *t, const char *path, const char **ret);
const char *tree_parent(struct testhost *t, const char *real);
struct node *tree_put(struct testhost *t, const char *path, enum tfhook_kind kind);
void tree_drop(struct testhost *t, struct node *node);

/* The functions of the table, by file. */
void add_settings_functions(struct tfhook_host *table);
void add_look_functions(struct tfhook_host *table);
void add_stage_functions(struct tfhook_host *table);
void add_probe_functions(struct tfhook_host *table);
void add_report_functions(struct tfhook_host *table);

#endif
