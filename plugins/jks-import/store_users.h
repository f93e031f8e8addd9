/*
 * The JVMs that read a store: what the plan says of each, and which have to start again. Through
 * the host; lines and next steps only, so nothing can fail.
 */
#ifndef TFHOOK_JKS_IMPORT_STORE_USERS_H
#define TFHOOK_JKS_IMPORT_STORE_USERS_H

#include "import.h"

#include "truststore.h"

/* Of `store`, opened from `of`: who reads it, and a warning for who cannot. In the summary of a
 * change, else as information. */
void import_show_users(const struct import_run *run, const struct jvm_store *of,
                       const struct truststore *store, bool changed);

/* After a change. */
void import_advise_users(const struct import_run *run, const struct jvm_store *store);

#endif
