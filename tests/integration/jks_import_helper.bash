# What the suites of jks-import share: `load jks_import_helper` after helper.

setup() {
    common_setup
    DATA=$BATS_TEST_DIRNAME/../unit/data/stores
    mkdir "$T/certs"
}

teardown() {
    common_teardown
}

# The homes of the JDKs at hand, each once.
jdks() {
    local java
    for java in /usr/lib/jvm/*/bin/keytool /usr/java/*/bin/keytool; do
        [ -x "$java" ] && [ -x "${java%keytool}java" ] && dirname "$(dirname "$(readlink -f "$java")")"
    done | sort -u
}

# Tls.class in $T, for every JDK from 11 on; compiled once a build.
compile_tls() {
    local source=$BATS_TEST_DIRNAME/java/Tls.java made=${TFHOOK_BUILD:?}/test-classes new
    if [ ! "$made/Tls.class" -nt "$source" ]; then
        mkdir -p "$made"
        new=$(mktemp -d "$made/new.XXXXXX")
        javac --release 11 -d "$new" "$source"
        mv "$new/Tls.class" "$made/Tls.class"
        rmdir "$new"
    fi
    cp "$made/Tls.class" "$T"
}

# A copy of the JDK's own store: 100 and more real certificates.
copy_cacerts() {
    cp "$(readlink -f "$(dirname "$(dirname "$(readlink -f /usr/bin/java)")")/lib/security/cacerts")" "$1"
    chmod 644 "$1"
}

# The same entries as PKCS#12 without encryption and MAC; skips where keytool cannot.
make_pkcs12() {
    copy_cacerts "$T/source"
    keytool -importkeystore -srckeystore "$T/source" -srcstorepass changeit -destkeystore "$1" \
        -deststoretype PKCS12 -deststorepass changeit \
        -J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE -J-Dkeystore.pkcs12.macAlgorithm=NONE \
        >/dev/null 2>&1 || skip "this keytool cannot make the store"
    openssl asn1parse -inform DER -in "$1" | grep -q encryptedData &&
        skip "this keytool knows no PKCS#12 without a password"
    return 0
}

# Alias, date, kind and fingerprint of each entry but ALIAS, as this JDK lists them.
listing() {
    local jdk=$1 store=$2 alias=$3
    LC_ALL=C "$jdk/bin/keytool" -list -v -keystore "$store" -storepass changeit 2>/dev/null |
        awk -v skip="$alias" '/^Alias name: /{name=substr($0, 13)} name != skip && /^(Alias name|Creation date|Entry type)|SHA256: |SHA-256: /'
}

fingerprint() {
    openssl x509 -in "$1" -noout -fingerprint -sha256 | cut -d= -f2
}

# The same as tfhook writes it, in the form of a pin.
plain_fingerprint() {
    fingerprint "$1" | tr -d : | tr A-F a-f
}

jks() {
    local command=$1
    shift
    step jks-import "$command" "$@"
}

# Import $T/certs into $T/store: import COMMAND [OPTION...]
import() {
    local command=$1
    shift
    jks "$command" -o certificates="$T/certs" -o keystore="$T/store" "$@"
}

# The run failed with this status and line, and the store is as it was.
refused() {
    local before=$1 code=$2 text=$3
    expect_status "$code"
    expect_output "$text"
    [ "$(sha "$T/store")" = "$before" ] || fail "the store was changed"
    [ "$(grep -c "step jks-import" "$T/err")" -le 1 ] || fail "more than one line"
}
