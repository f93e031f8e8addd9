/*
 * What the steps of a run propose: changes by file, in order, and the view of the disk with them
 * applied. A child stages into its own copy (inherited by fork) and sends records; the parent
 * stages the same records into the run's when the step has ended well.
 *
 *     nothing -> write | edit | remove | directory      on the same file later:
 *     write + write = the later content     write + edit = a write of the edited content
 *     edit  + edit  = both                  edit  + write, edit + remove: refused
 */
#ifndef TFHOOK_CHANGE_SET_H
#define TFHOOK_CHANGE_SET_H

#include "line_edit.h"
#include "text.h"

/* The last is for rollbacks only: a directory that is not empty by now stays. */
enum action {
    ACTION_WRITE,
    ACTION_EDIT,
    ACTION_REMOVE,
    ACTION_DIRECTORY,
    ACTION_REMOVE_DIRECTORY,
    ACTIONS
};
extern const char *const action_names[ACTIONS];

/* One change, from the proposal to the journal. Every stage fills in its part. */
struct change {
    /* What a plugin proposes. */
    enum action action;
    const char *path;       /* as people see it, below --root */
    const char *old_sha256; /* of the disk's content; NULL when the file is new */
    struct blob content;    /* ACTION_WRITE; later, and of edits too: with the change made */
    int mode;               /* -1: as it is, or the default of a new one */
    bool secret;
    struct edits edits; /* ACTION_EDIT */

    /* What the core finds out, and the change set. */
    const char *step;
    const char *real; /* OS path, links followed: what identifies the file */
    bool existed;
    int old_mode;           /* when it existed */
    const char *new_sha256; /* NULL: removed, or a directory */
    struct names summary;

    /* Of a rollback. */
    const struct edits *undo; /* made earlier: to be undone, in place of making `edits` */
    const char *like;         /* a new file takes its owner, mode and attributes from this file */
};

struct change_set {
    struct mem *mem;
    struct change *items;
    size_t count;
};

struct change *change_set_find(const struct change_set *changes, const char *real);

/* What undoes a change that was made; its mode is -1, and it has neither content nor edits. */
struct change change_inverse(const struct change *change);

/* Add a change, which gives step, path, real, existed, old_sha256 and what its action needs; for
 * an edit, `content` is the file's content before. -1 with the reason in *ret_why. A change that
 * changes nothing is dropped. */
int change_set_add(struct change_set *changes, const struct change *change, const char **ret_why)
    __attribute__((warn_unused_result));

#endif
