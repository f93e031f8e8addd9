/*
 * Certificates as the plan shows them. Pure. Appended to `out`.
 */
#ifndef TFHOOK_JKS_IMPORT_PLAN_TEXT_H
#define TFHOOK_JKS_IMPORT_PLAN_TEXT_H

#include <stdint.h>

#include "bytes.h"
#include "cert.h"

/* What speaks against trusting it, if anything does: its dates, a weak signature, a weak key. */
void plan_text_doubts(struct bytes *out, const struct cert_facts *facts, int64_t now);
/* "2 certificates", "1 store". */
void plan_text_count(struct bytes *out, size_t count, const char *noun);

#endif
