#!/usr/bin/env python3
"""Makes the trust stores in stores/, each with one trap, from three certificates.

STORE.trusted lists the SHA-256 of what a JVM trusts when it loads STORE as its cacerts, or says
"unreadable". The unit tests hold the model to it, the integration tests every JDK at hand.
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


def save(name, data, trusted):
    with open(name, "wb") as f:
        f.write(data)
    with open(name + ".trusted", "w") as f:
        if trusted is None:
            f.write("unreadable\n")
        else:
            f.writelines(sorted(hashlib.sha256(der).hexdigest() + "\n" for der in trusted))


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
    raw = text.encode("utf-16-be") if tag == 0x1E else text.encode()
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


def data(content):
    return der(0x30, oid("1.2.840.113549.1.7.1"), der(0xA0, der(4, content)))


def p12(*safes):
    return der(0x30, der(2, b"\3"), data(der(0x30, *[data(der(0x30, *s)) for s in safes])))


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
save("name-utf8.p12", p12([bag(A, name("a"), TRUSTED), bag(B, name("b", 0x0C), TRUSTED)]), None)
save("garbled-certificate.p12", p12([bag(b"no certificate", name("a"), TRUSTED)]), None)


# keytool makes these two: a MAC and encryption are not ours to imitate.
def keytool(name, trusted, *options):
    if os.path.exists("/usr/bin/keytool") and not os.path.exists(name):
        run("keytool", "-importkeystore", "-srckeystore", "plain.p12", "-srcstorepass", "changeit",
            "-destkeystore", name, "-deststoretype", "PKCS12", "-deststorepass", "changeit",
            *options)
    with open(name, "rb") as f:
        save(name, f.read(), trusted)


keytool("mac.p12", [A, B], "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE")
keytool("encrypted.p12", [])
