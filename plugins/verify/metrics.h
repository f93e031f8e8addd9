/*
 * When certificates end, in Prometheus' text format, for node_exporter's textfile collector. Pure.
 *
 * Order: verify_metrics_head() once, verify_metrics_add() for each certificate. The metric has the
 * name and unit that x509-certificate-exporter gave it: absolute seconds since the epoch.
 */
#ifndef TFHOOK_VERIFY_METRICS_H
#define TFHOOK_VERIFY_METRICS_H

#include <stdint.h>

#include "bytes.h"

struct verify_metric {
    const char *source;   /* "file", "store", "postgres", "server" */
    const char *subject;  /* alias, or host:port */
    const char *filepath; /* "" when it comes from no file */
    const char *common_name;
    int64_t not_after;
};

void verify_metrics_head(struct bytes *out);
void verify_metrics_add(const struct verify_metric *metric, struct bytes *out);

#endif
