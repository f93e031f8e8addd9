#!/usr/bin/env python3
"""Makes the trust stores in stores/, each with one trap, from three certificates.

STORE.trusted lists the SHA-256 of what a JVM trusts when it loads STORE as its cacerts, or says
"unreadable". STORE.trusted-with-password does where that differs for a JVM that has the store's
password. The unit tests hold the model to both, the integration tests every JDK at hand.
Run it in this folder; it needs python3 and openssl. The certificates stay once they are there.
"""
import hashlib
import os
import subprocess
import struct

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "stores"))


def run(*argv):
    subprocess.run(argv, check=True, stderr=subprocess.DEVNULL)


def certificate(name, file=None):
    file = (file or name) + ".der"
    if not os.path.exists(file):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "36500", "-subj", "/CN=" + name, "-addext",
            "subjectAltName=DNS:" + name, "-keyout", "/dev/null", "-outform", "DER", "-out",
            file)
    with open(file, "rb") as f:
        return f.read()


A, B, C = certificate("a"), certificate("b"), certificate("c")
certificate("a", "a-renewed")
DATE = 1700000000000


def save_list(name, trusted):
    with open(name, "w") as f:
        if trusted is None:
            f.write("unreadable\n")
        else:
            f.writelines(sorted(hashlib.sha256(der).hexdigest() + "\n" for der in trusted))


def save(name, data, trusted, with_password=None):
    with open(name, "wb") as f:
        f.write(data)
    save_list(name + ".trusted", trusted)
    if with_password is not None:
        save_list(name + ".trusted-with-password", with_password)


def modified_utf8(alias):
    out = b""
    units = alias.encode("utf-16-be", "surrogatepass")
    for i in range(0, len(units), 2):
        unit = struct.unpack(">H", units[i:i + 2])[0]
        out += b"\xc0\x80" if unit == 0 else chr(unit).encode("utf-8", "surrogatepass")
    return out


def chain(der, version, kind):
    return (struct.pack(">H", len(kind)) + kind if version == 2 else b"") + \
        struct.pack(">I", len(der)) + der


def trusted(alias, der, version=2, kind=b"X.509"):
    raw = alias if isinstance(alias, bytes) else modified_utf8(alias)
    return struct.pack(">IH", 2, len(raw)) + raw + struct.pack(">Q", DATE) + \
        chain(der, version, kind)


def key(alias, *ders):
    blob = b"\x30\x03\x02\x01\x00"
    return struct.pack(">IH", 1, len(alias)) + alias.encode() + struct.pack(">QI", DATE, len(blob)) \
        + blob + struct.pack(">I", len(ders)) + b"".join(chain(d, 2, b"X.509") for d in ders)


def jks(*entries, version=2, magic=0xFEEDFEED):
    body = struct.pack(">III", magic, version, len(entries)) + b"".join(entries)
    return body + hashlib.sha1("changeit".encode("utf-16-be") + b"Mighty Aphrodite" + body).digest()


save("plain.jks", jks(trusted("a", A), trusted("b", B)), [A, B])
save("empty.jks", jks(), [])
save("version1.jks", jks(trusted("a", A, 1), trusted("b", B, 1), version=1), [A, B])
save("old-type.jks", jks(trusted("a", A, kind=b"X509")), [A])
save("ghost.jks", jks(trusted("a", A), trusted("Bb", B)), [A])
save("ghost-beside.jks", jks(trusted("B", B), trusted("b", C)), [C])
save("ghost-beyond-ascii.jks",
     jks(trusted("\u00e4", A), trusted("\u00c4", B), trusted("\U00010428", B),
         trusted("\U00010400", C)), [A, B])
save("nul-in-alias.jks", jks(trusted("a\0a", A), trusted("a", B)), [A, B])
save("duplicate.jks", jks(trusted("a", A), trusted("b", C), trusted("a", B)), [B, C])
save("twice.jks", jks(trusted("a", A), trusted("b", A)), [A])
save("key.jks", jks(key("k", A, B), trusted("c", C)), [A, C])
save("ghost-key.jks", jks(key("K", A), trusted("c", C)), [C])
save("key-alone.jks", jks(key("k"), trusted("c", C)), [C])
save("trailing.jks", jks(trusted("a", A)) + b"more", [A])
save("alias-not-utf8.jks", jks(trusted("a", A), trusted(b"\xff\xfe", B)), None)
save("alias-plain-utf8.jks", jks(trusted("a", A), trusted("\U0001f512".encode(), B)), None)
save("garbled-chain.jks", jks(key("k", A, b"\x30\x02\x05\x00"), trusted("c", C)), None)
save("garbled-certificate.jks", jks(trusted("a", A), trusted("b", b"no certificate")), None)


def der(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def oid(text):
    first, second, *rest = [int(x) for x in text.split(".")]
    out = b""
    for n in [40 * first + second] + rest:
        part = bytes([n & 0x7F])
        while n > 0x7F:
            n >>= 7
            part = bytes([0x80 | n & 0x7F]) + part
        out += part
    return der(6, out)


TRUSTED = der(0x30, oid("2.16.840.1.113894.746875.1.1"), der(0x31, oid("2.5.29.37.0")))


def name(text, tag=0x1E):
    raw = text.encode("utf-16-be", "surrogatepass") if tag == 0x1E else text.encode()
    return der(0x30, oid("1.2.840.113549.1.9.20"), der(0x31, der(tag, raw)))


def key_id(value):
    return der(0x30, oid("1.2.840.113549.1.9.21"), der(0x31, der(4, value)))


def bag(cert, *attributes):
    value = der(0x30, oid("1.2.840.113549.1.9.22.1"), der(0xA0, der(4, cert)))
    return der(0x30, oid("1.2.840.113549.1.12.10.1.3"), der(0xA0, value),
               der(0x31, *attributes) if attributes else b"")


def key_bag(*attributes):
    algorithm = der(0x30, oid("1.2.840.113549.1.12.1.3"), der(0x30, der(4, b"saltsalt"), der(2, b"\1")))
    return der(0x30, oid("1.2.840.113549.1.12.10.1.2"),
               der(0xA0, der(0x30, algorithm, der(4, b"sealed"))), der(0x31, *attributes))


def secret_bag(*attributes):
    value = der(0x30, oid("1.2.840.113549.1.12.10.1.2"), der(0xA0, der(4, b"sealed")))
    return der(0x30, oid("1.2.840.113549.1.12.10.1.5"), der(0xA0, value), der(0x31, *attributes))


def data(content):
    return der(0x30, oid("1.2.840.113549.1.7.1"), der(0xA0, der(4, content)))


def sealed(*bags, stated=1000):
    """PBES2 as Java and OpenSSL make it, with a salt and an IV that stay; `stated` iterations."""
    salt, iv, count = b"salt" * 4, b"vector" + bytes(10), 1000
    secret = hashlib.pbkdf2_hmac("sha256", b"changeit", salt, count, 16)
    content = subprocess.run(
        ["openssl", "enc", "-aes-128-cbc", "-K", secret.hex(), "-iv", iv.hex()],
        input=der(0x30, *bags), stdout=subprocess.PIPE, check=True).stdout
    hmac = der(0x30, oid("1.2.840.113549.2.9"), der(5))
    kdf = der(0x30, oid("1.2.840.113549.1.5.12"),
              der(0x30, der(4, salt), der(2, stated.to_bytes(3, "big").lstrip(b"\0")), der(2, bytes([16])), hmac))
    cipher = der(0x30, oid("2.16.840.1.101.3.4.1.2"), der(4, iv))
    algorithm = der(0x30, oid("1.2.840.113549.1.5.13"), der(0x30, kdf, cipher))
    info = der(0x30, oid("1.2.840.113549.1.7.1"), algorithm, der(0x80, content))
    return der(0x30, oid("1.2.840.113549.1.7.6"), der(0xA0, der(0x30, der(2, b"\0"), info)))


def p12(*safes):
    """Each safe is a list of bags, or what sealed() makes of some."""
    parts = [s if isinstance(s, bytes) else data(der(0x30, *s)) for s in safes]
    return der(0x30, der(2, b"\3"), data(der(0x30, *parts)))


save("plain.p12", p12([bag(A, name("a"), TRUSTED), bag(B, name("b"), TRUSTED)]), [A, B])
save("two-safes.p12", p12([bag(A, name("a"), TRUSTED)], [bag(B, name("b"), TRUSTED)]), [A, B])
save("no-attribute.p12", p12([bag(A, name("a"), TRUSTED), bag(B, name("b")), bag(C)]), [A])
save("upper-case.p12", p12([bag(A, name("SCM"), TRUSTED)]), [A])
save("duplicate.p12", p12([bag(A, name("A"), TRUSTED), bag(B, name("a"), TRUSTED)]), [B])
save("unnamed.p12", p12([bag(A, TRUSTED), bag(B, TRUSTED), bag(C, name("2"), TRUSTED)]), [A, C])
save("key.p12", p12([bag(A, key_id(b"Time 1")), bag(B, name("b"), TRUSTED), bag(C)],
                    [key_bag(name("k"), key_id(b"Time 1"))]), [A, B])
save("key-by-name.p12", p12([bag(A, name("K")), bag(B, name("b"), TRUSTED)],
                            [key_bag(name("k"), key_id(b"Time 1"))]), [A, B])
save("half-pairs.p12", p12([bag(A, name("x\ud8001"), TRUSTED), bag(B, name("x\ud8002"), TRUSTED),
                            bag(C, name("\U00010400"), TRUSTED)]), [B, C])
save("secret-key.p12", p12([secret_bag(name("s"), key_id(b"id")), bag(A, key_id(b"id")),
                            bag(B, name("s")), bag(C, name("c"), TRUSTED)]), [C])
save("key-without-a-name.p12", p12([key_bag(name(""), key_id(b"id")), bag(A, key_id(b"other")),
                                    bag(C, name("c"), TRUSTED)]), [C])
save("key-by-place.p12", p12([key_bag(name("k"), key_id(b"01"))], [bag(A)], [bag(C), bag(B, name("k"))]),
     [C])
save("name-utf8.p12", p12([bag(A, name("a"), TRUSTED), bag(B, name("b", 0x0C), TRUSTED)]), None)
save("garbled-certificate.p12", p12([bag(b"no certificate", name("a"), TRUSTED)]), None)
save("encrypted-with-plain.p12",
     p12(sealed(bag(A, name("a"), TRUSTED), bag(B, name("b"), TRUSTED)),
         [bag(C, name("c"), TRUSTED)]), [C], [A, B, C])
save("encrypted-hides-plain.p12",
     p12([bag(C, name("a"), TRUSTED)],
         sealed(bag(A, name("A"), TRUSTED), bag(B, name("b"), TRUSTED))), [C], [A, B])
save("encrypted-chain.p12",
     p12(sealed(bag(A, key_id(b"Time 1")), bag(B, name("b"), TRUSTED)),
         [key_bag(name("k"), key_id(b"Time 1"))]), [], [A, B])
save("encrypted-key.p12",
     p12([bag(A, key_id(b"Time 1")), bag(B, name("b"), TRUSTED)],
         sealed(key_bag(name("k"), key_id(b"Time 1")))), [B], [A, B])
save("encrypted-other-bag.p12",
     p12(sealed(bag(A, name("a"), TRUSTED),
                der(0x30, oid("1.2.840.113549.1.12.10.1.1"), der(0xA0, der(0x30))))), [], [A])
save("encrypted-too-often.p12",
     p12(sealed(bag(A, name("a"), TRUSTED)), sealed(bag(B), stated=5000000)), [])


# keytool and openssl make these: a MAC and the older ciphers are not ours to imitate.
def keytool(name, trusted, with_password, *options):
    if os.path.exists("/usr/bin/keytool") and not os.path.exists(name):
        run("keytool", "-importkeystore", "-srckeystore", "plain.p12", "-srcstorepass", "changeit",
            "-destkeystore", name, "-deststoretype", "PKCS12", "-deststorepass", "changeit",
            *options)
    with open(name, "rb") as f:
        save(name, f.read(), trusted, with_password)


FEW = ["-J-Dkeystore.pkcs12.certPbeIterationCount=1000", "-J-Dkeystore.pkcs12.macIterationCount=1000"]
CIPHER = "-J-Dkeystore.pkcs12.certProtectionAlgorithm="
keytool("mac.p12", [A, B], None, CIPHER + "NONE")
keytool("encrypted.p12", [], [A, B])
keytool("encrypted-no-mac.p12", [], [A, B], *FEW, "-J-Dkeystore.pkcs12.macAlgorithm=NONE")
keytool("encrypted-rc2.p12", [], [A, B], *FEW, "-J-Dkeystore.pkcs12.legacy")
keytool("encrypted-3des.p12", [], [A, B], *FEW, CIPHER + "PBEWithSHA1AndDESede")
keytool("encrypted-rc4.p12", [], [A, B], *FEW, CIPHER + "PBEWithSHA1AndRC4_128")
if not os.path.exists("encrypted-openssl.p12"):
    run("openssl", "x509", "-inform", "DER", "-in", "a.der", "-out", "a.pem")
    run("openssl", "pkcs12", "-export", "-nokeys", "-in", "a.pem", "-name", "a", "-passout",
        "pass:changeit", "-certpbe", "AES-128-CBC", "-out", "encrypted-openssl.p12")
    os.remove("a.pem")
with open("encrypted-openssl.p12", "rb") as f:
    save("encrypted-openssl.p12", f.read(), [], [])
