/*
 * The object identifiers of PKCS#12, as the content bytes of their DER, and helpers for them.
 */
#ifndef TFHOOK_LIB_PKCS12_OID_H
#define TFHOOK_LIB_PKCS12_OID_H

#include "der.h"

#define OID_DATA "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01"
#define OID_ENCRYPTED "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06"
#define OID_PBES2 "\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0D"
#define OID_PBKDF2 "\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0C"
#define OID_HMAC "\x2A\x86\x48\x86\xF7\x0D\x02"             /* and one byte: which */
#define OID_AES "\x60\x86\x48\x01\x65\x03\x04\x01"          /* and one byte: size and mode */
#define OID_PBE_SHA1 "\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01" /* and one byte: which */
#define OID_BAG "\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01"  /* and one byte: which */
#define OID_X509 "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x16\x01"
#define OID_NAME "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x14"
#define OID_KEY_ID "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x15"
#define OID_TRUSTED "\x60\x86\x48\x01\x86\xF9\x66\xAD\xCA\x7B\x01\x01"
#define OID_ANY_USAGE "\x55\x1D\x25\x00"
#define IS(element, oid) der_is((element), (oid), sizeof(oid) - 1)
#define LAST(oid, prefix) der_oid_last((oid), (prefix), sizeof(prefix) - 1)
#define PUT_OID(out, oid) der_put((out), DER_TAG_OID, (oid), sizeof(oid) - 1)

enum { HMAC_SHA1 = 7, HMAC_SHA512 = 11, AES_128_CBC = 2, AES_256_CBC = 42 };
enum { BAG_SHROUDED_KEY = 2, BAG_CERTIFICATE = 3, BAG_SECRET = 5 };

#endif
