#!/usr/bin/env bats
# The plugin pg-ssl-tokens: site-options.conf as a document, the site it describes, certificate and
# key as PostgreSQL would find them. The site is a tree below $T/root, so that any machine will do.
load helper

setup_file() {
    # Keys take a while to make; the tests copy them.
    PAIRS=$(mktemp -d /tmp/tfhook-pairs.XXXXXX)
    export PAIRS
    make_cert db1.example.com "$PAIRS/db1.crt" "$PAIRS/db1.key"
    make_cert other.example.com "$PAIRS/other.crt" "$PAIRS/other.key"
    openssl pkcs8 -topk8 -in "$PAIRS/db1.key" -passout pass:hunter2 -out "$PAIRS/closed.key"
    cp "$PAIRS/db1.key" "$PAIRS/expired.key"
    openssl x509 -in "$PAIRS/db1.crt" -signkey "$PAIRS/db1.key" -days -1 \
        -out "$PAIRS/expired.crt" 2>/dev/null
}

teardown_file() {
    rm -rf "$PAIRS"
}

setup() {
    common_setup
    R=$T/root
    S=$R/opt/collabnet/teamforge/etc/site-options.conf
    NAME=$(hostname)
    mkdir -p "${S%/*}" "$R/etc" "$R/ssl"
    printf 'root:x:0:0::/root:/bin/sh\npostgres:x:26:27::/:/bin/sh\n' >"$R/etc/passwd"
    printf 'root:x:0:\npostgres:x:27:\n' >"$R/etc/group"
    cp "$PAIRS/db1.crt" "$PAIRS/db1.key" "$R/ssl"
    chown 26:27 "$R/ssl/db1.key"
}

teardown() {
    common_teardown
}

# A site whose database is this host, or another one.
site() {
    cat >"$S" <<END
# the site
$1:SERVICES = ctfcore-database ctfcore-datamart
app9:SERVICES = ctfcore etl search
ADMIN_PASSWORD=s3cr3t
BANNER=START_MULTILINE_BLOCK
DATABASE_SSL=off
END_MULTILINE_BLOCK
OBFUSCATION_KEY=s3cr3t
DATABASE_SSL = off
END
}

tokens() {
    local command=$1
    shift
    tfhook --root "$R" "$command" --plugin pg-ssl-tokens -o cert-file=/ssl/db1.crt \
        -o key-file=/ssl/db1.key "$@"
}

# Status, one clear line, and a file as it was.
refused() {
    local status_wanted=$1 text=$2 before
    before=$(sha "$S")
    shift 2
    tokens apply "$@"
    expect_status "$status_wanted"
    expect_output "$text"
    refuse_output s3cr3t
    [ "$before" = "$(sha "$S")" ] || fail "site-options.conf was changed"
}

@test "sets the tokens on the database host and leaves every other byte" {
    site "$NAME"
    cp "$S" "$T/before"
    tokens apply
    expect_status 0
    sed -e '9s/.*/DATABASE_SSL=on/' "$T/before" >"$T/wanted"
    printf 'POSTGRES_SSL_CERT_FILE=/ssl/db1.crt\nPOSTGRES_SSL_KEY_FILE=/ssl/db1.key\n' \
        >>"$T/wanted"
    diff "$T/wanted" "$S" || fail "other bytes than the tokens' were changed"
    expect_output "- DATABASE_SSL = off"
    expect_output "+ DATABASE_SSL=on"
    expect_output "app9"
    expect_output "teamforge provision"
}

@test "does nothing the second time" {
    site "$NAME"
    tokens apply
    expect_status 0
    before=$(sha "$S")
    tokens plan --detailed-exitcode
    expect_status 0
    tokens apply
    expect_status 0
    [ "$before" = "$(sha "$S")" ]
}

@test "a plan changes nothing and tells the exit status" {
    site "$NAME"
    before=$(sha "$S")
    tokens plan --detailed-exitcode
    expect_status 10
    [ "$before" = "$(sha "$S")" ]
}

@test "rollback keeps what provisioning wrote in between" {
    site "$NAME"
    cp "$S" "$T/before"
    tokens apply
    expect_status 0
    echo 'AUTO_DATA=s3cr3t-of-provisioning' >>"$S"
    tfhook --root "$R" rollback
    expect_status 0
    echo 'AUTO_DATA=s3cr3t-of-provisioning' >>"$T/before"
    diff "$T/before" "$S"
}

@test "no secret is shown, nor kept below the state directory" {
    site "$NAME"
    for command in check plan apply verify; do
        tokens "$command"
        expect_status 0
        refuse_output s3cr3t
    done
    tokens plan --json
    refuse_output s3cr3t
    tfhook --root "$R" -v history
    refuse_output s3cr3t
    ! grep -r s3cr3t "$T/state" || fail "a secret in the state directory"
    ! grep -rl 'PRIVATE KEY' "$T/state" || fail "a key in the state directory"
}

@test "Windows line ends and a missing last newline are kept" {
    printf '%s:SERVICES=ctfcore-database\r\napp9:SERVICES=ctfcore\r\nDATABASE_SSL=off\r\nLAST=1' \
        "$NAME" >"$S"
    tokens apply
    expect_status 0
    printf '%s:SERVICES=ctfcore-database\r\napp9:SERVICES=ctfcore\r\nDATABASE_SSL=on\r\nPOSTGRES_SSL_CERT_FILE=/ssl/db1.crt\r\nPOSTGRES_SSL_KEY_FILE=/ssl/db1.key\r\nLAST=1' \
        "$NAME" >"$T/wanted"
    cmp "$T/wanted" "$S"
    tfhook --root "$R" rollback
    expect_status 0
    printf '%s:SERVICES=ctfcore-database\r\napp9:SERVICES=ctfcore\r\nDATABASE_SSL=off\r\nLAST=1' \
        "$NAME" | cmp - "$S"
}

@test "a single server has nothing to do, and the reason is given" {
    echo 'localhost:SERVICES=ctfcore ctfcore-database ctfcore-datamart etl' >"$S"
    refused 0 "a single server"
    echo 'HOST_localhost=app database datamart etl indexer subversion' >"$S"
    refused 0 "a single server"
    tokens verify
    expect_status 0
    tokens apply -o when=always
    expect_status 0
    grep -qx DATABASE_SSL=on "$S"
}

@test "the old form of the host tokens is understood" {
    printf 'HOST_%s=database datamart\nHOST_app9=app etl\n' "$NAME" >"$S"
    tokens apply
    expect_status 0
    grep -qx DATABASE_SSL=on "$S"
}

@test "files are not looked at where the database does not run" {
    site db9
    rm "$R"/ssl/*
    printf '%s:SERVICES=search\n' "$NAME" >>"$S"
    tokens apply
    expect_status 0
    expect_output "on the database host, not here"
    expect_output "db9"
    grep -qx POSTGRES_SSL_KEY_FILE=/ssl/db1.key "$S"
}

@test "a host that the site does not name is warned about" {
    site db9
    tokens plan
    expect_status 0
    expect_output "names no host $NAME"
}

@test "a foreign database needs no files" {
    site "$NAME"
    rm "$R"/ssl/*
    tokens apply -o when=external
    expect_status 0
    grep -qx DATABASE_SSL=on "$S"
}

@test "baseline tokens are required and set exactly when there is a baseline database" {
    site "$NAME"
    tokens plan -o baseline-cert-file=/ssl/b.crt -o baseline-key-file=/ssl/b.key
    expect_status 0
    expect_output "not used"
    refuse_output POSTGRES_BASELINE
    echo 'base9:SERVICES=baseline baseline-database' >>"$S"
    refused 3 "baseline-cert-file"
    refused 3 "baseline-key-file" -o baseline-cert-file=/ssl/b.crt
    tokens apply -o baseline-cert-file=/ssl/b.crt -o baseline-key-file=/ssl/b.key
    expect_status 0
    grep -qx POSTGRES_BASELINE_SSL_CERT_FILE=/ssl/b.crt "$S"
    grep -qx POSTGRES_BASELINE_SSL_KEY_FILE=/ssl/b.key "$S"
}

@test "baseline files are checked on the baseline database host" {
    printf 'db9:SERVICES=ctfcore-database\napp9:SERVICES=ctfcore\n%s:SERVICES=baseline-database\n' \
        "$NAME" >"$S"
    refused 1 "/ssl/b.crt: the certificate does not exist" -o baseline-cert-file=/ssl/b.crt \
        -o baseline-key-file=/ssl/b.key
}

@test "databases that the tokens do not cover are named" {
    site "$NAME"
    printf 'git9:SERVICES=gerrit\ndb9:SERVICES=gerrit-database\n' >>"$S"
    tokens plan
    expect_status 0
    expect_output "gerrit on git9 uses gerrit-database on db9"
}

@test "a certificate or key that is not there is refused on the database host" {
    site "$NAME"
    rm "$R/ssl/db1.key"
    refused 1 "/ssl/db1.key: the private key does not exist"
    rm "$R/ssl/db1.crt"
    refused 1 "/ssl/db1.crt: the certificate does not exist"
    mkdir "$R/ssl/db1.crt"
    refused 1 "not a regular file"
}

@test "a key of another certificate is refused" {
    site "$NAME"
    cat "$PAIRS/other.key" >"$R/ssl/db1.key"
    refused 1 "does not belong to the certificate"
}

@test "a key with a passphrase, a garbled one and a certificate in its place are refused" {
    site "$NAME"
    cat "$PAIRS/closed.key" >"$R/ssl/db1.key"
    refused 1 "passphrase"
    head -c 300 "$PAIRS/db1.key" >"$R/ssl/db1.key"
    refused 1 "PostgreSQL would not start"
    cat "$PAIRS/db1.crt" >"$R/ssl/db1.key"
    refused 1 "holds no private key"
}

@test "a key where the certificate belongs is refused and nothing of it shown" {
    site "$NAME"
    cat "$PAIRS/db1.key" >"$R/ssl/db1.crt"
    refused 1 "/ssl/db1.crt: holds a private key"
    refuse_output BEGIN
    echo none >"$R/ssl/db1.crt"
    refused 1 "/ssl/db1.crt: holds no certificate"
}

@test "what OpenSSL's policy of this host refuses is refused, in the whole chain" {
    site "$NAME"
    openssl req -x509 -newkey rsa:512 -nodes -days 30 -subj /CN=weak -keyout "$T/weak.key" \
        -out "$T/weak.crt" 2>/dev/null || skip "this OpenSSL makes no weak key"
    cat "$PAIRS/db1.crt" "$T/weak.crt" >"$R/ssl/db1.crt"
    refused 1 "ca key too small"
    cat "$T/weak.crt" >"$R/ssl/db1.crt"
    cat "$T/weak.key" >"$R/ssl/db1.key"
    refused 1 "ee key too small"
    cat "$PAIRS/db1.key" >"$R/ssl/db1.key"
    tr '\n' '\r' <"$PAIRS/db1.crt" >"$R/ssl/db1.crt"
    refused 1 "PostgreSQL would not start"
}

@test "a directory that the database user may not enter is refused" {
    [ "$(id -u)" -eq 0 ] || skip "the site's owner is who runs this"
    site "$NAME"
    chmod 700 "$R/ssl"
    refused 1 "may not enter it"
}

@test "what an access list may allow is left to it, with a warning" {
    [ "$(id -u)" -eq 0 ] || skip "only root can give files away"
    command -v setfacl >/dev/null || skip "setfacl is not installed"
    site "$NAME"
    chown 0:0 "$R/ssl/db1.key"
    chmod 600 "$R/ssl/db1.key"
    refused 1 "PostgreSQL would not start"
    setfacl -m u:26:r "$R/ssl/db1.key" || skip "no access lists here"
    tokens plan
    expect_output "access list"
    refuse_output "would not start"
}

@test "owner and mode of the key must be what PostgreSQL accepts" {
    [ "$(id -u)" -eq 0 ] || skip "only root can give files away"
    site "$NAME"
    chmod 640 "$R/ssl/db1.key"
    refused 1 "chmod 600 /ssl/db1.key"
    chown 0:27 "$R/ssl/db1.key"
    chmod 644 "$R/ssl/db1.key"
    refused 1 "chmod 640 /ssl/db1.key"
    chown 33:27 "$R/ssl/db1.key"
    chmod 600 "$R/ssl/db1.key"
    refused 1 "must belong to the database user or to root"
    chown 0:0 "$R/ssl/db1.key"
    chmod 640 "$R/ssl/db1.key"
    refused 1 "may not read it"
    chown 0:27 "$R/ssl/db1.key"
    tokens apply
    expect_status 0
}

@test "an expired certificate fails before it is set, and warns where it is in use" {
    site "$NAME"
    cat "$PAIRS/expired.crt" >"$R/ssl/db1.crt"
    refused 1 "expired on"
    printf 'POSTGRES_SSL_CERT_FILE=/ssl/db1.crt\nPOSTGRES_SSL_KEY_FILE=/ssl/db1.key\n' >>"$S"
    sed -i 's/^DATABASE_SSL = off/DATABASE_SSL = on/' "$S"
    tokens apply
    expect_status 0
    expect_output "expired on"
}

@test "what is ambiguous in site-options.conf is reported with its lines" {
    site "$NAME"
    echo 'DATABASE_SSL=on' >>"$S"
    refused 1 "line 9 and again on line 10"
    site localhost
    refused 1 ":2: localhost beside other hosts"
    site "$NAME"
    echo 'X=START_MULTILINE_BLOCK' >>"$S"
    refused 1 ":10: START_MULTILINE_BLOCK"
    echo '{__HOSTS__}:SERVICES=etl' >"$S"
    echo "$NAME:SERVICES={__NOWHERE__}" >>"$S"
    refused 1 "not understood"
}

@test "a site-options.conf that is not there, or cannot be read, is one clear line" {
    rm -f "$S"
    tokens apply
    expect_status 1
    expect_output "site-options.conf does not exist"
    mkdir "$S"
    tokens apply
    expect_status 1
    expect_output "site-options.conf"
}

@test "a site-options.conf or key that may not be read is named, with what to do" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to be somebody else"
    site "$NAME"
    chmod 755 "$T" "$R"
    chmod 600 "$S"
    as_nobody() {
        status=0
        output=$(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups "$TFHOOK" \
            --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/nobody" --root "$R" plan \
            --plugin pg-ssl-tokens -o cert-file=/ssl/db1.crt -o key-file=/ssl/db1.key 2>&1) ||
            status=$?
    }
    install -d -o nobody "$T/nobody"
    as_nobody
    expect_status 1
    expect_output "site-options.conf cannot be read"
    chmod 644 "$S"
    as_nobody
    expect_status 1
    expect_output "/ssl/db1.key: the private key cannot be read"
}

@test "paths that a line cannot hold are rejected" {
    site "$NAME"
    tfhook --root "$R" plan --plugin pg-ssl-tokens -o 'cert-file=/ssl/{__X__}' -o key-file=/k
    expect_status 3
    expect_output "cert-file"
    tfhook --root "$R" plan --plugin pg-ssl-tokens -o key-file=/k
    expect_status 3
    expect_output "cert-file"
}

@test "verify finds a token that is not as it should be" {
    site "$NAME"
    tokens verify
    expect_status 5
    expect_output DATABASE_SSL
    tokens apply
    expect_status 0
    tokens verify
    expect_status 0
}
