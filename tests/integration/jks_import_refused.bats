# jks-import where it must refuse: one line, the right status, and the store as it was.
load helper
load jks_import_helper

@test "an alias taken by another certificate is left alone and both are named" {
    cp "$DATA/plain.jks" "$T/store"
    cp "$DATA/c.der" "$T/certs/a.crt"
    local before
    before=$(sha "$T/store")
    import apply
    refused "$before" 1 "alias 'a' is taken by CN=a"
    expect_output "$T/certs/a.crt is CN=c"
    expect_output "on-conflict"
    import apply -o on-conflict=fail
    refused "$before" 1 "alias 'a' is taken by CN=a"
    import apply -o on-conflict=keep
    refused "$before" 0 "keeps CN=a"
    import verify -o on-conflict=keep
    expect_status 0
    import apply -o on-conflict=replace
    expect_status 0
    run keytool -list -alias a -keystore "$T/store" -storepass changeit
    [[ "$output" == *$(openssl x509 -inform DER -in "$DATA/c.der" -noout -fingerprint -sha256 | cut -d= -f2)* ]]
}

@test "a private key under the alias is never replaced" {
    keytool -genkeypair -alias scm1 -keyalg RSA -dname CN=key -storetype JKS -keystore "$T/store" \
        -storepass changeit -keypass changeit 2>/dev/null
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    local before
    before=$(sha "$T/store")
    import apply -o on-conflict=replace
    refused "$before" 1 "a private key is never replaced"
}

@test "a wrong password is told from a broken store, and never shown" {
    keytool -importcert -noprompt -alias x -file "$DATA/a.der" -storetype JKS -keystore "$T/store" \
        -storepass correct-horse 2>/dev/null
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    local before
    before=$(sha "$T/store")
    import apply
    refused "$before" 1 "its digest does not match"
    expect_output "password-file"
    echo battery-staple >"$T/password"
    import -v apply -o password-file="$T/password"
    refused "$before" 1 "its digest does not match"
    expect_output "$T/password (password-file)"
    refuse_output battery-staple
    printf 'correct-horse\r\nsecond line\n' >"$T/password"
    import -v apply -o password-file="$T/password"
    expect_status 0
    refuse_output correct-horse
    keytool -list -alias scm1 -keystore "$T/store" -storepass correct-horse
    grep -r correct-horse "$T/state" && fail "the password was kept"
    : >"$T/password"
    import plan -o password-file="$T/password"
    expect_status 1
    expect_output "is empty"
    import plan -o password-file="$T/none"
    expect_status 1
    expect_output "$T/none: the password file cannot be read"
}

@test "a store that is none, or broken, is refused and named" {
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    copy_cacerts "$T/whole"
    local case text before
    while IFS='|' read -r case text; do
        case $case in
        cut) head -c 5000 "$T/whole" >"$T/store" ;;
        empty) : >"$T/store" ;;
        text) echo "not a store" >"$T/store" ;;
        pem) openssl x509 -inform DER -in "$DATA/a.der" >"$T/store" ;;
        *) cp "$DATA/$case" "$T/store" ;;
        esac
        before=$(sha "$T/store")
        import apply
        refused "$before" 1 "$T/store: $text"
    done <<'CASES'
cut|it is cut off or garbled at byte
empty|it is empty
text|it is neither JKS nor PKCS#12
pem|it is PEM text
name-utf8.p12|it is cut off, garbled
garbled-certificate.jks|it is garbled at byte
alias-plain-utf8.jks|it is garbled at byte
CASES
}

@test "a certificate file that is none is refused and named" {
    copy_cacerts "$T/store"
    local before
    before=$(sha "$T/store")
    make_cert scm1 "$T/good" "$T/key"
    head -c 600 "$T/good" >"$T/certs/scm1.crt"
    import apply
    refused "$before" 1 "$T/certs/scm1.crt: "
    echo hello >"$T/certs/scm1.crt"
    import apply
    refused "$before" 1 "$T/certs/scm1.crt: holds no certificate"
    cat "$T/good" "$T/key" >"$T/certs/scm1.crt"
    import apply
    refused "$before" 1 "$T/certs/scm1.crt: holds a private key"
    refuse_output "BEGIN"
    cp "$T/good" "$T/certs/scm1.crt"
    cp "$T/key" "$T/certs/scm2.crt"
    import apply
    refused "$before" 1 "$T/certs/scm2.crt: holds a private key"
}

@test "no certificate at all is a failure with its reason" {
    copy_cacerts "$T/store"
    import plan
    expect_status 1
    expect_output "$T/certs: no certificate to import: it holds no file ALIAS.crt"
    rmdir "$T/certs"
    import plan
    expect_status 1
    expect_output "$T/certs: no certificate to import: No such file"
}

@test "two files for one alias are a conflict, unless they are the same" {
    cp "$DATA/plain.jks" "$T/store"
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    cp "$DATA/c.der" "$T/certs/SCM1.crt"
    import plan
    expect_status 0
    cp "$DATA/a.der" "$T/certs/SCM1.crt"
    import plan
    expect_status 1
    expect_output "different certificates for one alias, 'scm1'"
}

@test "values that cannot be used are rejected before anything is read" {
    jks check -o keystore=cacerts
    expect_status 3
    jks check -o keystore=auto,/x
    expect_status 3
    jks check -o java-home=jdk
    expect_status 3
    jks check -o certificate="relative.crt"
    expect_status 3
    jks check -o certificate="/x/with space.crt"
    expect_status 3
    expect_output "cannot be an alias"
    jks check -o on-conflict=overwrite
    expect_status 3
    jks check -o certificates=/not/yet/there -o keystore=/not/yet/there
    expect_status 0
}

@test "a file that may not be read is named, and nothing is changed" {
    copy_cacerts "$T/store"
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    local before
    before=$(sha "$T/store")
    mkdir "$T/state" && chown nobody "$T/state"
    chmod 755 "$T"
    chmod 600 "$T/certs/scm1.crt"
    as_nobody apply
    refused "$before" 1 "$T/certs/scm1.crt: cannot be read: Permission denied; run as root"
    chmod 644 "$T/certs/scm1.crt"
    chmod 600 "$T/store"
    as_nobody apply
    refused "$before" 1 "$T/store: the store cannot be read: Permission denied; run as root"
}

@test "a store that may not be written stays as it is" {
    copy_cacerts "$T/store"
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    local before
    before=$(sha "$T/store")
    mkdir "$T/state" && chown nobody "$T/state"
    chmod 755 "$T"
    as_nobody plan
    expect_status 0
    as_nobody apply
    expect_status 1
    expect_output "$T"
    [ "$(sha "$T/store")" = "$before" ]
}

as_nobody() {
    status=0
    setpriv --reuid=nobody --regid=nogroup --clear-groups "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" \
        --state-dir "$T/state" "$1" --plugin jks-import -o certificates="$T/certs" \
        -o keystore="$T/store" >"$T/out" 2>"$T/err" </dev/null || status=$?
    output=$(cat "$T/out" "$T/err")
}
