/*
 * Certificates, entries and users of a store as the plan shows them. Pure. Appended to `out`.
 */
#ifndef TFHOOK_JKS_IMPORT_PLAN_TEXT_H
#define TFHOOK_JKS_IMPORT_PLAN_TEXT_H

#include <stdint.h>

#include "bytes.h"
#include "cert.h"
#include "jvm.h"

/* "CN=scm1  expires 2027-03-01  SHA-256 3F:...": the fingerprint as keytool prints it. */
void plan_text_certificate(struct bytes *out, const void *der, size_t size,
                           const unsigned char sha256[32]);
/* The same of one whose facts are known. */
void plan_text_facts(struct bytes *out, const struct cert_facts *facts,
                     const unsigned char sha256[32]);
/* What speaks against trusting it, if anything does: its dates, a weak signature, a weak key. */
void plan_text_doubts(struct bytes *out, const struct cert_facts *facts, int64_t now);
/* "process 4711 (jboss-modules.jar of TeamForge, /usr/lib/jvm/...)" or "/usr/lib/jvm/...". */
void plan_text_jvm(struct bytes *out, const struct jvm *jvm);
/* "2 certificates", "1 store". */
void plan_text_count(struct bytes *out, size_t count, const char *noun);

#endif
