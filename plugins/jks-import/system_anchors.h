/*
 * CA certificates for a store that update-ca-trust makes: what is only in the store is gone at its
 * next run, what is in the system's directory of anchors is put in again. Through the host.
 *
 * Order: import_system_anchors() when the plan of a generated store is made. Errors: what the
 * host's fail() returned.
 */
#ifndef TFHOOK_JKS_IMPORT_SYSTEM_ANCHORS_H
#define TFHOOK_JKS_IMPORT_SYSTEM_ANCHORS_H

#include "conflict_policy.h"
#include "input_certs.h"

/* What is a CA is laid among the anchors, unless it lies there already or was left out (`actions`,
 * one for each certificate); of what is none it is said that update-ca-trust drops it. The anchors
 * of the aliases that are to go are removed. */
int import_system_anchors(const struct tfhook_host *host, const char *store,
                          const struct import_certs *certs, const enum import_action *actions,
                          struct tfhook_names absent) __attribute__((warn_unused_result));

#endif
