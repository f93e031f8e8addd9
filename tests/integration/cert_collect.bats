#!/usr/bin/env bats
# cert-collect with files and directories, its configuration, its own verification.
load helper
load cert_collect

@test "a local file gets this host's short name, shown in the plan, and is kept by apply" {
    cert scm1
    collect plan "$T/scm1.crt"
    expect_status 0
    expect_output "+ $SHORT  CN=scm1  expires "
    expect_output "SHA-256 $(fingerprint "$T/scm1.crt")  from $T/scm1.crt"
    expect_output "1 certificate collected, 1 new"
    expect_nothing_kept
    collect apply "$T/scm1.crt"
    expect_status 0
    expect_copy "$SHORT" "$T/scm1.crt"
}

@test "a second plan has nothing to do, and an unchanged copy is not written again" {
    cert scm1
    collect apply "$T/scm1.crt as scm1"
    expect_status 0
    local before
    before=$(stat -c '%i %Y' "$CERTS/scm1.crt")
    collect plan "$T/scm1.crt as scm1" --detailed-exitcode
    expect_status 0
    expect_output "1 certificate collected, 0 new"
    collect apply "$T/scm1.crt as scm1"
    expect_status 0
    [ "$(stat -c '%i %Y' "$CERTS/scm1.crt")" = "$before" ]
}

@test "a renewed certificate is noticed, with its old and new expiry, and replaces the copy" {
    cert scm1
    collect apply "$T/scm1.crt as scm1"
    local old new
    old=$(date -u -d "$(openssl x509 -in "$T/scm1.crt" -noout -enddate | cut -d= -f2)" +%F)
    make_cert scm1 "$T/scm1.crt" "$T/scm1.key" -days 700
    new=$(date -u -d "$(openssl x509 -in "$T/scm1.crt" -noout -enddate | cut -d= -f2)" +%F)
    collect plan "$T/scm1.crt as scm1" --detailed-exitcode
    expect_status 10
    expect_output "~ scm1  CN=scm1  expires $old -> $new"
    collect apply "$T/scm1.crt as scm1"
    expect_status 0
    expect_output "1 renewed"
    expect_copy scm1 "$T/scm1.crt"
}

@test "a DER file, CRLF and text around the block all give one clean copy" {
    cert scm1
    openssl x509 -in "$T/scm1.crt" -outform DER -out "$T/scm1.der"
    { echo "subject=x"; sed 's/$/\r/' "$T/scm1.crt"; echo "the end"; } >"$T/crlf.crt"
    tfhook apply --plugin cert-collect -o certificates="$CERTS" \
        -o source="$T/scm1.der as der,$T/crlf.crt as crlf"
    expect_status 0
    expect_copy der "$T/scm1.crt"
    expect_copy crlf "$T/scm1.crt"
}

@test "a file that holds a private key is refused by its path and nothing of it is kept or shown" {
    cert scm1
    cat "$T/scm1.crt" "$T/scm1.key" >"$T/both.pem"
    openssl pkcs12 -export -in "$T/scm1.crt" -inkey "$T/scm1.key" -passout pass:x -out "$T/scm1.p12"
    openssl pkcs8 -topk8 -nocrypt -in "$T/scm1.key" -outform DER -out "$T/key.der"
    local file
    for file in both.pem scm1.key scm1.p12 key.der; do
        collect apply "$T/$file as x"
        expect_status 1
        expect_output "$T/$file"
        expect_output "private key"
        refuse_output "$(sed -n 3p "$T/scm1.key")"
        expect_nothing_kept
    done
    ! grep -rqF "$(sed -n 3p "$T/scm1.key")" "$T/state" 2>/dev/null || fail "the key was kept"
}

@test "a bundle named as a file gives its leaf and says so; in a directory it is refused" {
    cert ca
    new_key "$T/leaf.key"
    openssl req -new -key "$T/leaf.key" -subj /CN=leaf -out "$T/leaf.csr" 2>/dev/null
    openssl x509 -req -in "$T/leaf.csr" -CA "$T/ca.crt" -CAkey "$T/ca.key" -CAcreateserial -days 9 \
        -out "$T/leaf.crt" 2>/dev/null
    mkdir "$T/dir"
    cat "$T/ca.crt" "$T/leaf.crt" >"$T/dir/bundle.pem"
    collect apply "$T/dir/bundle.pem as leaf"
    expect_status 0
    expect_output "2 certificates: its leaf is taken, CN=leaf"
    expect_copy leaf "$T/leaf.crt"
    rm -r "$CERTS"
    collect apply "$T/dir"
    expect_status 1
    expect_output "$T/dir/bundle.pem: is a bundle of 2 certificates"
    expect_nothing_kept
}

@test "a directory gives its crt and pem files under their base names, others are not looked at" {
    cert scm1
    cert scm2
    mkdir "$T/dir" "$T/dir/sub.crt"
    cp "$T/scm1.crt" "$T/dir/SCM1.crt"
    cp "$T/scm2.crt" "$T/dir/scm2.example.com.pem"
    cp "$T/scm1.key" "$T/dir/server.key"
    collect apply "$T/dir"
    expect_status 0
    expect_output "2 certificates collected, 2 new"
    expect_copy scm1 "$T/scm1.crt"
    expect_copy scm2.example.com "$T/scm2.crt"
    [ "$(find "$CERTS" -type f | wc -l)" -eq 2 ]
}

@test "garbage, a cut-off certificate, an empty directory and a missing file each fail with their path" {
    cert scm1
    head -c 400 "$T/scm1.crt" >"$T/cut.crt"
    head -c 300 /dev/urandom >"$T/garbage.crt"
    sed 's/^Q/!/; 3s/A/?/' "$T/scm1.crt" | sed '3s/^./!/' >"$T/garbled.crt"
    mkdir "$T/empty"
    tfhook apply --plugin cert-collect -o certificates="$CERTS" \
        -o source="$T/cut.crt,$T/garbage.crt,$T/garbled.crt,$T/empty,$T/none.crt,$T/scm1.crt as ok"
    expect_status 1
    expect_output "5 failures"
    expect_output "$T/cut.crt: holds a certificate that is cut off or garbled"
    expect_output "$T/garbage.crt: holds no certificate"
    expect_output "$T/garbled.crt: holds a certificate that is cut off or garbled"
    expect_output "$T/empty: holds no *.crt and no *.pem"
    expect_output "$T/none.crt: there is no such file"
    [ "$(grep -c "^tfhook: warning: cert-collect: $T/" "$T/err")" -eq 5 ] || fail "not a line each"
    expect_nothing_kept
}

@test "an unreadable file fails with its path and the reason" {
    cert scm1
    chmod 600 "$T/scm1.crt"
    chmod 755 "$T"
    mkdir "$T/theirs"
    chown nobody "$T/theirs"
    status=0
    setpriv --reuid=nobody --regid=nogroup --clear-groups "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" \
        --state-dir "$T/theirs/state" plan --plugin cert-collect -o certificates="$T/theirs/certs" \
        -o source="$T/scm1.crt" >"$T/out" 2>&1 </dev/null || status=$?
    output=$(cat "$T/out")
    expect_status 1
    expect_output "$T/scm1.crt: cannot be read: Permission denied; run as root"
}

@test "two files for one alias fail and name both; the same certificate twice is kept once" {
    cert scm1
    cert scm2
    tfhook apply --plugin cert-collect -o certificates="$CERTS" -o source="$T/scm1.crt,$T/scm2.crt"
    expect_status 1
    expect_output "$T/scm1.crt and $T/scm2.crt give different certificates for the alias"
    expect_nothing_kept
    cp "$T/scm1.crt" "$T/copy.crt"
    tfhook apply --plugin cert-collect -o certificates="$CERTS" -o source="$T/scm1.crt,$T/copy.crt"
    expect_status 0
    expect_copy "$SHORT" "$T/scm1.crt"
}

@test "an expired certificate is kept with a warning" {
    new_key "$T/old.key"
    openssl req -x509 -key "$T/old.key" -subj /CN=old -days 1 -out "$T/old.crt" 2>/dev/null
    SOURCE_DATE_EPOCH=$(($(date +%s) + 5 * 86400)) collect apply "$T/old.crt as old"
    expect_status 0
    expect_output "its certificate expired on"
    expect_copy old "$T/old.crt"
}

@test "a key where a copy is to be written is not overwritten; an old copy is left alone" {
    cert scm1
    mkdir "$CERTS"
    cp "$T/scm1.key" "$CERTS/scm1.crt"
    collect apply "$T/scm1.crt as scm1"
    expect_status 1
    expect_output "$CERTS/scm1.crt"
    expect_output "not overwritten"
    cmp "$T/scm1.key" "$CERTS/scm1.crt"
    rm "$CERTS/scm1.crt"
    cp "$T/scm1.crt" "$CERTS/gone.crt"
    collect apply "$T/scm1.crt as scm1"
    expect_status 0
    cmp "$T/scm1.crt" "$CERTS/gone.crt"
}

@test "every wrong source is rejected at once, with what is wrong, and nothing is run" {
    tfhook check --plugin cert-collect -o certificates="$CERTS" \
        -o source="server.crt,ftp://scm1/x,tls://scm1,https://scm1 pin sha256:aa,/x.crt as ../y"
    expect_status 3
    expect_output "\"server.crt\": a file or directory is given by its absolute path"
    expect_output "\"ftp://scm1/x\": known are"
    expect_output "\"tls://scm1\": the port is missing"
    expect_output "64 hexadecimal digits"
    expect_output "the alias \"../y\""
    collect plan "https://user@scm1"
    expect_status 3
}

@test "a wrong source of a config is rejected with file and line" {
    printf '[step collect]\nplugin = cert-collect\nhook = pre-stop\nsource = server.crt\n' >"$T/tfhook.ini"
    tfhook -c "$T/tfhook.ini" check
    expect_status 3
    expect_output "tfhook.ini:4"
    expect_output "absolute path"
}

@test "verify judges each kept copy" {
    cert scm1
    collect apply "$T/scm1.crt as scm1"
    expect_status 0
    collect verify "$T/scm1.crt as scm1"
    expect_status 0
    expect_output "CN=scm1, expires"
    SOURCE_DATE_EPOCH=$(($(date +%s) + 500 * 86400)) collect verify "$T/scm1.crt as scm1"
    expect_status 0
    expect_output "expired on"
    head -c 300 "$T/scm1.crt" >"$CERTS/scm1.crt"
    collect verify "$T/scm1.crt as scm1"
    expect_status 5
    expect_output "cut off or garbled"
}
