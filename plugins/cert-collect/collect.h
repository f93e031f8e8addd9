/*
 * One run of collecting, from the sources to the certificates to keep. Host calls happen here; the
 * pure parts are source.h, aliases.h, pins.h and the shared cert.h, handshake.h.
 *
 * Order: collect_begin(), collect_local() / collect_ssh() for each source of that kind,
 * collect_network() once, collect_settle(), collect_stage(). A failure of a source
 * is noted with collect_error() and the run goes on, so that all of them are reported together;
 * nothing is staged when there was one.
 */
#ifndef TFHOOK_CERT_COLLECT_COLLECT_H
#define TFHOOK_CERT_COLLECT_COLLECT_H

#include "aliases.h"
#include "cert.h"
#include "pins.h"
#include "source.h"

#include <tfhook/plugin.h>

enum { CERT_FILE_LIMIT = 1024 * 1024 };

enum when_missing { MISSING_FAIL = 0, MISSING_SKIP, MISSING_CACHED };

struct collect {
    const struct tfhook_host *host;
    const char *directory;
    enum when_missing when_missing;
    bool trust_first_use;
    int timeout;
    unsigned parallel;
    struct source *sources;
    size_t source_count, sources_done;
    struct pick *picks;
    size_t pick_count;
    struct pins pins;
    bool pins_changed;
    const char *first_error;
    size_t error_count;
    size_t kept, fresh, renewed, skipped, cached; /* for the message */
};

/* Reads the configuration; TFHOOK_OK, or what the plugin is to return. */
int collect_begin(struct collect *c, const struct tfhook_host *host)
    __attribute__((warn_unused_result));
/* Parses the sources only; TFHOOK_OK or TFHOOK_REJECTED with every bad one named. */
int collect_parse(struct collect *c, const struct tfhook_host *host)
    __attribute__((warn_unused_result));

void collect_local(struct collect *c, const struct source *source);
void collect_ssh(struct collect *c, const struct source *source);
/* All sources that are asked by a handshake, several at a time. */
void collect_network(struct collect *c);
/* Kept copies for what is missing, then the aliases. */
void collect_settle(struct collect *c);
/* Stages what differs from the copies that are kept, and the pins. */
void collect_stage(struct collect *c);

/* "ORIGIN: ..." */
void collect_error(struct collect *c, const char *origin, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Nothing came of a source (or of the `file` in its directory): an error, or a pick without a
 * certificate, as `missing` says. */
void collect_missing(struct collect *c, const struct source *source, const char *file,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The leaf of `certs`, pin checked; `file` names the copy when a directory is the source. */
void collect_take(struct collect *c, const struct source *source, const char *file,
                  const struct cert_list *certs);
/* Bytes that should be one certificate, or a bundle where `bundles` are fine. */
void collect_bytes(struct collect *c, const struct source *source, const char *file,
                   const struct tfhook_data *data, bool bundles);
/* A copy of the certificate, for a pick. */
const struct cert *collect_copy(const struct cert *cert);
/* "SOURCE [as ALIAS] pin sha256:HEX", to paste into the config. */
const char *collect_paste_line(const struct source *source, const struct cert *cert);

#endif
