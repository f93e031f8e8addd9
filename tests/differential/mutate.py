"""Mutations of small stores, the same for the same seed.

A mutation changes a byte, a number or an element of DER; digest or MAC are then made right, so that
what is before them is what is tried (and in a part left wrong, so that they are tried too). Universe
lists all there are; a run takes them all or a sample, and fills up with two at once.
"""
import forms
import stores

PASSWORD = "changeit"
EDGES = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


# --- DER as a tree ---

class Node:
    """`content` is bytes, or children behind `prefix` (a BIT STRING's first byte)."""

    def __init__(self, tag, content, prefix=b""):
        self.tag, self.content, self.prefix = tag, content, prefix
        self.form = 0  # octets of the length; 0 for the shortest, -1 for none (indefinite)

    def encode(self):
        body = self.prefix + (b"".join(c.encode() for c in self.content)
                              if isinstance(self.content, list) else self.content)
        if self.form > 0:
            octets = max(self.form, (len(body).bit_length() + 7) // 8)
            return bytes([self.tag, 0x80 | octets]) + len(body).to_bytes(octets, "big") + body
        if self.form < 0:
            return bytes([self.tag, 0x80]) + body + b"\0\0"
        return forms.der(self.tag, body)


def parse(raw):
    """The nodes, or None when it is no DER."""
    nodes, at = [], 0
    while at < len(raw):
        if len(raw) - at < 2:
            return None
        tag, size = raw[at], raw[at + 1]
        at += 2
        if size & 0x80:
            octets = size & 0x7F
            if octets == 0 or octets > 4:
                return None
            size = int.from_bytes(raw[at:at + octets], "big")
            at += octets
        if size > len(raw) - at:
            return None
        nodes.append(node_of(tag, raw[at:at + size]))
        at += size
    return nodes


def node_of(tag, body):
    children, prefix = None, b""
    if tag & 0x20:
        children = parse(body)
    elif tag == 4 and body[:1] in (b"\x30", b"\3", b"\4"):
        children = parse(body)
    elif tag == 3 and body[:2] == b"\0\x30":
        prefix, children = b"\0", parse(body[1:])
    return Node(tag, body) if children is None else Node(tag, children, prefix)


def walk(nodes):
    """Each (list, index)."""
    for i, node in enumerate(nodes):
        yield nodes, i
        if isinstance(node.content, list):
            yield from walk(node.content)


def set_tag(tag):
    def change(nodes, i):
        nodes[i].tag = tag
    return change


def set_form(form):
    def change(nodes, i):
        nodes[i].form = form
    return change


def delete(nodes, i):
    del nodes[i]


def double(nodes, i):
    nodes.insert(i, nodes[i])


def swap(nodes, i):
    nodes[i], nodes[i - 1] = nodes[i - 1], nodes[i]


def flat(node):
    """Its content as bytes, to be changed as such."""
    if isinstance(node.content, list):
        node.content = b"".join(c.encode() for c in node.content)
    node.content, node.prefix = node.prefix + node.content, b""
    return node


def content(change):
    """The content as bytes, changed."""
    def mutate(nodes, i):
        nodes[i].content = change(flat(nodes[i]).content)
    return mutate


CONTENT = [content(change) for change in (
    lambda raw: b"", lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: raw + b"\5\0",
    lambda raw: b"\0" + raw, lambda raw: b"\x80" + raw)]


def wrap(nodes, i):
    nodes[i] = Node(0x30, [nodes[i]])


TREE = [set_tag(t) for t in (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x14, 0x16, 0x17, 0x18,
                             0x1C, 0x1E, 0x30, 0x31, 0x80, 0x81, 0x82, 0xA0, 0xA1, 0xA2, 0xA3, 0x24,
                             0x1F, 0x3F)] + \
    [set_form(f) for f in (1, 2, 4, 5, -1)] + \
    CONTENT + [delete, double, swap, wrap]


def tree_mutation(raw, n):
    """The n-th of tree_count(raw)."""
    nodes = parse(raw)
    places = list(walk(nodes))
    TREE[n % len(TREE)](*places[n // len(TREE)])
    return b"".join(node.encode() for node in nodes)


def tree_count(raw):
    return len(TREE) * sum(1 for _ in walk(parse(raw)))


# --- bytes ---

def byte_mutation(raw, n):
    """The n-th of byte_count(raw)."""
    at, how = divmod(n, 9)
    old = raw[at]
    if how == 6:
        return raw[:at]
    if how == 7:
        return raw[:at] + raw[at + 1:]
    if how == 8:
        return raw[:at] + raw[at:at + 1] + raw[at:]
    new = (0, 0xFF, old ^ 1, old ^ 0x80, (old + 1) & 0xFF, old ^ 0x20)[how]
    return raw[:at] + bytes([new]) + raw[at + 1:]


def byte_count(raw):
    return 9 * len(raw)


def field_mutation(raw, n):
    at, size = raw.fields[n // (len(EDGES) + 4)]
    how = n % (len(EDGES) + 4)
    old = int.from_bytes(raw.data[at:at + size], "big")
    new = EDGES[how] if how < len(EDGES) else old + (-2, -1, 1, 2)[how - len(EDGES)]
    return raw.data[:at] + (new % (1 << 8 * size)).to_bytes(size, "big") + raw.data[at + size:]


def field_count(raw):
    return (len(EDGES) + 4) * len(raw.fields)


# --- the stores that are mutated ---

class Base:
    """Ways to mutate: (how many, n -> bytes)."""

    def __init__(self, form, ways):
        self.type = "JCEKS" if form.startswith("jceks") else "default"
        self.form, self.ways = form, ways
        self.count = sum(count for count, _ in ways)

    def mutation(self, n):
        for count, make in self.ways:
            if n < count:
                return make(n)
            n -= count
        raise IndexError(n)


def sealed(raw):
    return forms.jks_seal(raw, PASSWORD)


def jks_base(form, certs):
    version, magic = int(form[-1]), forms.JCEKS if form.startswith("jceks") else forms.JKS

    def body(cert):
        return forms.jks_body([
            forms.jks_trusted("ärger".encode(), stores.DATES[0], cert, version),
            forms.jks_key(b"key", stores.DATES[0], b"sealed", [certs[1], certs[2]], version),
            forms.jks_trusted(b"last", stores.DATES[0], certs[3], version)], version, magic)

    raw = body(certs[0])
    whole = sealed(raw.data)
    return Base(form, [
        (byte_count(raw.data), lambda n: sealed(byte_mutation(raw.data, n))),
        (field_count(raw), lambda n: sealed(field_mutation(raw, n))),
        (tree_count(certs[0]), lambda n: sealed(body(tree_mutation(certs[0], n)).data)),
        (byte_count(whole[-30:]), lambda n: whole[:-30] + byte_mutation(whole[-30:], n)),
        (64, lambda n: sealed(raw.data) + bytes(n)),
    ])


def p12_base(form, certs, mac):
    content = forms.sequence(
        forms.safe([forms.cert_bag(certs[0], forms.name("ärger"), forms.trust()),
                    forms.cert_bag(certs[1], forms.trust()),
                    forms.cert_bag(certs[2], forms.name("untrusted"))]),
        forms.safe([forms.key_bag(b"sealed", forms.name("key"), forms.key_id(b"id")),
                    forms.cert_bag(certs[3], forms.key_id(b"id"))]))

    def wrapped(raw):
        return forms.sequence(forms.integer(3), forms.data(raw),
                              mac.element(raw, PASSWORD) if mac else b"")

    whole = wrapped(content)
    head, tail = whole[:40], whole[-90:]
    return Base(form, [
        (byte_count(content), lambda n: wrapped(byte_mutation(content, n))),
        (tree_count(content), lambda n: wrapped(tree_mutation(content, n))),
        (tree_count(whole), lambda n: tree_mutation(whole, n)),
        (byte_count(head), lambda n: byte_mutation(head, n) + whole[40:]),
        (byte_count(tail), lambda n: whole[:-90] + byte_mutation(tail, n)),
    ])


def bases(pool):
    """Small ones: of each kind of key and with and without extensions."""
    certs = sorted(pool.certs[4:], key=len)
    small = certs[:2] + pool.certs[:1] + certs[len(certs) // 2:len(certs) // 2 + 1]
    longer = certs[-1:] + certs[:1] + certs[100:102]
    return [jks_base("jks2", small), jks_base("jks1", longer), jks_base("jceks2", small),
            jks_base("jks2", longer)], \
        [p12_base("p12", small, None), p12_base("p12-mac", longer, forms.Mac("sha256", rounds=2))]


def universe(group, seed, count):
    """`count` mutations of these bases: (base, bytes)."""
    r = stores.Random("%s/%s" % (seed, group[0].form))
    total = sum(base.count for base in group)
    for n in r.sample(range(total), min(count, total)):
        yield pick(group, n)
    for _ in range(count - total):
        base, raw = pick(group, r.randrange(total))
        for _ in range(r.randrange(1, 4) if raw else 0):
            raw = byte_mutation(raw, r.randrange(byte_count(raw))) or raw
        yield base, raw


def pick(group, n):
    for base in group:
        if n < base.count:
            return base, base.mutation(n)
        n -= base.count
    raise IndexError(n)
