#include "jvm_store_loads.h"

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
    if (!jvm->password && truststore_needs_password(store))
        return "it has no javax.net.ssl.trustStorePassword, without which a JVM skips in silence "
               "what is encrypted, and this store is: it trusts nothing";
    return NULL;
}

const char *jvm_way_out(const struct jvm *jvm, const struct truststore *store)
{
    if (jvm->forms != JVM_ONLY_JKS && !jvm->password && truststore_needs_password(store))
        return "start it with -Djavax.net.ssl.trustStorePassword, or take the encryption off: "
               "keytool -importkeystore -srckeystore OLD -destkeystore NEW -deststoretype PKCS12 "
               "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE";
    return "set keystore.type.compat=true in its java.security, or convert the store with keytool "
           "-importkeystore";
}

bool jvm_is_blind(const struct jvm_stores *stores, const struct jvm_store *place,
                  const struct truststore *store)
{
    if (store->sealed_count == 0 || truststore_needs_password(store))
        return false;
    for (size_t i = 0; i < stores->jvm_count; i++) {
        const struct jvm *jvm = &stores->jvms[i];
        if (jvm->wanted && !jvm->password && jvm_uses(jvm, place))
            return true;
    }
    return false;
}

/* The worst so far, and where. */
struct doubt {
    const struct truststore_entry *entry;
    enum java_verdict verdict;
    const char *why;
};

static void look_at(struct doubt *doubt, const struct truststore_entry *entry, const void *der,
                    size_t size, bool whole)
{
    const char *why = NULL;
    enum java_verdict verdict =
        whole ? java_accepts(der, size, &why) : java_check_structure(der, size, &why);
    if (verdict > doubt->verdict)
        *doubt = (struct doubt){entry, verdict, why};
}

const struct truststore_entry *truststore_undecodable(const struct truststore *store, bool whole,
                                                      enum java_verdict *ret_verdict,
                                                      const char **ret_why)
{
    struct doubt doubt = {.verdict = JAVA_ACCEPTS};
    for (size_t i = 0; i < store->count && doubt.verdict != JAVA_REFUSES; i++) {
        const struct truststore_entry *entry = &store->entries[i];
        if (entry->der != NULL)
            look_at(&doubt, entry, entry->der, entry->der_size, whole);
        for (size_t k = 0; k < entry->chain_count; k++)
            look_at(&doubt, entry, entry->chain[k].data, entry->chain[k].size, whole);
    }
    *ret_verdict = doubt.verdict;
    *ret_why = doubt.why;
    return doubt.entry;
}
