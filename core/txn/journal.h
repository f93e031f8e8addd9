/*
 * The record of one transaction: a directory STATE/transactions/SEQ.PHASE with journal.json, and
 * backups of what was there before. Written once, whole and synced, before any target is touched;
 * what happens later is told by the directory's name alone.
 *
 *     prep -> open -> done | undone                  prep -> undone
 *             open -> stuck -> undone | done         done -> open: a commit that was not synced
 *     done | undone -> gone: being removed
 *
 * Sequence numbers order transactions; clocks are for people only.
 */
#ifndef TFHOOK_JOURNAL_H
#define TFHOOK_JOURNAL_H

#include "change_set.h"
#include "err.h"

#include <sys/stat.h>

enum txn_phase {
    TXN_PREP,
    TXN_OPEN,
    TXN_DONE,
    TXN_UNDONE,
    TXN_STUCK,
    TXN_GONE,      /* being removed */
    TXN_UNREADABLE /* not on disk: its journal cannot be read */
};
extern const char *const txn_phase_names[];

/* A change with what the transaction adds to it. On the disk it is one object, without content. */
struct entry {
    struct change change; /* its edits are those that were made, with their places */
    const char *temp;     /* OS path beside it for new content, or for the old one in an undo */
    const char *link;     /* OS path beside it: a second name for the old file, until the commit */
    const char *backup;   /* name in the transaction's directory; NULL: none */
    unsigned old_uid, old_gid;
    struct blob old; /* in memory only: the content that is backed up */
};

/* In the names of conflict copies (cleanup.h). */
#define JOURNAL_FOREIGN ".foreign."

/* Its target is a directory: to be made, or removed when it is empty. */
bool entry_is_directory(const struct entry *entry);

/* What a call for its target has returned: 0, or -1 with "cannot WHAT REAL: reason",
 * STATUS_FAILED. */
int entry_result(struct err *err, int rc, const struct entry *entry, const char *what);

/* Are these the old file's owner, and this mode? */
bool entry_had_access(const struct entry *entry, const struct stat *st, int mode);

/* A directory with a larger number is not one that we have made. */
#define JOURNAL_SEQ_MAX 999999999L

struct journal {
    long seq;
    enum txn_phase phase; /* from the directory's name */
    const char *dir;      /* its path now */
    const char *command;  /* the tfhook command, without options' values */
    const char *hook;     /* NULL: none */
    const char *user;
    const char *host;
    const char *started;
    long undoes;  /* a rollback's transaction; 0: none */
    bool partial; /* that rollback left a path out */
    struct entry *entries;
    size_t count;
};

/* All transactions there are, by number; the entries are not read. */
struct journals {
    struct journal *items;
    size_t count;
};
int journal_list(struct mem *mem, const char *state_dir, struct journals *ret, struct err *err)
    __attribute__((warn_unused_result));

/* journal.json of a listed transaction. -1: not there, garbled, or not understood. */
int journal_read(struct mem *mem, struct journal *journal, struct err *err)
    __attribute__((warn_unused_result));

/* Into its directory, synced. */
int journal_write(struct mem *mem, const struct journal *journal, struct err *err)
    __attribute__((warn_unused_result));

/* The change of phase: one rename and a sync of the parent. On failure journal->phase tells whether
 * the rename was made. */
int journal_move(struct mem *mem, struct journal *journal, enum txn_phase phase, struct err *err)
    __attribute__((warn_unused_result));

/* The paths of all entries, for a person. */
const char *journal_paths(struct mem *mem, const struct journal *journal);

/* The directory's path in a phase. */
const char *journal_dir(struct mem *mem, const char *state_dir, long seq, enum txn_phase phase);

/* The rollbacks of a transaction that stand, of all of it or of a part, one after the other; NULL
 * at their end. A rollback stands unless it was rolled back whole itself. `all` must have been
 * read. */
const struct journal *journal_next_rollback(const struct journals *all, long seq,
                                            const struct journal *after);

/* Was it rolled back whole? */
bool journal_is_undone(const struct journals *all, long seq);

/* Of the transactions that were committed the newest `keep` stay, and of those that were undone; of
 * the rest, those with conflict copies, again the newest `keep`. The others are removed; what
 * cannot be removed is tried again the next time. */
void journal_prune(struct mem *mem, const char *state_dir, long keep);

#endif
