/*
 * Certificates as the plan shows them. Pure.
 */
#ifndef TFHOOK_JKS_IMPORT_PLAN_TEXT_H
#define TFHOOK_JKS_IMPORT_PLAN_TEXT_H

#include <stdint.h>

#include "cert.h"

/* What speaks against trusting it: its dates, a weak signature, a weak key; NULL: nothing. */
const char *plan_text_doubts(const struct cert_facts *facts, int64_t now);
/* "2 certificates", "1 store". */
const char *plan_text_count(size_t count, const char *noun);

#endif
