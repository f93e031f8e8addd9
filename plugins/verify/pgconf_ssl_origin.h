/*
 * Where this host's postgresql.conf turns ssl on or off. Glue over pgconf.h, for hints only: the
 * wire is the proof, and a server may have been started with other settings.
 */
#ifndef TFHOOK_VERIFY_PGCONF_SSL_ORIGIN_H
#define TFHOOK_VERIFY_PGCONF_SSL_ORIGIN_H

#include "verify.h"

/* A sentence on the setting `ssl` of the data directories of the key data-directory, or of the
 * usual places; NULL when none can be read. */
const char *verify_pgconf_hint(struct verify *v);

#endif
