# jks-import on real stores, read back by every JDK at hand.
load helper
load jks_import_helper

@test "every JDK trusts what the model of the unit tests says" {
    compile_tls
    local jdk store stores=()
    for store in "$DATA"/*.jks "$DATA"/*.p12; do
        [ -e "$store.trusted" ] || continue
        stores+=("$store")
        echo "== $store" >>"$T/expected"
        cat "$store.trusted" >>"$T/expected"
    done
    for jdk in $(jdks); do
        "$jdk/bin/java" -cp "$T" Tls anchors "${stores[@]}" >"$T/found" 2>"$T/why"
        diff "$T/expected" "$T/found" || fail "$jdk: $(cat "$T/why")"
    done
}

# Import scm1 into $T/store and compare what each JDK lists before and after.

check_every_entry() {
    local jdk n=0
    make_cert scm1 "$T/certs/scm1.crt" "$T/key"
    for jdk in $(jdks); do
        listing "$jdk" "$T/store" scm1 >"$T/before.$n"
        n=$((n + 1))
    done
    import apply
    expect_status 0
    n=0
    for jdk in $(jdks); do
        listing "$jdk" "$T/store" scm1 >"$T/after"
        [ "$(wc -l <"$T/after")" -gt 300 ] || fail "$jdk lists $(wc -l <"$T/after") lines"
        # PKCS#12 keeps no dates: keytool prints the time of day
        diff <(grep -v "^Creation" "$T/before.$n") <(grep -v "^Creation" "$T/after") || fail "$jdk"
        [ "$1" = pkcs12 ] || diff "$T/before.$n" "$T/after" || fail "$jdk: dates"
        n=$((n + 1))
        LC_ALL=C "$jdk/bin/keytool" -list -v -alias scm1 -keystore "$T/store" -storepass changeit >"$T/entry"
        grep -q "$(fingerprint "$T/certs/scm1.crt")" "$T/entry" || fail "$jdk: $(cat "$T/entry")"
        grep -q "Entry type: trustedCertEntry" "$T/entry"
    done
}

@test "every JDK lists an import into a JKS store, and the other entries as before" {
    copy_cacerts "$T/store"
    cp "$T/store" "$T/old"
    check_every_entry jks
    # the old entries byte for byte: all but the header's count and the digest
    local size=$(($(stat -c %s "$T/old") - 12 - 20))
    cmp <(tail -c +13 "$T/old" | head -c $size) <(tail -c +13 "$T/store" | head -c $size)
}

@test "every JDK lists an import into a PKCS#12 store without a password" {
    make_pkcs12 "$T/store"
    check_every_entry pkcs12
}

@test "java connects after the import, and failed before" {
    local port store
    compile_tls
    port=$(free_port)
    make_cert localhost "$T/certs/scm1.crt" "$T/key"
    start openssl s_server -accept "127.0.0.1:$port" -cert "$T/certs/scm1.crt" -key "$T/key" -quiet
    wait_port "$port"
    copy_cacerts "$T/store"
    local jdk
    for jdk in $(jdks); do
        copy_cacerts "$T/store"
        run "$jdk/bin/java" -Djavax.net.ssl.trustStore="$T/store" -cp "$T" Tls connect localhost "$port"
        [ "$status" -eq 1 ] && [[ "$output" == *PKIX* ]] || fail "$jdk connects without trust"
        import apply
        expect_status 0
        run "$jdk/bin/java" -Djavax.net.ssl.trustStore="$T/store" -cp "$T" Tls connect localhost "$port"
        [ "$status" -eq 0 ] && [ "$output" = connected ] || fail "$jdk does not connect"
    done
}

@test "a second run has nothing to do and changes nothing" {
    copy_cacerts "$T/store"
    make_cert scm1 "$T/certs/scm1.crt" "$T/key"
    import plan --detailed-exitcode
    expect_status 10
    expect_output "+ scm1  CN=scm1  expires "
    expect_output "SHA-256 $(plain_fingerprint "$T/certs/scm1.crt")"
    expect_output "1 certificate in 1 store, 1 to add"
    import apply
    expect_status 0
    local before
    before=$(sha "$T/store")
    import plan --detailed-exitcode
    expect_status 0
    expect_output "all of them trusted already"
    import apply
    expect_status 0
    [ "$(sha "$T/store")" = "$before" ]
    import verify
    expect_status 0
    expect_output "jks-import.trusted"
}

@test "a certificate trusted under another alias is not imported twice" {
    cp "$DATA/plain.jks" "$T/store"
    cp "$DATA/a.der" "$T/certs/scm1.crt"
    local before
    before=$(sha "$T/store")
    import -v apply
    refused "$before" 0 "trusted already, under alias 'a'"
}

@test "verify fails when the certificate is not in the store" {
    cp "$DATA/plain.jks" "$T/store"
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    import verify
    expect_status 5
    expect_output "not in the store"
}

@test "verify and plan know an entry that no JVM trusts" {
    cp "$DATA/no-attribute.p12" "$T/store"
    cp "$DATA/b.der" "$T/certs/b.crt"
    import verify
    expect_status 5
    expect_output "no JVM trusts it"
    import apply
    expect_status 0
    expect_output "beside b, the same certificate, which no JVM trusts"
    compile_tls
    run java -cp "$T" Tls anchors "$T/store"
    [[ "$output" == *$(sha "$DATA/b.der")* ]] || fail "java does not trust it"
}

@test "a renewed certificate takes the place of the old one" {
    copy_cacerts "$T/store"
    make_cert scm1 "$T/certs/scm1.crt" "$T/key"
    import apply
    expect_status 0
    local entries
    entries=$(keytool -list -keystore "$T/store" -storepass changeit 2>/dev/null | grep -c trustedCertEntry)
    make_cert scm1 "$T/certs/scm1.crt" "$T/key" -days 500
    import apply
    expect_status 0
    expect_output "~ scm1  CN=scm1  expires "
    expect_output "(renewed)"
    run keytool -list -keystore "$T/store" -storepass changeit
    [ "$(grep -c trustedCertEntry <<<"$output")" -eq "$entries" ]
    [[ "$output" == *$(fingerprint "$T/certs/scm1.crt")* ]]
}

@test "a certificate that two servers shared stays trusted when one of them renews" {
    cp "$DATA/plain.jks" "$T/store"
    make_cert wild "$T/old" "$T/key"
    make_cert wild "$T/new" "$T/key"
    cp "$T/old" "$T/certs/scm1.crt"
    import apply
    expect_status 0
    cp "$T/old" "$T/certs/app1.crt"
    cp "$T/new" "$T/certs/scm1.crt"
    import apply
    expect_status 0
    import verify
    expect_status 0
    run keytool -list -keystore "$T/store" -storepass changeit
    [[ "$output" == *$(fingerprint "$T/old")* && "$output" == *$(fingerprint "$T/new")* ]]
    import apply
    expect_output "Nothing to do"
}

@test "what tfhook added itself is renewed even under another subject" {
    cp "$DATA/plain.jks" "$T/store"
    make_cert scm1 "$T/certs/scm1.crt" "$T/key"
    import apply
    expect_status 0
    make_cert scm1.example.com "$T/certs/scm1.crt" "$T/key"
    import apply
    expect_status 0
    expect_output "(renewed)"
}

@test "files are named with certificate, and a bundle gives its server certificate" {
    cp "$DATA/plain.jks" "$T/store"
    make_cert ca "$T/ca.crt" "$T/ca.key"
    new_key "$T/key"
    openssl req -new -key "$T/key" -subj /CN=leaf -out "$T/csr" 2>/dev/null
    openssl x509 -req -in "$T/csr" -CA "$T/ca.crt" -CAkey "$T/ca.key" -CAcreateserial -out "$T/leaf.crt" 2>/dev/null
    cat "$T/ca.crt" "$T/leaf.crt" >"$T/bundle.pem"
    jks -v apply -o keystore="$T/store" -o certificate="$T/bundle.pem as Scm1"
    expect_status 0
    expect_output "holds 2 certificates; number 2 is taken (chain = leaf)"
    expect_output "+ scm1  CN=leaf"
    cat "$T/ca.crt" "$T/ca.crt" >"$T/cas.pem"
    jks plan -o keystore="$T/store" -o certificate="$T/cas.pem"
    expect_status 1
    expect_output "holds 2 CA certificates"
}

# A server's certificate, its issuer and the root, in this order, as $T/bundle.pem and .p7b.
make_bundle() {
    local name issuer=root
    make_cert root "$T/root.crt" "$T/root.key"
    for name in issuing scm1; do
        new_key "$T/$name.key"
        openssl req -new -key "$T/$name.key" -subj "/CN=$name" -out "$T/csr" 2>/dev/null
        printf 'basicConstraints=critical,CA:%s\n' "$([ $name = scm1 ] && echo FALSE || echo TRUE)" >"$T/ext"
        openssl x509 -req -in "$T/csr" -CA "$T/$issuer.crt" -CAkey "$T/$issuer.key" -CAcreateserial \
            -extfile "$T/ext" -out "$T/$name.crt" 2>/dev/null
        issuer=$name
    done
    cat "$T/scm1.crt" "$T/issuing.crt" "$T/root.crt" >"$T/bundle.pem"
    openssl crl2pkcs7 -nocrl -certfile "$T/bundle.pem" -outform DER -out "$T/bundle.p7b"
}

@test "chain says which certificates of a bundle are taken, from PEM and PKCS#7, and Java sees them" {
    local jdk form chain alias name stores=()
    compile_tls
    make_bundle
    for form in pem p7b; do
        for chain in leaf ca all; do
            cp "$DATA/plain.jks" "$T/$form-$chain"
            stores+=("$T/$form-$chain")
            jks apply -o keystore="$T/$form-$chain" -o certificate="$T/bundle.$form as scm1" -o chain=$chain
            expect_status 0
            echo "== $T/$form-$chain" >>"$T/expected"
            case $chain in
            leaf) echo 'scm1 scm1' ;;
            ca) printf 'scm1-1 issuing\nscm1-2 root\n' ;;
            all) printf 'scm1 scm1\nscm1-1 issuing\nscm1-2 root\n' ;;
            esac | while read -r alias name; do
                echo "$alias trustedCertEntry $(plain_fingerprint "$T/$name.crt")"
            done >>"$T/expected"
        done
    done
    for jdk in $(jdks); do
        "$jdk/bin/java" -cp "$T" Tls entries changeit "${stores[@]}" | grep -v '^[ab] ' >"$T/found"
        diff "$T/expected" "$T/found" || fail "$jdk"
    done
    cp "$T/pem-all" "$T/store"
    jks plan --detailed-exitcode -o keystore="$T/store" -o certificate="$T/bundle.pem as scm1" -o chain=all
    expect_status 0
    jks plan -o keystore="$T/store" -o certificate="$T/scm1.crt" -o chain=ca
    expect_status 1
    expect_output "holds no CA certificate"
}

@test "what speaks against a certificate is said, and it is imported all the same" {
    local now
    now=$(date +%s)
    copy_cacerts "$T/store"
    make_cert ca "$T/ca.crt" "$T/ca.key"
    openssl req -newkey rsa:1024 -nodes -subj /CN=weak -keyout "$T/key" -out "$T/csr" 2>/dev/null
    openssl x509 -req -sha1 -days 10 -in "$T/csr" -CA "$T/ca.crt" -CAkey "$T/ca.key" -CAcreateserial \
        -out "$T/certs/weak.crt" 2>/dev/null
    import plan
    expect_output "certificate of weak is signed with MD5 or SHA-1"
    expect_output "; it has an RSA key of 1024 bits"
    SOURCE_DATE_EPOCH=$((now + 11 * 86400)) import plan
    expect_output "certificate of weak expired on"
    SOURCE_DATE_EPOCH=$((now - 86400)) import apply
    expect_output "certificate of weak is not valid yet"
    expect_status 0
    make_cert ok "$T/certs/ok.crt" "$T/key"
    import plan
    refuse_output "certificate of ok"
}

@test "create makes a store in the form that is named, and every JDK takes it" {
    local jdk form
    compile_tls
    make_cert scm1 "$T/certs/scm1.crt" "$T/key"
    mkdir "$T/real"
    ln -s real "$T/link"
    for form in jks pkcs12; do
        jks apply -o certificates="$T/certs" -o keystore="$T/link/$form" -o create=yes -o form=$form
        expect_status 0
        expect_output "create $T/real/$form"
        for jdk in $(jdks); do
            "$jdk/bin/java" -cp "$T" Tls anchors "$T/real/$form" >"$T/found"
            grep -qx "$(plain_fingerprint "$T/certs/scm1.crt")" "$T/found" || fail "$jdk $form: $(cat "$T/found")"
            "$jdk/bin/keytool" -list -v -alias scm1 -keystore "$T/real/$form" -storepass changeit >"$T/entry"
            grep -q "$(fingerprint "$T/certs/scm1.crt")" "$T/entry" || fail "$jdk: $(cat "$T/entry")"
        done
    done
    cp "$T/real/jks" "$T/before"
    jks apply -o certificates="$T/certs" -o keystore="$T/link/jks" -o create=yes -o form=pkcs12
    expect_status 0
    cmp "$T/before" "$T/real/jks"
    tfhook rollback
    expect_status 0
    [ ! -e "$T/real/pkcs12" ]
}

@test "create wants a name, and without it a store that is not there is refused" {
    make_cert scm1 "$T/certs/scm1.crt" "$T/key"
    jks plan -o certificates="$T/certs" -o create=yes
    expect_status 3
    expect_output "keystore must name the store"
    import plan
    expect_status 1
    expect_output "$T/store: the store cannot be read: No such file or directory"
}

@test "aliases-absent removes exactly what tfhook added" {
    local jdk
    copy_cacerts "$T/store"
    cp "$T/store" "$T/old"
    make_cert scm1 "$T/certs/scm1.crt" "$T/key"
    make_cert db1 "$T/certs/db1.crt" "$T/key"
    import apply
    jks plan -o keystore="$T/store" -o certificates="$T/certs" -o aliases-absent=scm1
    expect_status 1
    expect_output "aliases-absent removes that alias"
    rm "$T/certs/scm1.crt"
    import apply -o aliases-absent=scm1
    expect_status 0
    expect_output "- scm1  CN=scm1"
    expect_output "1 to remove"
    for jdk in $(jdks); do
        "$jdk/bin/keytool" -list -alias db1 -keystore "$T/store" -storepass changeit >/dev/null 2>&1
        if "$jdk/bin/keytool" -list -alias scm1 -keystore "$T/store" -storepass changeit >/dev/null 2>&1; then
            fail "$jdk: scm1 is still there"
        fi
    done
    import plan --detailed-exitcode -o aliases-absent=scm1
    expect_status 0
    rm -r "$T/certs"
    import apply -o aliases-absent=scm1,db1
    expect_status 0
    cmp "$T/old" "$T/store"
    import verify -o aliases-absent=db1
    expect_status 0
    expect_output "is not in the store"
}

@test "aliases-absent refuses what tfhook did not add, and what cannot be its alias" {
    local before
    cp "$DATA/plain.jks" "$T/store"
    before=$(sha "$T/store")
    import apply -o aliases-absent=a
    refused "$before" 1 "alias 'a' holds an entry that tfhook has not added"
    import verify -o aliases-absent=a
    expect_status 5
    import apply -o aliases-absent=A
    refused "$before" 3 "is no alias of tfhook's"
    import apply
    refused "$before" 1 "no certificate to import"
}

@test "the same run at the same time gives the same bytes, dates included" {
    make_cert scm1 "$T/certs/scm1.crt" "$T/key"
    local first
    export SOURCE_DATE_EPOCH=1700000000
    copy_cacerts "$T/store"
    import apply
    first=$(sha "$T/store")
    copy_cacerts "$T/store"
    rm -rf "$T/state"
    import apply
    [ "$(sha "$T/store")" = "$first" ]
    LC_ALL=C TZ=UTC run keytool -list -alias scm1 -keystore "$T/store" -storepass changeit
    [[ "$output" == *"Nov 14, 2023"* ]]
}

@test "rollback brings back every byte of the store" {
    copy_cacerts "$T/store"
    local before
    before=$(sha "$T/store")
    make_cert scm1 "$T/certs/scm1.crt" "$T/key"
    import apply
    expect_status 0
    tfhook rollback --yes
    expect_status 0
    [ "$(sha "$T/store")" = "$before" ]
}
