#include "journal.h"

#include "file.h"
#include "journal_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const txn_phase_names[] = {"prep",  "open", "done",      "undone",
                                       "stuck", "gone", "unreadable"};

const char *journal_dir(struct mem *mem, const char *state_dir, long seq, enum txn_phase phase)
{
    return mem_printf(mem, "%s/transactions/%06ld.%s", state_dir, seq, txn_phase_names[phase]);
}

bool entry_is_directory(const struct entry *entry)
{
    return entry->change.action == ACTION_DIRECTORY ||
           entry->change.action == ACTION_REMOVE_DIRECTORY;
}

int entry_result(struct err *err, int rc, const struct entry *entry, const char *what)
{
    return err_errno(err, STATUS_FAILED, -rc, "cannot %s %s", what, entry->change.real);
}

bool entry_had_access(const struct entry *entry, const struct stat *st, int mode)
{
    return (int)(st->st_mode & 07777) == mode && st->st_uid == entry->old_uid &&
           st->st_gid == entry->old_gid;
}

const char *journal_paths(struct mem *mem, const struct journal *journal)
{
    struct names paths = {0};
    for (size_t i = 0; i < journal->count; i++)
        names_add(mem, &paths, journal->entries[i].change.path);
    return text_shown(mem, names_join(mem, &paths, ", "));
}

int journal_write(struct mem *mem, const struct journal *journal, struct err *err)
{
    const char *path = mem_printf(mem, "%s/journal.json", journal->dir);
    const char *text = journal_to_json(mem, journal);
    /* Under its own name it is whole from the first moment on: a journal that is there and cannot
     * be read was damaged later. */
    struct blob content = {(const unsigned char *)text, strlen(text)};
    const char *new = mem_printf(mem, "%s.new", path);
    int rc = file_create(new, &content, 0600, NULL);
    if (rc == 0)
        rc = file_rename(new, path);
    if (rc == 0)
        rc = file_sync_parent(path);
    return err_errno(err, STATUS_FAILED, -rc, "cannot write %s", path);
}

int journal_read(struct mem *mem, struct journal *journal, struct err *err)
{
    const char *path = mem_printf(mem, "%s/journal.json", journal->dir);
    struct blob content;
    int rc = file_read(mem, path, FILE_LIMIT, &content);
    if (rc < 0)
        return err_errno(err, STATUS_FAILED, -rc, "cannot read %s", path);
    const char *why = journal_from_json(mem, &content, journal);
    return why == NULL ? 0
                       : err_set(err, STATUS_FAILED, "%s is not a journal that can be trusted (%s)",
                                 path, why);
}

/* --- the directory --- */

static int by_seq(const void *a, const void *b)
{
    const struct journal *x = a;
    const struct journal *y = b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static bool parse_name(struct mem *mem, const char *name, struct journal *ret)
{
    size_t length = strcspn(name, ".");
    if (name[length] == '\0' ||
        !text_number(mem_strn(mem, name, length), 1, JOURNAL_SEQ_MAX, &ret->seq))
        return false;
    ret->phase = TXN_PREP;
    while (ret->phase <= TXN_GONE && strcmp(name + length + 1, txn_phase_names[ret->phase]) != 0)
        ret->phase++;
    return ret->phase <= TXN_GONE;
}

int journal_list(struct mem *mem, const char *state_dir, struct journals *ret, struct err *err)
{
    const char *path = mem_printf(mem, "%s/transactions", state_dir);
    struct journals list = {0};
    struct names names = {0};
    int rc = file_list(mem, path, &names);
    if (rc < 0 && rc != -ENOENT)
        return err_errno(err, STATUS_FAILED, -rc, "cannot look at %s", path);
    for (size_t i = 0; i < names.count; i++) {
        struct journal journal = {0};
        journal.dir = mem_printf(mem, "%s/%s", path, names.names[i]);
        if (parse_name(mem, names.names[i], &journal))
            *mem_push(mem, list.items, list.count) = journal;
    }
    if (list.count > 1)
        qsort(list.items, list.count, sizeof *list.items, by_seq);
    *ret = list;
    return 0;
}

int journal_move(struct mem *mem, struct journal *journal, enum txn_phase phase, struct err *err)
{
    const char *to = mem_printf(mem, "%s/%06ld.%s", file_parent(mem, journal->dir), journal->seq,
                                txn_phase_names[phase]);
    int rc = file_rename(journal->dir, to);
    if (rc < 0)
        return err_errno(err, STATUS_FAILED, -rc, "cannot rename %s to %s", journal->dir, to);
    journal->dir = to;
    journal->phase = phase;
    return err_errno(err, STATUS_FAILED, -file_sync_parent(to), "cannot sync the parent of %s", to);
}

static bool keeps_foreign(struct mem *mem, const struct journal *journal)
{
    struct names names = {0};
    bool keeps = false;
    if (file_list(mem, journal->dir, &names) < 0)
        return false;
    for (size_t i = 0; i < names.count; i++)
        keeps = keeps || strstr(names.names[i], JOURNAL_FOREIGN) != NULL;
    return keeps;
}

/* Renamed first, so that a half-removed one is not taken for a whole one. */
static void remove_journal(struct mem *mem, struct journal *journal)
{
    struct err ignored = {.mem = mem};
    if (journal->phase != TXN_GONE && journal_move(mem, journal, TXN_GONE, &ignored) < 0)
        return;
    struct names names = {0};
    if (file_list(mem, journal->dir, &names) == -ENOTDIR)
        file_discard(journal->dir);
    for (size_t i = 0; i < names.count; i++)
        file_discard(mem_printf(mem, "%s/%s", journal->dir, names.names[i]));
    if (file_remove_directory(journal->dir) < 0)
        return; /* the next run tries again */
}

void journal_prune(struct mem *mem, const char *state_dir, long keep)
{
    struct journals all;
    struct err ignored = {.mem = mem};
    if (journal_list(mem, state_dir, &all, &ignored) < 0)
        return;
    long done = 0;
    long undone = 0;
    long foreign = 0;
    for (size_t i = all.count; i > 0; i--) {
        struct journal *journal = &all.items[i - 1];
        bool old = (journal->phase == TXN_DONE && ++done > keep) ||
                   (journal->phase == TXN_UNDONE && ++undone > keep);
        if (old && keeps_foreign(mem, journal))
            old = ++foreign > keep;
        if (old || journal->phase == TXN_GONE)
            remove_journal(mem, journal);
    }
}

const struct journal *journal_next_rollback(const struct journals *all, long seq,
                                            const struct journal *after)
{
    size_t first = after == NULL ? 0 : (size_t)(after - all->items) + 1;
    for (size_t i = first; i < all->count; i++)
        if (all->items[i].phase == TXN_DONE && all->items[i].undoes == seq &&
            all->items[i].seq > seq && !journal_is_undone(all, all->items[i].seq))
            return &all->items[i];
    return NULL;
}

bool journal_is_undone(const struct journals *all, long seq)
{
    const struct journal *rollback = NULL;
    do {
        rollback = journal_next_rollback(all, seq, rollback);
    } while (rollback != NULL && rollback->partial);
    return rollback != NULL;
}
