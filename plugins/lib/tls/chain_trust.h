/*
 * Is a presented chain to be trusted? Apart from sockets: chains come from handshake.h or from
 * files.
 *
 * Make one tls_trust (tls_trust_system() reads some 150 certificates), ask tls_trust_check() as
 * often as needed, tls_trust_free(). The chain's first certificate is the leaf; the others may help
 * to build a path and need not be in order.
 */
#ifndef TFHOOK_LIB_CHAIN_TRUST_H
#define TFHOOK_LIB_CHAIN_TRUST_H

#include "cert.h"

struct tls_trust;

/* The distribution's trust store: OpenSSL's default paths (SSL_CERT_FILE and SSL_CERT_DIR count).
 * NULL: out of memory. */
struct tls_trust *tls_trust_system(void) __attribute__((warn_unused_result));
/* A given set of anchors, judged as Java does: a leaf that is one of them, byte for byte, is
 * trusted at once, expired or not; an anchor that is no CA vouches for nothing else; an expired CA
 * anchor still does. The list is copied. NULL: out of memory. */
struct tls_trust *tls_trust_anchors(const struct cert_list *anchors)
    __attribute__((warn_unused_result));
void tls_trust_free(struct tls_trust *trust);

enum tls_verdict {
    TLS_TRUSTED = 0,
    TLS_WRONG_NAME, /* a path exists, but the leaf is not for this host */
    TLS_UNTRUSTED,  /* no path to an anchor, expired, not for servers, ... */
    TLS_UNKNOWN,    /* it could not be judged: out of memory, a certificate does not parse */
};

/* `host`: name or address that the leaf must be for; NULL: any. `now`: the time to judge by.
 * `why` gets one line for people, "" when trusted; it is cut to `why_size`. */
enum tls_verdict tls_trust_check(const struct tls_trust *trust, const struct cert_list *chain,
                                 const char *host, int64_t now, char *why, size_t why_size)
    __attribute__((warn_unused_result));
/* Whether the certificate is for this name or address, as TLS clients check it. */
bool tls_name_matches(const struct cert *leaf, const char *host);

#endif
