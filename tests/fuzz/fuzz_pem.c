/* Files of certificates. Each that is found is one that is found again in its own PEM. */
#include "fuzz.h"

#include "bytes.h"
#include "cert.h"

#include <string.h>

static void try_again(const struct cert *cert)
{
    struct bytes pem = {0};
    struct cert_list list = {0};
    cert_pem(cert->der, cert->size, &pem);
    require(!pem.failed);
    require(cert_read(pem.data, pem.size, &list) == CERT_OK);
    require(list.count == 1);
    require(memcmp(list.certs[0].sha256, cert->sha256, sizeof cert->sha256) == 0);
    cert_list_free(&list);
    bytes_free(&pem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cert_list list = {0};
    enum cert_status status = cert_read(data, size, &list);
    require((status == CERT_OK) == (list.count > 0));
    if (status == CERT_OK)
        require(cert_leaf(&list) < list.count);
    for (size_t i = 0; i < list.count; i++) {
        struct cert_facts facts;
        try_again(&list.certs[i]);
        if (cert_facts_of(list.certs[i].der, list.certs[i].size, &facts) == 0)
            cert_facts_free(&facts);
    }
    cert_list_free(&list);
    return 0;
}
