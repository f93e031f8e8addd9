/*
 * What stands behind the host table of a plugin's call, and what all of its functions need. Nothing
 * of it survives the child.
 *
 * Order: the child fills a struct host_context, makes the table, runs the plugin's
 * function with it, then host_end() with its result.
 */
#ifndef TFHOOK_HOST_CONTEXT_H
#define TFHOOK_HOST_CONTEXT_H

#include "run_environment.h"
#include "step_settings.h"
#include "wire.h"

#include <stdbool.h>
#include <sys/stat.h>

struct seen_file {
    const char *real;
    const char *sha256;
};

struct host_context {
    struct mem *mem;
    const struct run_environment *environment;
    const struct step *step;
    const char *hook; /* NULL outside hooks */
    const struct settings *settings;
    struct change_set *changes;  /* the child's copy */
    bool may_stage;              /* plan */
    bool may_publish;            /* verify; reports and findings */
    enum tfhook_level log_level; /* the least that is shown */
    int fd;                      /* records go here */
    bool is_root;                /* for one more try */
    struct seen_file *seen;
    size_t seen_count;
    const char *message; /* of the step */
    const char *misuse;  /* the first misuse of the interface; fails the step */
};

/* Notes a misuse of the interface, which fails the step. Always -EINVAL. */
int host_misuse(struct host_context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Where nobody reads any more, the process ends. */
void host_send(struct host_context *context, const struct record *record);
/* The same for a record that holds a number and a text. */
void host_say(struct host_context *context, enum record_type type, long number, const char *text);
/* The OS path of a path as a plugin names it. 0 or a negated errno. */
int host_resolve(struct host_context *context, const char *path, const char **ret)
    __attribute__((warn_unused_result));
/* lstat(2) of an OS path. 0 or a negated errno. */
int host_lstat(struct host_context *context, const char *real, struct stat *ret)
    __attribute__((warn_unused_result));
/* A file server (NFS, FUSE) does not know of the capability to read any file. So what is refused to
 * the call's user is asked once more as root:
 *
 *     do
 *         rc = file_read(...);
 *     while (host_retries_as_root(context, rc)); */
bool host_retries_as_root(struct host_context *context, int rc);
struct tfhook_names host_names(const struct names *names);
/* Fills in a struct of the plugin's, which begins with its size there: an older one has fewer
 * members. -EINVAL, and a misuse, when the size is not set. */
int host_give(struct host_context *context, void *ret, const void *from, size_t size,
              const char *type) __attribute__((warn_unused_result));

/* The table that a plugin's call is given: the child's side of the interface. Reads look at the
 * disk with what is staged; everything else leaves as records. */
void host_table(struct host_context *context, struct tfhook_host *ret);

/* Of these, each puts in the functions of one file. */
void host_add_files(struct tfhook_host *ret);
void host_add_changes(struct tfhook_host *ret);
void host_add_system(struct tfhook_host *ret);

/* Send the end record, misuse considered. */
void host_end(struct host_context *context, int result);

#endif
