"""Trust stores byte for byte: certificates, JKS and PKCS#12, in every shape that the formats have.

Nothing here is random and nothing is checked: what keytool would never write can be written too.
A JKS comes with the places of its fields, so that they can be mutated.
"""
import hashlib
import hmac
import struct

JKS, JCEKS = 0xFEEDFEED, 0xCECECECE


# --- DER ---

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


def integer(n):
    return der(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def sequence(*parts):
    return der(0x30, *parts)


# --- certificates: what a decoder looks at is right, the signature is none ---

G256 = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
NO_PARAMETERS = der(5)


def ec_key():
    return sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")),
                    der(3, b"\0", G256))


def rsa_key(modulus):
    return sequence(sequence(oid("1.2.840.113549.1.1.1"), NO_PARAMETERS),
                    der(3, b"\0", sequence(integer(modulus), integer(65537))))


def ed_key(raw):
    return sequence(sequence(oid("1.3.101.112")), der(3, b"\0", raw))


def x500(common_name, organization=None):
    parts = [("2.5.4.3", common_name)]
    if organization is not None:
        parts.insert(0, ("2.5.4.10", organization))
    return sequence(*[der(0x31, sequence(oid(kind), der(0x0C, text.encode())))
                      for kind, text in parts])


def extension(kind, value, critical=False):
    return sequence(oid(kind), der(1, b"\xff") if critical else b"", der(4, value))


def certificate(serial, issuer, subject, key, signature, extensions=None,
                dates=("200101000000Z", "400101000000Z")):
    """Version 3 with extensions, else version 1."""
    algorithm = sequence(oid("1.2.840.113549.1.1.11"), NO_PARAMETERS)
    body = sequence(der(0xA0, integer(2)) if extensions is not None else b"", integer(serial),
                    algorithm, issuer,
                    sequence(*[der(0x17, day.encode()) for day in dates]), subject, key,
                    der(0xA3, sequence(*extensions)) if extensions is not None else b"")
    return sequence(body, algorithm, der(3, b"\0", signature))


# --- JKS and JCEKS ---

def modified_utf8(alias):
    out = b""
    units = alias.encode("utf-16-be", "surrogatepass")
    for i in range(0, len(units), 2):
        unit = struct.unpack(">H", units[i:i + 2])[0]
        out += b"\xc0\x80" if unit == 0 else chr(unit).encode("utf-8", "surrogatepass")
    return out


class Raw:
    """Bytes, and the (offset, size) of each number in them."""

    def __init__(self):
        self.data, self.fields = b"", []

    def number(self, value, size):
        self.fields.append((len(self.data), size))
        self.data += (value % (1 << 8 * size)).to_bytes(size, "big")

    def counted(self, value, size):
        self.number(len(value), size)
        self.data += value

    def add(self, other):
        self.fields += [(len(self.data) + at, size) for at, size in other.fields]
        self.data += other.data


def put_certificate(raw, cert, version, kind):
    if version == 2:
        raw.counted(kind, 2)
    raw.counted(cert, 4)


def jks_trusted(alias, date, cert, version=2, kind=b"X.509"):
    """The alias in bytes, as it is to be on the disk."""
    raw = Raw()
    raw.number(2, 4)
    raw.counted(alias, 2)
    raw.number(date, 8)
    put_certificate(raw, cert, version, kind)
    return raw


def jks_key(alias, date, blob, chain, version=2, kind=b"X.509"):
    raw = Raw()
    raw.number(1, 4)
    raw.counted(alias, 2)
    raw.number(date, 8)
    raw.counted(blob, 4)
    raw.number(len(chain), 4)
    for cert in chain:
        put_certificate(raw, cert, version, kind)
    return raw


def jks_seal(body, password):
    return body + hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + body).digest()


def jks_body(entries, version=2, magic=JKS):
    raw = Raw()
    raw.number(magic, 4)
    raw.number(version, 4)
    raw.number(len(entries), 4)
    for entry in entries:
        raw.add(entry)
    return raw


# --- PKCS#12 ---

OID_DATA, OID_ENCRYPTED = oid("1.2.840.113549.1.7.1"), oid("1.2.840.113549.1.7.6")
ANY_USAGE = oid("2.5.29.37.0")
HASHES = {"sha1": "1.3.14.3.2.26", "sha224": "2.16.840.1.101.3.4.2.4",
          "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2",
          "sha512": "2.16.840.1.101.3.4.2.3"}


def attribute(kind, *values):
    return sequence(oid(kind), der(0x31, *values))


def name(text):
    return attribute("1.2.840.113549.1.9.20", der(0x1E, text.encode("utf-16-be", "surrogatepass")))


def key_id(value):
    return attribute("1.2.840.113549.1.9.21", der(4, value))


def trust(*uses):
    return attribute("2.16.840.1.113894.746875.1.1", *(uses or (ANY_USAGE,)))


def bag(kind, value, *attributes):
    return sequence(oid("1.2.840.113549.1.12.10.1.%d" % kind), der(0xA0, value),
                    der(0x31, *attributes) if attributes else b"")


def cert_bag(cert, *attributes):
    return bag(3, sequence(oid("1.2.840.113549.1.9.22.1"), der(0xA0, der(4, cert))), *attributes)


def shrouded(blob):
    algorithm = sequence(oid("1.2.840.113549.1.12.1.3"), sequence(der(4, b"saltsalt"), integer(1)))
    return sequence(algorithm, der(4, blob))


def key_bag(blob, *attributes):
    return bag(2, shrouded(blob), *attributes)


def secret_bag(blob, *attributes):
    value = sequence(oid("1.2.840.113549.1.12.10.1.2"), der(0xA0, der(4, shrouded(blob))))
    return bag(5, value, *attributes)


def data(content):
    return sequence(OID_DATA, der(0xA0, der(4, content)))


def encrypted(blob):
    algorithm = sequence(oid("1.2.840.113549.1.12.1.6"), sequence(der(4, b"saltsalt"), integer(1)))
    return sequence(OID_ENCRYPTED,
                    der(0xA0, sequence(integer(0), sequence(OID_DATA, algorithm, der(0x80, blob)))))


def safe(bags):
    return data(sequence(*bags))


class Mac:
    """Of RFC 7292, appendix B."""

    def __init__(self, hash_name="sha1", salt=b"saltsalt", rounds=1, parameters=NO_PARAMETERS):
        self.hash_name, self.salt, self.rounds = hash_name, salt, rounds
        self.parameters = parameters

    def key(self, password):
        size, block = hashlib.new(self.hash_name).digest_size, hashlib.new(self.hash_name).block_size

        wide = password.encode("utf-16-be") + b"\0\0"
        pieces = []
        for text in (self.salt, wide):
            length = -(-len(text) // block) * block
            pieces.append((text * (length // max(len(text), 1) + 1))[:length])
        value = bytes([3]) * block + b"".join(pieces)
        for _ in range(self.rounds):
            value = hashlib.new(self.hash_name, value).digest()
        return value[:size]

    def element(self, content, password):
        total = hmac.new(self.key(password), content, self.hash_name).digest()
        algorithm = sequence(oid(HASHES[self.hash_name]), self.parameters)
        count = b"" if self.rounds == 1 else integer(self.rounds)
        return sequence(sequence(algorithm, der(4, total)), der(4, self.salt), count)


def p12(safes, mac=None, password=""):
    content = sequence(*safes)
    return sequence(integer(3), data(content), mac.element(content, password) if mac else b"")
