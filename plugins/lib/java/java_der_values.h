/*
 * The values inside a certificate as Java's decoder takes them (DerValue, AlgorithmId, X500Name and
 * ECPublicKeyImpl of the JDK), for java_cert_structure.c and what reads PKCS#12. Pure; nothing is
 * allocated.
 *
 * Walked by der_next(), which wants lengths in their shortest form: JDK 11 refuses others, though
 * newer ones take them. Each function judges one element.
 */
#ifndef TFHOOK_LIB_JAVA_DER_VALUES_H
#define TFHOOK_LIB_JAVA_DER_VALUES_H

#include "der.h"

/* Whole elements, and inside constructed ones whole elements again. */
bool java_takes_elements(struct der_span elements, unsigned depth);
bool java_takes_oid(const struct der *oid);
/* A BIT STRING, or what has its content. */
bool java_takes_bits(const struct der *bits);
/* UTCTime or GeneralizedTime. */
bool java_takes_time(const struct der *time);
/* The content of a Name; *ret_empty when it names nothing. */
bool java_takes_name(struct der_span name, bool *ret_empty);
/* The content of an AlgorithmIdentifier. ret_parameters->start is NULL for none and for NULL. */
bool java_takes_algorithm(struct der_span algorithm, struct der *ret_oid,
                          struct der *ret_parameters);
/* Bytes of a coordinate on the curve of that name; 0 for one that Java does not know. */
size_t java_curve_size(const struct der *name);

#endif
