#include "jvm_loads.h"

#include "java_accepts.h"

const char *jvm_cannot_load(const struct jvm *jvm, const struct truststore *store)
{
    /* JSSE asks for the default type, which is never JCEKS, nor detected by content. */
    if (store->form == TRUSTSTORE_JCEKS)
        return "it never takes JCEKS for its default store, and this store is JCEKS: it trusts "
               "nothing";
    if (jvm->forms == JVM_ONLY_PKCS12 && store->form != TRUSTSTORE_PKCS12)
        return "it takes PKCS#12 only (keystore.type.compat in its java.security), and this store "
               "is JKS: it trusts nothing";
    if (jvm->forms == JVM_ONLY_JKS && store->form == TRUSTSTORE_PKCS12)
        return "it takes JKS only (keystore.type.compat in its java.security), and this store is "
               "PKCS#12: it trusts nothing";
    return NULL;
}

const struct truststore_entry *truststore_undecodable(const struct truststore *store, bool whole,
                                                      const char **ret_why)
{
    for (size_t i = 0; i < store->count; i++) {
        const struct truststore_entry *entry = &store->entries[i];
        if (entry->der == NULL)
            continue;
        enum java_verdict verdict = whole ? java_accepts(entry->der, entry->der_size, ret_why)
                                          : java_frame(entry->der, entry->der_size, ret_why);
        if (verdict == JAVA_REFUSES)
            return entry;
    }
    return NULL;
}
