"""Two answers about one store, set side by side.

differences() gives a Difference for each way in which our model and a JVM do not agree; rules.py says
which of them are meant. A defect, that is our model opening or trusting what Java does not, has no
rule, whatever the reason.
"""


class Ours:
    def __init__(self, lines):
        first = lines[0].split(" ", 2)
        self.opens = first[0] == "opened"
        self.status = "opens" if self.opens else first[1]
        self.reason = "" if self.opens else first[2]
        self.unsure, self.undecodable, self.aliases = None, None, {}
        self.entries = []
        for line in lines[1:]:
            word, rest = line.split(" ", 1)
            if word == "undecodable":
                self.opens, self.status, self.reason = False, "undecodable", rest
                self.undecodable = rest
            elif word == "unsure":
                self.unsure = rest
            else:
                self._entry(rest)
        self.trusted = set(self.aliases.values())

    def _entry(self, text):
        alias, digest, why = text.split(" ", 2)
        self.entries.append((alias, digest, why))
        if why == "trusted":
            self.aliases[units(alias)] = digest

    def has(self, why):
        return any(why in entry[2] for entry in self.entries)


class Java:
    def __init__(self, lines):
        self.opens = lines[0] == "opened"
        self.reason = lines[0][len("refused "):]
        self.aliases, self.trusted, self.listed = {}, set(), 0
        self.with_password, self.with_password_reason = False, ""
        for line in lines[1:]:
            words = line.split(" ", 2)
            if words[0] == "entry":
                self.listed += 1
                if words[2].startswith("-"):
                    continue
                self.aliases[words[1]] = words[2].split(" ")[0]
            elif words[0] == "trusted":
                self.trusted.add(words[1])
            elif words[0] == "with-password":
                self.with_password = words[1] == "opened"
                self.with_password_reason = "" if self.with_password else words[2]


def units(alias):
    """Hexadecimal of modified UTF-8 to that of UTF-16."""
    raw = bytes.fromhex(alias[1:]).replace(b"\xc0\x80", b"\0")
    return "-" + raw.decode("utf-8", "surrogatepass").encode("utf-16-be", "surrogatepass").hex()


class Difference:
    """kind: opens-more, trusts-more (defects); refuses-more, trusts-less, names-differ."""

    def __init__(self, kind, ours, java, detail):
        self.kind, self.ours, self.java, self.detail = kind, ours, java, detail

    def key(self):
        """Like ones have the same: numbers do not count."""
        text = self.detail
        for digit in "0123456789":
            text = text.replace(digit, "#")
        while "##" in text:
            text = text.replace("##", "#")
        return "%s: %s" % (self.kind, text)


def differences(ours, java):
    if ours.opens and not java.opens:
        doubt = "" if ours.unsure is None else " (unsure: %s)" % ours.unsure
        yield Difference("opens-more", ours, java, java.reason + doubt)
    elif ours.opens and not java.with_password:
        yield Difference("opens-more", ours, java, "with password: " + java.with_password_reason)
    elif java.opens and not ours.opens:
        yield Difference("refuses-more", ours, java, "%s: %s" % (ours.status, ours.reason))
    elif ours.opens:
        yield from of_trust(ours, java)


def of_trust(ours, java):
    if ours.trusted - java.trusted:
        yield Difference("trusts-more", ours, java, "%d of ours" % len(ours.trusted - java.trusted))
    elif java.trusted - ours.trusted:
        yield Difference("trusts-less", ours, java, "%d of Java's" % len(java.trusted - ours.trusted))
    elif ours.aliases != java.aliases:
        yield Difference("names-differ", ours, java, "names differ")
