"""Where our model is meant to differ from Java, each with its reason.

A rule is for one kind of difference (compare.py) and holds when `holds` says so of the two answers.
There is none, and must be none, for our model opening or trusting what Java does not: that is a
green light that is not true. Refusing what Java takes is an alarm too many, and is meant where the
bytes are none that keytool, OpenSSL or p11-kit write.
"""
import re


class Rule:
    def __init__(self, name, holds, why, kind="refuses-more"):
        self.name, self.kind, self.holds, self.why = name, kind, holds, why
        self.count = 0


def refusal(status, pattern=""):
    return lambda d: d.ours.status == status and re.search(pattern, d.ours.reason) is not None


def without_password_only(status, pattern=""):
    """Java too refuses, as soon as it has the password."""
    said = refusal(status, pattern)
    return lambda d: said(d) and not d.java.with_password


def garbled(*places):
    return refusal("broken", r"not in DER at byte \d+: (%s)$" % "|".join(places))


RULES = [
    # Forms and passwords.
    Rule("digest", without_password_only("password"),
         "Java looks at digest and MAC only when it has a password; an edit needs the right one, "
         "and with it Java refuses as well"),
    Rule("digest cut off", without_password_only("broken", "the digest takes 20 bytes"),
         "the same, for a digest that is not there"),
    Rule("MAC garbled", without_password_only("broken", "its MAC, at byte|: the MAC$"),
         "the same, for a MAC that does not decode"),
    Rule("MAC not in DER", refusal("broken", "its MAC, at byte|: the MAC$|bytes behind the MAC$"),
         "Java takes lengths in a longer form, and what is behind the MAC; a MAC is written anew "
         "with its own bytes, so only DER is taken"),
    Rule("MAC unknown", without_password_only("unsupported", "its MAC has an algorithm"),
         "Java does not look at the MAC without a password, and refuses with it"),
    Rule("MAC not handled", refusal("unsupported", "its MAC has an algorithm"),
         "only SHA-1 and SHA-2, which keytool writes"),
    Rule("MAC salt", refusal("unsupported", "the salt of its MAC"),
         "JDK 25 refuses it with a password, older ones do not: no JDK is to be left out"),
    Rule("MAC password", refusal("password", "not printable ASCII"),
         "JDK 25 takes it, older ones refuse with it: no JDK is to be left out"),
    Rule("key by guess", refusal("unsupported", "a private key without a localKeyID"),
         "Java pairs such a key with a certificate by the order of the bags: named, not opened"),
    # JKS.
    Rule("negative count", lambda d: refusal("broken", "entries cannot be in")(d) and
         d.java.listed == 0, "Java reads a negative number of entries as none"),
    Rule("negative chain", refusal("broken", "the chain has more certificates"),
         "Java reads a negative number of certificates as none"),
    Rule("certificate type", refusal("broken", "the certificate's type is not X.509"),
         "Java takes the type in any case of letters; nobody writes another one"),
    # Certificates.
    Rule("certificate not in DER", refusal("broken", "certificate (that )?is not in DER"),
         "Java converts BER, and then trusts a certificate of other bytes than are in the file"),
    Rule("certificate", refusal("undecodable", "^does not decode in DER$"),
         "Java keeps bytes that it does not need: a name outside of its alphabet, an element "
         "behind the extensions, and from JDK 17 on BER; JDK 11 refuses that"),
    Rule("certificate's extension", refusal("undecodable", "critical extension|same extension"),
         "Java looks at less of an extension than OpenSSL, which decodes it whole"),
    Rule("certificate's algorithm", refusal("undecodable", "two different algorithms"),
         "Java compares the meaning, here the bytes are compared"),
    Rule("certificate's names", refusal("undecodable", "an issuer or a subject"),
         "Java takes BER in a name, and before JDK 25 surrogates in a BMPString"),
    Rule("RSA key", refusal("undecodable", "an RSA key"),
         "Java takes a negative modulus or exponent as positive"),
    Rule("key", refusal("undecodable", "whose length Java does not take|whose point Java does not"),
         "a kind of key that one JDK decodes and an older one does not know; a byte behind a point"),
    # PKCS#12: Java takes BER, and skips what it does not need; here all is taken apart, so that what
    # is not edited keeps its bytes.
    Rule("PKCS#12 not in DER",
         garbled("a safe", "the safes", "a bag", "the contents", "a certificate", "the version",
                 "the bags of a safe", "the whole is longer than the file"),
         "Java takes lengths in a longer or indefinite form; only DER keeps its bytes when it is "
         "written again"),
    Rule("PKCS#12 attributes",
         garbled("the attributes", "an attribute", "an attribute's name", "an attribute's values",
                 "an attribute without a value", "a localKeyID that is no OCTET STRING",
                 "a friendlyName that is no BMPString.*", "a trust attribute whose value.*"),
         "Java takes a bag whose attributes do not decode for one without; here it is named"),
    Rule("PKCS#12 bytes behind", garbled("bytes behind .*"),
         "Java skips what is behind; here nothing is left out unsaid"),
    Rule("PKCS#12 header", refusal("unknown"),
         "Java converts a file of BER"),
]
