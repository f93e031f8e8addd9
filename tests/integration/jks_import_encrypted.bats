# jks-import on encrypted PKCS#12: what keytool makes by default, and openssl.
load helper
load jks_import_helper

# The plan names processes of this host, so that their password must differ from the default.
readonly SECRET=correct-horse

# make_encrypted STORE JDK [keytool option...]: the entries a and b of the unit tests.
make_encrypted() {
    local store=$1 jdk=$2
    shift 2
    rm -f "$store"
    "$jdk/bin/keytool" -importkeystore -srckeystore "$DATA/plain.jks" -srcstorepass changeit \
        -destkeystore "$store" -deststoretype PKCS12 -deststorepass changeit "$@" >/dev/null 2>&1
    grep -q encryptedData <(openssl asn1parse -inform DER -in "$store" -strparse 26)
}

# Algorithms and iteration counts of the MAC and of each part, as openssl reads them.
forms() {
    openssl pkcs12 -info -noout -in "$1" -passin pass:changeit 2>&1 | grep -E '^(MAC|PKCS7)' |
        grep -v "absent"
}

# aliases JDK STORE: those that keytool lists, each with its kind.
aliases() {
    LC_ALL=C "$1/bin/keytool" -list -keystore "$2" -storepass changeit 2>"$T/why" |
        sed -n 's/^\([^ ,]*\), .*\(trustedCertEntry\|PrivateKeyEntry\), *$/\1 \2/p' | sort
}

# anchors JDK [java option...]: the SHA-256 of what a JVM with $T/store trusts.
anchors() {
    local jdk=$1
    shift
    "$jdk/bin/java" "$@" -cp "$T" Tls anchors "$T/store" 2>/dev/null | tail -n +2
}

# Import c as scm1 into $T/store, and look at it with every JDK: check_import LINE...
check_import() {
    local jdk before
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    before=$(forms "$T/store")
    import -v plan
    expect_status 0
    import apply
    expect_status 0
    [ -n "$before" ] && [ "$(forms "$T/store")" = "$before" ] ||
        fail "another form: $(diff <(echo "$before") <(forms "$T/store"))"
    for jdk in $(jdks); do
        diff <(printf '%s\n' "$@") <(aliases "$jdk" "$T/store") || fail "$jdk: $(cat "$T/why")"
        anchors "$jdk" -Djavax.net.ssl.trustStorePassword=changeit | grep -q "$(sha "$DATA/c.der")" ||
            fail "$jdk with the password does not trust it"
        [ -z "$(anchors "$jdk")" ] || fail "$jdk without a password trusts something"
    done
    import apply
    expect_status 0
    expect_output "all of them trusted already"
    import verify
    expect_status 0
}

@test "every JDK that has the password trusts what the model of the unit tests says" {
    compile_tls
    local jdk store stores=()
    for store in "$DATA"/*.p12; do
        [ -e "$store.trusted-with-password" ] || continue
        stores+=("$store")
        echo "== $store" >>"$T/expected"
        cat "$store.trusted-with-password" >>"$T/expected"
    done
    for jdk in $(jdks); do
        "$jdk/bin/java" -Djavax.net.ssl.trustStorePassword=changeit -cp "$T" \
            Tls anchors "${stores[@]}" >"$T/found" 2>"$T/why"
        diff "$T/expected" "$T/found" || fail "$jdk: $(cat "$T/why")"
    done
}

@test "a store as keytool makes it keeps its form, and every JDK lists the old and the new" {
    compile_tls
    local jdk
    for jdk in $(jdks); do
        make_encrypted "$T/store" "$jdk"
        check_import "a trustedCertEntry" "b trustedCertEntry" "scm1 trustedCertEntry"
    done
}

@test "a store as older JDKs made it keeps its form" {
    compile_tls
    local jdk
    for jdk in $(jdks); do
        make_encrypted "$T/store" "$jdk" -J-Dkeystore.pkcs12.legacy
        [[ "$(forms "$T/store")" == *40BitRC2* ]] || fail "not RC2: $(forms "$T/store")"
        check_import "a trustedCertEntry" "b trustedCertEntry" "scm1 trustedCertEntry"
    done
}

@test "a store that openssl made keeps its form, its key and the key's certificate" {
    compile_tls
    local form
    make_cert own "$T/own.crt" "$T/own.key"
    for form in AES-256-CBC PBE-SHA1-3DES; do
        openssl pkcs12 -export -in "$T/own.crt" -inkey "$T/own.key" -name own -certpbe "$form" \
            -keypbe "$form" -passout pass:changeit -out "$T/store"
        check_import "own PrivateKeyEntry" "scm1 trustedCertEntry"
        openssl pkcs12 -in "$T/store" -nocerts -nodes -passin pass:changeit 2>/dev/null |
            openssl pkey >"$T/found"
        cmp "$T/found" <(openssl pkey -in "$T/own.key")
    done
}

@test "rollback brings back every byte of an encrypted store" {
    make_encrypted "$T/store" "$(jdks | head -1)"
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    local before
    before=$(sha "$T/store")
    import apply
    expect_status 0
    tfhook rollback --yes
    expect_status 0
    [ "$(sha "$T/store")" = "$before" ]
}

@test "a wrong password is told for every form, and never shown" {
    local store before
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    echo "$SECRET" >"$T/password"
    for store in "$DATA"/encrypted{,-no-mac,-openssl,-3des,-rc4}.p12; do
        cp "$store" "$T/store"
        before=$(sha "$T/store")
        import -v apply -o password-file="$T/password"
        refused "$before" 1 "the store password is another one"
        expect_output "$T/password (password-file)"
        refuse_output "$SECRET"
    done
}

@test "where OpenSSL's legacy provider is missing, that is said, and AES needs none" {
    [[ "$(openssl version)" == "OpenSSL 1."* ]] && skip "OpenSSL 1 has RC2 built in"
    unshare -m true 2>/dev/null || skip "needs root and a mount namespace to hide the provider"
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    local store before modules
    modules=$(openssl version -m | sed 's/.*"\(.*\)"/\1/')
    # tfhook clears its environment, OPENSSL_MODULES too: the module itself is taken from its sight.
    cat >"$T/without" <<WITHOUT
#!/bin/sh
exec unshare -m sh -c 'mount -t tmpfs none "$modules" && exec "$TFHOOK" "\$@"' sh "\$@"
WITHOUT
    chmod 755 "$T/without"
    for store in encrypted-rc2 encrypted-rc4; do
        cp "$DATA/$store.p12" "$T/store"
        before=$(sha "$T/store")
        TFHOOK=$T/without import apply
        refused "$before" 1 "OpenSSL's legacy provider, which that takes, cannot be loaded"
        expect_output "install it"
    done
    for store in encrypted encrypted-3des; do
        cp "$DATA/$store.p12" "$T/store"
        TFHOOK=$T/without import apply
        expect_status 0
    done
}

@test "more iterations than Java takes are refused at once" {
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    local before
    cp "$DATA/encrypted-too-often.p12" "$T/store"
    before=$(sha "$T/store")
    import apply
    refused "$before" 1 "more than 5000000 iterations in all"
    # 1,000 as a number of five bytes over the key size behind it, and the sum of the lengths stays
    perl -0pe 's/\x02\x02\x03\xe8\x02\x01\x10/\x02\x05\x7f\xff\xff\xff\xff/' \
        "$DATA/encrypted-with-plain.p12" >"$T/store"
    before=$(sha "$T/store")
    import apply
    refused "$before" 1 "an iteration count that Java does not take either"
}

@test "an installed JVM has no password, and an encrypted store of it is not kept" {
    mkdir -p "$T/root/opt/jdk/bin" "$T/root/opt/jdk/lib/security" "$T/root/certs" "$T/root/var"
    cp /bin/true "$T/root/opt/jdk/bin/java"
    cp "$DATA/encrypted.p12" "$T/root/opt/jdk/lib/security/cacerts"
    cp "$DATA/c.der" "$T/root/certs/scm1.crt"
    tfhook --root "$T/root" plan --plugin jks-import -o certificates=/certs -o java-home=/opt/jdk
    expect_status 0
    expect_output "it has no javax.net.ssl.trustStorePassword"
    tfhook --root "$T/root" apply --plugin jks-import -o certificates=/certs -o java-home=/opt/jdk
    expect_status 5
    expect_output "jks-import.loadable"
    expect_output "it trusts nothing"
    expect_output "certProtectionAlgorithm=NONE"
    cmp "$DATA/encrypted.p12" "$T/root/opt/jdk/lib/security/cacerts"
    # Where a part is in the clear, that part counts, and takes what is new.
    cp "$DATA/encrypted-with-plain.p12" "$T/root/opt/jdk/lib/security/cacerts"
    cp "$DATA/a.der" "$T/root/certs/scm2.crt"
    tfhook --root "$T/root" apply --plugin jks-import -o certificates=/certs -o java-home=/opt/jdk
    expect_status 0
    expect_output "+ scm2  CN=a"
    compile_tls
    cp "$T/root/opt/jdk/lib/security/cacerts" "$T/store"
    local jdk
    for jdk in $(jdks); do
        diff <(sha256sum "$DATA"/{a,c}.der | cut -d' ' -f1 | sort) <(anchors "$jdk") || fail "$jdk"
    done
}

# Only plans: on this host other JVMs may run.

# plan_for_process OPTION... ENVIRONMENT: a JVM of TeamForge, and the plan for its store.
plan_for_process() {
    start env "$1" java -Djavax.net.ssl.trustStore="$T/store" "${@:2}" \
        -cp "$T:/opt/collabnet/none" Tls wait
    local pid=${STARTED[-1]}
    for _ in $(seq 50); do
        [[ "$(readlink "/proc/$pid/exe")" == */java ]] && break
        sleep 0.1
    done
    jks -v plan -o certificates="$T/certs"
    expect_status 0
    expect_output "read by process $pid (Tls of TeamForge, "
    refuse_output "$SECRET"
    grep "process $pid .*: it has no javax.net.ssl.trustStorePassword" "$T/err" || return 1
}

@test "a running JVM trusts an encrypted store when it has a password, which is never shown" {
    compile_tls
    make_encrypted "$T/store" "$(jdks | head -1)"
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    local option=-Djavax.net.ssl.trustStorePassword
    plan_for_process A=b || fail "no warning without a password"
    plan_for_process A=b $option= || fail "no warning with an empty password"
    plan_for_process JAVA_TOOL_OPTIONS="$option=$SECRET" $option= || fail "the last one counts"
    plan_for_process A=b $option="$SECRET" && fail "a warning with a password"
    plan_for_process JAVA_TOOL_OPTIONS="-Xmx64m $option=$SECRET" && fail "a warning, in JAVA_TOOL_OPTIONS"
    plan_for_process JDK_JAVA_OPTIONS="'$option=$SECRET'" && fail "a warning, in JDK_JAVA_OPTIONS"
    return 0
}
