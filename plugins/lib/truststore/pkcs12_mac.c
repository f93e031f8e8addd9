#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <string.h>

#include "java_der_values.h"
#include "pkcs12.h"

enum { LEAST_SALT = 8 }; /* of JDK 25; older ones take a shorter one too */

struct mac_oid {
    const char *content;
    size_t size;
    int nid;
};

static const struct mac_oid digests[] = {
    {"\x2B\x0E\x03\x02\x1A", 5, NID_sha1},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9, NID_sha256},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x02", 9, NID_sha384},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x03", 9, NID_sha512},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x04", 9, NID_sha224},
};

static int digest_of(const struct der *oid)
{
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++)
        if (der_is(oid, digests[i].content, digests[i].size))
            return digests[i].nid;
    return NID_undef;
}

int pkcs12_iterations(const struct der *number)
{
    size_t size = der_size(&number->content);
    if (size == 0 || size > 4 || number->content.at[0] & 0x80)
        return 0;
    long value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | number->content.at[i];
    return value > 0 && value <= PKCS12_MOST_ITERATIONS ? (int)value : 0;
}

static enum truststore_status bad_mac(const struct truststore *store, const struct der *element,
                                      struct truststore_error *error)
{
    size_t offset = (size_t)(element->start - store->data);
    return truststore_fail(error, TRUSTSTORE_BROKEN,
                           "its MAC, at byte %zu, is garbled or not in DER", offset);
}

enum truststore_status pkcs12_mac_read(struct truststore *store, const struct der *element,
                                       struct der_span *ret_sum, struct truststore_error *error)
{
    struct der_span body = element->content;
    struct der info, algorithm, oid, sum, salt, parameters, count = {0};
    if (!der_expect(&body, DER_TAG_SEQUENCE, &info) || !der_expect(&body, DER_TAG_OCTETS, &salt) ||
        (!der_end(&body) && !der_expect(&body, DER_TAG_INTEGER, &count)) || !der_end(&body) ||
        !der_expect(&info.content, DER_TAG_SEQUENCE, &algorithm) ||
        !der_expect(&info.content, DER_TAG_OCTETS, &sum) || !der_end(&info.content))
        return bad_mac(store, element, error);
    if (!java_takes_algorithm(algorithm.content, &oid, &parameters))
        return bad_mac(store, element, error);
    int digest = digest_of(&oid);
    int iterations = count.start == NULL ? 1 : pkcs12_iterations(&count);
    if (digest == NID_undef || iterations == 0 || der_size(&salt.content) > INT_MAX)
        return truststore_fail(error, TRUSTSTORE_UNSUPPORTED,
                               "its MAC has an algorithm or an iteration count that is not handled "
                               "(handled: SHA-1 and SHA-2, up to %d iterations)",
                               PKCS12_MOST_ITERATIONS);
    if (der_size(&salt.content) < LEAST_SALT)
        return truststore_fail(
            error, TRUSTSTORE_UNSUPPORTED,
            "the salt of its MAC has less than %d bytes, which newer JDKs do not "
            "take with a password",
            LEAST_SALT);
    store->mac = (struct truststore_mac){
        .algorithm = algorithm.start,
        .algorithm_size = algorithm.size,
        .salt = salt.content.at,
        .salt_size = der_size(&salt.content),
        .count = count.start,
        .count_size = count.size,
        .digest = digest,
        .iterations = iterations,
    };
    *ret_sum = sum.content;
    return TRUSTSTORE_OK;
}

/* Older JDKs take no other password for the MAC of PKCS#12. */
static bool is_printable(const char *password)
{
    while (*password >= ' ' && *password <= '~')
        password++;
    return *password == '\0';
}

static enum truststore_status compute_mac(const struct truststore *store, const void *content,
                                          size_t size, unsigned char sum[EVP_MAX_MD_SIZE],
                                          unsigned *ret_size, struct truststore_error *error)
{
    const EVP_MD *digest = EVP_get_digestbynid(store->mac.digest);
    unsigned char key[EVP_MAX_MD_SIZE];
    if (!is_printable(store->password))
        return truststore_fail(error, TRUSTSTORE_PASSWORD,
                               "the password is not printable ASCII, and older JDKs take no other "
                               "one for the MAC of PKCS#12");
    bool done = digest != NULL &&
                PKCS12_key_gen_asc(store->password, -1, (unsigned char *)(uintptr_t)store->mac.salt,
                                   (int)store->mac.salt_size, PKCS12_MAC_ID, store->mac.iterations,
                                   EVP_MD_size(digest), key, digest) == 1 &&
                HMAC(digest, key, EVP_MD_size(digest), content, size, sum, ret_size) != NULL;
    OPENSSL_cleanse(key, sizeof key);
    return done ? TRUSTSTORE_OK
                : truststore_fail(error, TRUSTSTORE_UNSUPPORTED,
                                  "OpenSSL cannot compute its MAC (digest %s)",
                                  OBJ_nid2sn(store->mac.digest));
}

enum truststore_status pkcs12_mac_check(const struct truststore *store,
                                        const struct der_span *content, const struct der_span *sum,
                                        struct truststore_error *error)
{
    unsigned char expected[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    enum truststore_status status =
        compute_mac(store, content->at, der_size(content), expected, &size, error);
    if (status == TRUSTSTORE_OK &&
        (der_size(sum) != size || CRYPTO_memcmp(sum->at, expected, size) != 0))
        status = truststore_fail(error, TRUSTSTORE_PASSWORD,
                                 "its MAC does not match: the store password is another one, or "
                                 "bytes of the store were changed");
    return status;
}

enum truststore_status pkcs12_mac_write(const struct truststore *store, const void *content,
                                        size_t size, struct bytes *out,
                                        struct truststore_error *error)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned sum_size = 0;
    enum truststore_status status = compute_mac(store, content, size, sum, &sum_size, error);
    if (status != TRUSTSTORE_OK)
        return status;
    struct bytes info = {0}, body = {0};
    bytes_add(&info, store->mac.algorithm, store->mac.algorithm_size);
    der_put(&info, DER_TAG_OCTETS, sum, sum_size);
    der_put(&body, DER_TAG_SEQUENCE, info.data, info.size);
    der_put(&body, DER_TAG_OCTETS, store->mac.salt, store->mac.salt_size);
    if (store->mac.count != NULL)
        bytes_add(&body, store->mac.count, store->mac.count_size);
    der_put(out, DER_TAG_SEQUENCE, body.data, body.size);
    bool failed = info.failed || body.failed || out->failed;
    bytes_free(&info);
    bytes_free(&body);
    return failed ? truststore_no_memory(error) : TRUSTSTORE_OK;
}
