/*
 * When certificates end, in Prometheus' text format, for node_exporter's textfile collector. Pure.
 *
 * Order: verify_metrics_head() once, verify_metrics_add() for each certificate. The metric has the
 * name and unit that x509-certificate-exporter gave it: absolute seconds since the epoch.
 */
#ifndef TFHOOK_VERIFY_METRICS_H
#define TFHOOK_VERIFY_METRICS_H

#include "bytes.h"
#include "cert.h"

void verify_metrics_head(struct bytes *out);
/* `source`: "file", "store", "postgres" or "server"; `subject`: alias, or host:port; `filepath`: ""
 * when it comes from no file. */
void verify_metrics_add(struct bytes *out, const char *source, const char *subject,
                        const char *filepath, const struct cert_facts *facts);

#endif
