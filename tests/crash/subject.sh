# shellcheck shell=bash
# What is attacked: a tree of real stores and files, the config that changes it, and the states from
# which a run starts. Everything lies below $WORK; a run works in $NOW (tree and state directory).

NOW=$WORK/now
STARTS=$WORK/starts
# The stores carry dates: the same in each run, so that a tree can be compared by its bytes.
SOURCE_DATE_EPOCH=$(date +%s)
export SOURCE_DATE_EPOCH
# LeakSanitizer refuses to work under strace.
export ASAN_OPTIONS=detect_leaks=0
export LC_ALL=C.UTF-8

copy_plugins() {
    mkdir "$WORK/plugins"
    cp "$TFHOOK_PLUGINS"/*.so "$TFHOOK_BUILD/plugins-test/fake.so" "$WORK/plugins/"
    chmod go-w "$WORK/plugins"/*.so
}

cacerts() {
    local java
    java=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
    readlink -f "$java/lib/security/cacerts"
}

# The same entries without encryption and MAC, which keytool of an early JDK 11 cannot write.
make_pkcs12() {
    keytool -importkeystore -srckeystore "$1" -srcstorepass changeit -destkeystore "$2" \
        -deststoretype PKCS12 -deststorepass changeit \
        -J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE -J-Dkeystore.pkcs12.macAlgorithm=NONE \
        >/dev/null 2>&1
    if openssl asn1parse -inform DER -in "$2" | grep -q encryptedData; then
        die "this keytool cannot make a PKCS#12 store without a password"
    fi
}

make_site_options() {
    cat >"$1" <<END
# a site whose database is elsewhere
$(hostname):SERVICES = ctfcore etl search
db9:SERVICES = ctfcore-database ctfcore-datamart
OBFUSCATION_KEY=s3cr3t
DATABASE_SSL = off
END
}

# Owners, modes, an ACL and an attribute that no default would give.
make_odd() {
    local tree=$1
    chown 1234:2345 "$tree/pki/store.jks"
    chmod 664 "$tree/pki/store.jks"
    chown 0:2345 "$tree/pki/store.p12"
    chmod 640 "$tree/pki/store.p12"
    chown 1235:2346 "$tree/etc/site-options.conf"
    chmod 600 "$tree/etc/site-options.conf"
    chown 1236:0 "$tree/data/obsolete"
    chmod 604 "$tree/data/obsolete"
    if ! setfacl -m u:1237:r "$tree/pki/store.jks" "$tree/data/obsolete" 2>/dev/null; then
        echo "no ACLs on this file system: they are left out"
    fi
    if ! setfattr -n user.note -v kept "$tree/pki/store.p12" 2>/dev/null ||
        ! setfattr -n user.note -v kept "$tree/data/obsolete"; then
        echo "no user attributes on this file system: they are left out"
    fi
}

make_tree() {
    local tree=$1
    mkdir -p "$tree/pki" "$tree/jre" "$tree/etc" "$tree/data"
    cp "$(cacerts)" "$tree/pki/store.jks"
    make_pkcs12 "$tree/pki/store.jks" "$tree/pki/store.p12"
    ln -s ../pki/store.jks "$tree/jre/cacerts"
    make_site_options "$tree/etc/site-options.conf"
    echo obsolete >"$tree/data/obsolete"
    make_odd "$tree"
}

# Two configs: the second plans the same but for the removal, which cannot be made twice.
make_configs() {
    cat >"$WORK/again.ini" <<END
[step trust]
plugin = jks-import
hook = pre-provision
certificates = $WORK/certs
keystore =
    $NOW/tree/jre/cacerts
    $NOW/tree/pki/store.p12
[step tokens]
plugin = pg-ssl-tokens
hook = pre-provision
site-options = $NOW/tree/etc/site-options.conf
cert-file = /ssl/db9.crt
key-file = /ssl/db9.key
when = external
[step files]
plugin = fake
hook = pre-provision
do =
    plan:mkdir:$NOW/tree/fresh
    plan:write:$NOW/tree/fresh/one:first
    plan:write:$NOW/tree/fresh/two:second:600
    plan:mkdir:$NOW/tree/hollow
END
    cp "$WORK/again.ini" "$WORK/crash.ini"
    echo "    plan:remove:$NOW/tree/data/obsolete" >>"$WORK/crash.ini"
}

make_subject() {
    umask 022
    copy_plugins
    mkdir -p "$WORK/certs" "$STARTS/apply"
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=scm1.example.com" \
        -addext "subjectAltName=DNS:scm1.example.com" -keyout "$WORK/key" \
        -out "$WORK/certs/scm1.crt" 2>/dev/null
    make_tree "$STARTS/apply/tree"
    make_configs
}

# The command line of a run: words apply, rollback or recover.
command_line() {
    CMD=("$TFHOOK" --plugin-dir "$WORK/plugins" --state-dir "$NOW/state")
    [ "$1" != apply ] || CMD+=(-c "$WORK/crash.ini")
    CMD+=("$1")
}

# Run it without interference: status in STATUS, what it says in $WORK/out and $WORK/err.
tfhook() {
    STATUS=0
    "$TFHOOK" --plugin-dir "$WORK/plugins" --state-dir "$NOW/state" "$@" \
        >"$WORK/out.next" 2>"$WORK/err.next" </dev/null || STATUS=$?
}

from_start() {
    fresh_medium
    cp -a "$STARTS/$1/." "$NOW"
}

keep_start() {
    rm -rf "${STARTS:?}/$1"
    cp -a "$NOW" "$STARTS/$1"
}

must_be() {
    ask differences tree "$1"
    [ -z "$ANSWER" ] || die "$2: $ANSWER"
}

# The two trees that may be: `old` as made, `new` as an apply makes it.
learn_trees() {
    from_start apply
    ask learn old
    tfhook -c "$WORK/crash.ini" apply
    [ "$STATUS" -eq 0 ] || die "apply fails: $(cat "$WORK/err.next")"
    ask learn new
    keep_start rollback
    tfhook rollback
    [ "$STATUS" -eq 0 ] || die "rollback fails: $(cat "$WORK/err.next")"
    must_be old "a rollback does not give the old tree"
    from_start apply
    tfhook -c "$WORK/crash.ini" apply
    must_be new "two applies do not give the same tree"
}
