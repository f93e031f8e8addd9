/*
 * Does a JVM load this trust store at all, whatever it trusts of it? Pure.
 *
 * jvm_cannot_load() judges by the store's form and by whether the JVM has a password for what is
 * encrypted; jvm_is_blind() where only a part is. truststore_undecodable() finds the entry for
 * which every JVM refuses the store, or may. Texts are constant, and NULL when nothing stands
 * against it.
 */
#ifndef TFHOOK_LIB_JVM_STORE_LOADS_H
#define TFHOOK_LIB_JVM_STORE_LOADS_H

#include <stdbool.h>

#include "java_accepts.h"
#include "jvm.h"
#include "truststore.h"

/* Why this JVM does not load a store of this form: "it takes PKCS#12 only ...". */
const char *jvm_cannot_load(const struct jvm *jvm, const struct truststore *store);
/* What to do about it. */
const char *jvm_way_out(const struct jvm *jvm, const struct truststore *store);
/* Is there a wanted JVM that has no password for the encrypted part of this store? What counts for
 * it is the view of truststore_blind(). */
bool jvm_is_blind(const struct jvm_stores *stores, const struct jvm_store *place,
                  const struct truststore *store);
/* The first certificate that Java does not decode; failing that, the first of which it is not
 * known; NULL when Java decodes them all. *ret_why continues "the certificate ...". `whole`: keys
 * and extensions too, else by the bytes alone, which is quick. */
const struct truststore_entry *truststore_undecodable(const struct truststore *store, bool whole,
                                                      enum java_verdict *ret_verdict,
                                                      const char **ret_why);

#endif
