/*
 * What the forms of a trust store share with truststore.c, and nobody else.
 *
 * A form gives four functions, gathered in a struct truststore_ops: truststore_open() calls parse()
 * with data, size and password in place, the edits call make(), truststore_write() calls write().
 * A parser appends entries with truststore_append() and sets `flaw` where an entry is not trusted
 * by itself; what depends on the other entries (hidden, duplicate) is judged in truststore.c.
 */
#ifndef TFHOOK_LIB_TRUSTSTORE_FORMS_H
#define TFHOOK_LIB_TRUSTSTORE_FORMS_H

#include "jks_alias.h"
#include "truststore.h"

struct truststore_ops {
    enum truststore_status (*parse)(struct truststore *store, struct truststore_error *error);
    /* The raw bytes of a trusted certificate that was added. */
    void (*make)(const struct truststore *store, const struct truststore_entry *entry,
                 struct bytes *out);
    enum truststore_status (*write)(const struct truststore *store, struct bytes *out,
                                    struct truststore_error *error);
    /* Java files entries under the alias as it is, so that one in upper case is never found. */
    bool files_alias_unfolded;
};

/* Of names and certificates: the places of entries from 1, each leading to the next; 0: none. */
enum { TRUSTSTORE_BUCKETS = 1 << 14 };
struct truststore_index {
    uint32_t names[TRUSTSTORE_BUCKETS], hashes[TRUSTSTORE_BUCKETS];
};

extern const struct truststore_ops truststore_jks_ops;
extern const struct truststore_ops truststore_pkcs12_ops;

/* Fills the error and returns `status`. */
enum truststore_status truststore_fail(struct truststore_error *error,
                                       enum truststore_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum truststore_status truststore_no_memory(struct truststore_error *error);

/* Appends an entry whose kind, der, raw and date are set; takes its names from `alias` and hashes
 * its certificate. False when memory is out. */
bool truststore_append(struct truststore *store, const struct truststore_entry *entry,
                       const struct bytes *alias) __attribute__((warn_unused_result));

const struct truststore_ops *truststore_ops_of(const struct truststore *store);
/* An entry as it is written: byte for byte as it was read, or made. */
void truststore_put(const struct truststore *store, const struct truststore_entry *entry,
                    struct bytes *out);

/* Takes a new entry at the end into the index, by which the find functions go. */
void truststore_index_entry(struct truststore *store, size_t place);
/* Indexes all anew: entries have changed. */
void truststore_reindex(struct truststore *store);
/* The last entry that Java files under this name; `seen`: of those that it sees. NULL: none. */
const struct truststore_entry *truststore_find_name(const struct truststore *store,
                                                    const char *name, bool seen);
/* Decides anew which entries are trusted. */
void truststore_judge(struct truststore *store);
void truststore_entry_free(struct truststore_entry *entry);

/* The size of the DER block at the start of `data`: a SEQUENCE that fits, its length in the
 * shortest form; 0 when there is none. Java takes one block and ignores what follows; a length in
 * another form it writes anew, so that the certificate it trusts has other bytes. */
size_t truststore_der_block(const unsigned char *data, size_t size);

#endif
