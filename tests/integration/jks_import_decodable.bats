# Certificates that OpenSSL makes and Java does not decode: one of them in a store is enough, and no
# JVM loads the store any more. The JDKs at hand say which these are.
load helper
load jks_import_helper

# certificate NAME SUBJECT [req option...]: a self-signed one, with an extension in $EXTENSION
certificate() {
    local name=$1 subject=$2
    shift 2
    { printf '[req]\ndistinguished_name=n\nx509_extensions=e\n[n]\n[e]\n'
        printf '%s\n' "${EXTENSION:-basicConstraints=CA:FALSE}"; } >"$T/config"
    [ $# -gt 0 ] || { new_key "$T/key" && set -- -key "$T/key"; }
    openssl req -x509 -config "$T/config" -nodes -days 30 -subj "$subject" \
        -keyout "$T/other-key" -outform DER -out "$T/made/$name.crt" "$@" 2>"$T/log" ||
        fail "$name: $(cat "$T/log")"
}

# issued NAME SUBJECT EXTENSION: one of a CA
issued() {
    new_key "$T/key"
    openssl req -new -key "$T/key" -subj "$2" -out "$T/request" 2>/dev/null
    printf '%s\n' "$3" >"$T/extension"
    openssl x509 -req -in "$T/request" -CA "$T/ca.crt" -CAkey "$T/ca.key" -set_serial 7 -days 30 \
        -extfile "$T/extension" -outform DER -out "$T/made/$1.crt" 2>/dev/null
}

make_all() {
    mkdir "$T/made"
    certificate plain /CN=plain
    certificate empty-issuer /
    certificate curve /CN=curve -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
    certificate curve-explicit /CN=curve -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
        -pkeyopt ec_param_enc:explicit
    local n=0
    while read -r EXTENSION; do
        n=$((n + 1))
        certificate "extension$n" "/CN=extension$n"
    done <<'EXTENSIONS'
subjectAltName=critical,URI:not a uri
subjectAltName=critical,URI:https://scm1.example.com/x
subjectAltName=critical,URI:https://scm1.example.com./x
subjectAltName=critical,URI:https://a_b/x
subjectAltName=critical,URI:urn:x:y
subjectAltName=critical,URI:noscheme/x
subjectAltName=critical,DNS:_under.example.com
subjectAltName=critical,email:a@
subjectAltName=critical,email:a@b
subjectAltName=URI:not a uri
authorityInfoAccess=critical,DER:0500
authorityInfoAccess=DER:0500
authorityInfoAccess=critical,OCSP;URI:http://ocsp.example.com/
authorityInfoAccess=critical,OCSP;URI:ocsp example
certificatePolicies=critical,DER:0500
certificatePolicies=critical,1.2.3.4
crlDistributionPoints=critical,DER:0500
crlDistributionPoints=critical,URI:http://crl.example.com/a
crlDistributionPoints=critical,URI:no crl
keyUsage=critical,DER:0500
extendedKeyUsage=critical,DER:0500
nameConstraints=critical,permitted;DNS:example.com
1.2.3.4=critical,DER:0500
EXTENSIONS
    EXTENSION=
    make_cert ca "$T/ca.crt" "$T/ca.key"
    issued empty-subject / 'subjectAltName=DNS:scm1.example.com'
    issued empty-subject-critical / 'subjectAltName=critical,DNS:scm1.example.com'
    issued empty-subject-alone / 'basicConstraints=CA:FALSE'
    # version 1 in name only: the byte behind [0] { INTEGER
    openssl x509 -inform DER -in "$T/made/plain.crt" -outform DER |
        perl -0pe 's/\xa0\x03\x02\x01\x02/\xa0\x03\x02\x01\x01/' >"$T/made/version2.crt"
}

# The store of that certificate alone, as bad. Java itself cannot make each of them.
store_of() {
    perl -e '
        use Digest::SHA "sha1";
        local $/;
        open my $f, "<", $ARGV[0] or die; my $der = <$f>;
        my $body = pack("NNN", 0xfeedfeed, 2, 1) . pack("N", 2) . pack("n/a*", "bad") .
            pack("NN", 0, 0) . pack("n/a*", "X.509") . pack("N/a*", $der);
        my $key = join "", map { "\0$_" } split //, "changeit";
        print $body, sha1($key . "Mighty Aphrodite" . $body);' "$T/made/$1.crt" >"$T/store"
}

@test "what no JDK decodes is never imported, and what they decode is" {
    local jdk said name
    make_all
    for jdk in $(jdks); do
        "$jdk/bin/javac" --release 11 -d "$T" "$BATS_TEST_DIRNAME/java/Decode.java"
        "$jdk/bin/java" -cp "$T" Decode "$T"/made/*.crt >"$T/said"
        grep -q "plain.crt decodes" "$T/said"
        grep -q "empty-issuer.crt refused" "$T/said"
        while read -r name said _; do
            cp "$DATA/plain.jks" "$T/store"
            jks apply -o keystore="$T/store" -o certificate="$name as new"
            if [ "$said" = decodes ]; then
                expect_status 0
            else
                expect_status 1
                expect_output "$name: cannot be imported"
                cmp "$DATA/plain.jks" "$T/store"
            fi
        done <"$T/said"
    done
}

@test "a store with such an entry is not written to, and verify says that no JVM loads it" {
    make_all
    compile_tls
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    local name
    for name in empty-issuer curve-explicit empty-subject extension1 extension11; do
        store_of "$name"
        [[ "$("$(jdks | head -1)/bin/java" -cp "$T" Tls anchors "$T/store")" == *unreadable* ]] ||
            fail "$name: Java loads it"
        tfhook verify --plugin verify -o checks=store -o keystore="$T/store" \
            -o certificates="$T/certs"
        expect_status 5
        expect_output "store.decodable $T/store"
        expect_output "its entry 'bad'"
        refuse_output "certificates are trusted"
        [[ "$name" == extension* ]] && continue # import looks at the frame alone
        import plan
        expect_status 1
        expect_output "its entry 'bad'"
    done
}

@test "verify warns of a certificate of which it does not know whether Java decodes it" {
    mkdir "$T/made"
    compile_tls
    EXTENSION=crlDistributionPoints=DER:0500 certificate unknown /CN=unknown
    store_of unknown
    mkdir -p "$T/certs"
    [[ "$("$(jdks | head -1)/bin/java" -cp "$T" Tls anchors "$T/store")" != *unreadable* ]]
    tfhook verify --plugin verify -o checks=store -o keystore="$T/store" -o certificates="$T/certs"
    expect_status 0
    expect_output "warn"
    expect_output "store.decodable $T/store"
    expect_output "its entry 'bad' has an extension that does not decode: Java may refuse"
    expect_output "1 certificate is trusted"
}
