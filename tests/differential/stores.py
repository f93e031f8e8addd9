"""Random trust stores, the same for the same seed.

store(seed, n) gives a Store: its bytes, its password, and what the import of one more certificate
must make of it, byte for byte, worked out from its parts and not by taking it apart.
"""
import os
import random

import forms

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "unit", "data", "stores")
NEW_ALIAS = "tfhook-new"
FORMS = ("jks1", "jks2", "jceks1", "jceks2", "p12", "p12-mac", "p12-safes", "p12-keys")
PASSWORDS = ("changeit", "changeit", "changeit", "x", "correct horse", "pässwörd", "пароль",
             "密码🔑", "", "a" * 200)
DATES = (1700000000000, 1700000000000, 0, -1, 1, -(1 << 63), (1 << 63) - 1, 253402300800000)


class Store:
    """`added(cert, date)` is the store after the import; None when it must refuse."""

    def __init__(self, form, data, password, added=None):
        self.form, self.data, self.password, self.added = form, data, password, added
        self.type = "JCEKS" if form.startswith("jceks") else "default"


# --- certificates ---

def real_certificates():
    found = []
    for file in ("a.der", "b.der", "c.der", "a-renewed.der"):
        with open(os.path.join(DATA, file), "rb") as f:
            found.append(f.read())
    return found


def random_extensions(r, host):
    yes = forms.der(1, b"\xff")
    found = []
    if r.random() < 0.7:
        found.append(forms.extension("2.5.29.17", forms.sequence(forms.der(0x82, host.encode())),
                                     r.random() < 0.3))
    if r.random() < 0.6:
        found.append(forms.extension("2.5.29.19", forms.sequence(*([yes] if r.random() < 0.5 else [])),
                                     r.random() < 0.5))
    if r.random() < 0.4:
        found.append(forms.extension("2.5.29.15", forms.der(3, b"\5\xa0"), r.random() < 0.5))
    if r.random() < 0.2:
        found.append(forms.extension("1.2.3.4." + str(r.randrange(99)), r.randbytes(5)))
    return found


def random_certificate(r):
    host = "host%x" % r.getrandbits(40)
    keys = (forms.ec_key, lambda: forms.ed_key(r.randbytes(32)),
            lambda: forms.rsa_key(r.getrandbits(1024) | 1 << 1023 | 1))
    subject = forms.x500(host, r.choice((None, "Ünïcode AG", "Example")))
    return forms.certificate(
        r.getrandbits(r.choice((8, 64, 150))) + 1,
        subject if r.random() < 0.5 else forms.x500("issuer", "Example"), subject,
        r.choice(keys)(), r.randbytes(64), random_extensions(r, host) if r.random() < 0.9 else None,
        r.choice((("200101000000Z", "400101000000Z"), ("000101000000Z", "010101000000Z"))))


class Pool:
    def __init__(self, seed):
        r = Random(seed)
        self.certs = real_certificates() + [random_certificate(r) for _ in range(200)]
        self.new = random_certificate(r)


class Random(random.Random):
    def randbytes(self, n):  # of Python 3.9; RHEL 8 has 3.6
        return bytes(self.getrandbits(8) for _ in range(n))


# --- aliases ---

WORDS = ("scm1", "db", "mail", "debian:x", "actalisauthenticationrootca [jdk", "a b", "a\tb",
         "ärger", "Ärger", "пример", "ПРИМЕР", "例え", "ǅ", "İstanbul", "ẞ", "ß", "ÅNGSTRÖM",
         "𐐨low", "𐐀up", "🔒", "🔒Lock", "nul\0in", "\udc00\ud800", "x\ud800", "é", "e\u0301",
         "UPPER", "MixedCase", "K", "tfhook-old", "", "1", "2", "-", "ﬁ", "İ")


def random_alias(r, used, longest):
    """`longest` in bytes of modified UTF-8, or in units."""
    how = r.random()
    if how < 0.45:
        return "host%d" % r.randrange(100000)
    if how < 0.75:
        return r.choice(WORDS) + (str(r.randrange(1000)) if r.random() < 0.5 else "")
    if how < 0.85 and used:
        return r.choice(used)
    if how < 0.92 and used:
        return r.choice(used).swapcase()
    if how < 0.94:
        return "l" * r.choice((255, 256, longest))
    return "".join(chr(r.choice((r.randrange(32, 127), r.randrange(0xC0, 0x24F),
                                 r.randrange(0x400, 0x460), r.randrange(0x10400, 0x10450))))
                   for _ in range(r.randrange(1, 12)))


def overlong(r, raw):
    """An ASCII letter in two bytes, which readUTF() takes."""
    at = r.randrange(len(raw)) if raw else 0
    if not raw or raw[at] >= 0x80:
        return raw
    return raw[:at] + bytes([0xC0 | raw[at] >> 6, 0x80 | raw[at] & 0x3F]) + raw[at + 1:]


def jks_alias(r, used):
    alias = random_alias(r, used, 65535)
    raw = forms.modified_utf8(alias)
    if len(raw) > 65535:
        alias, raw = "long", b"long"
    used.append(alias)
    return overlong(r, raw) if r.random() < 0.03 and len(raw) < 65535 else raw


def how_many(r):
    how = r.random()
    return r.randrange(1, 7) if how < 0.8 else r.randrange(0, 40) if how < 0.97 else \
        r.randrange(100, 501)


# --- JKS, JCEKS ---

def random_jks(r, pool, form):
    version = int(form[-1])
    magic = forms.JCEKS if form.startswith("jceks") else forms.JKS
    password = r.choice(PASSWORDS)
    used, entries = [], []
    for _ in range(how_many(r)):
        kind = r.choice((b"X.509", b"X.509", b"X509"))
        alias, date = jks_alias(r, used), r.choice(DATES)
        if r.random() < 0.12:
            chain = [r.choice(pool.certs) for _ in range(r.randrange(4))]
            entries.append(forms.jks_key(alias, date, r.randbytes(r.randrange(60)), chain, version,
                                         kind))
            continue
        cert = r.choice(pool.certs) + (b"junk" if r.random() < 0.02 else b"")
        entries.append(forms.jks_trusted(alias, date, cert, version, kind))

    def added(cert, date):
        new = forms.jks_trusted(NEW_ALIAS.encode(), date, cert, version)
        return forms.jks_seal(forms.jks_body(entries + [new], version, magic).data, password)

    whole = forms.jks_seal(forms.jks_body(entries, version, magic).data, password)
    if r.random() < 0.02:
        return Store(form, whole[:-1] + bytes([whole[-1] ^ 1]), password)
    return Store(form, whole + (b"behind" if r.random() < 0.05 else b""), password,
                 added if password != "" else None)


# --- PKCS#12 ---

KEY_IDS = (b"01", b"00", b"Time 1700000000000", b"\0\1", b"id", b"")


def random_name(r, used):
    if r.random() < 0.08:
        return []
    alias = random_alias(r, used, 30000)
    used.append(alias)
    return [forms.name(alias)]


def random_cert_bag(r, pool, used):
    attributes = random_name(r, used)
    how = r.random()
    if how < 0.85:
        uses = (forms.ANY_USAGE,) if r.random() < 0.9 else \
            (forms.ANY_USAGE, forms.oid("1.3.6.1.5.5.7.3.1"))
        attributes.append(forms.trust(*uses))
    if r.random() < 0.05:
        attributes.append(forms.key_id(r.choice(KEY_IDS)))
    if r.random() < 0.05:
        attributes.append(forms.attribute("1.2.3.4.5", forms.der(0x0C, b"other")))
    if r.random() < 0.1:
        r.shuffle(attributes)
    cert = r.choice(pool.certs) + (b"junk" if r.random() < 0.02 else b"")
    return forms.cert_bag(cert, *attributes)


def random_other_bag(r):
    return r.choice((forms.bag(4, forms.sequence(forms.oid("1.2.3"), forms.der(0xA0, forms.der(4)))),
                     forms.bag(6, forms.sequence()),
                     forms.bag(1, forms.sequence(forms.integer(0)), forms.name("plain"))))


def random_key_bags(r, pool, used):
    """A key and its chain, of which some is missing."""
    ident = [forms.key_id(r.choice(KEY_IDS))] if r.random() < 0.95 else []
    own = random_name(r, used)
    make = forms.secret_bag if r.random() < 0.2 else forms.key_bag
    bags = [(False, make(r.randbytes(20), *own, *ident))]
    for _ in range(r.randrange(3)):
        attributes = (own if r.random() < 0.5 else random_name(r, used)) + \
            (ident if r.random() < 0.6 else [])
        bags.append((True, forms.cert_bag(r.choice(pool.certs), *attributes)))
    if r.random() < 0.3:
        r.shuffle(bags)
    return bags


def random_mac(r):
    salt = r.randbytes(0 if r.random() < 0.04 else r.choice((8, 8, 20, 70)))
    return forms.Mac(r.choice(list(forms.HASHES)), salt, r.choice((1, 2, 100, 1024)),
                     r.choice((forms.NO_PARAMETERS, forms.NO_PARAMETERS, b"")))


def random_p12(r, pool, form):
    used, safes = [], [[]]
    password = r.choice(PASSWORDS)
    mac = random_mac(r) if form == "p12-mac" or r.random() < 0.1 and form != "p12" else None
    if form == "p12-safes":
        safes = [[] for _ in range(r.randrange(5))]
    for _ in range(how_many(r) if safes else 0):
        r.choice(safes).append((True, random_cert_bag(r, pool, used)))
        if r.random() < 0.03:
            r.choice(safes).append((False, random_other_bag(r)))
    if form == "p12-keys":
        for _ in range(r.randrange(1, 4)):
            at = r.choice(safes)
            place = r.randrange(len(at) + 1)
            at[place:place] = random_key_bags(r, pool, used)
    lists = [forms.safe([bag for _, bag in bags]) for bags in safes]
    if r.random() < 0.02:
        lists.insert(r.randrange(len(lists) + 1), forms.encrypted(r.randbytes(40)))
        return Store(form, forms.p12(lists, mac, password), password)

    def added(cert, _date):
        """At the end of the last safe that holds a certificate."""
        new = forms.cert_bag(cert, forms.name(NEW_ALIAS), forms.trust())
        after = [[bag for _, bag in bags] for bags in safes] or [[]]
        holding = [i for i, bags in enumerate(safes) if any(is_cert for is_cert, _ in bags)]
        after[holding[-1] if holding else -1].append(new)
        return forms.p12([forms.safe(bags) for bags in after], mac, password)

    whole = forms.p12(lists, mac, password)
    return Store(form, whole + (b"behind" if r.random() < 0.03 else b""), password,
                 added if password != "" else None)


def store(seed, n, pool):
    r = Random("%s/%d" % (seed, n))
    form = FORMS[n % len(FORMS)]
    return (random_p12 if form.startswith("p12") else random_jks)(r, pool, form)
