#!/bin/bash
# The main job of tfhook, from end to end, on a demo site of real parts: a JDK with its trust store,
# two HTTPS servers, PostgreSQL. Only the `teamforge` command is a stand-in, and says so.
#
#   examples/demo.sh          installs what it needs (apt or dnf), builds, shows; status 0 at the end
#   examples/demo.sh --keep   leaves the demo site's folder and tells where
#
# Every expectation is checked: the first that does not hold ends the demo with status 1. Nothing
# outside its own scratch directory is changed but build/demo and, where missing, packages.
# TFHOOK_BUILD names a folder with tfhook built in it, to show that instead.
set -eu
umask 022

here=$(cd "$(dirname "$0")" && pwd)
keep=no

case ${1:-} in
'') ;;
--keep) keep=yes ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    [ "$1" = --help ] || [ "$1" = -h ] || exit 2
    exit 0
    ;;
esac
if [ "$(id -u)" -ne 0 ]; then
    echo 'demo.sh: run it as root: it starts PostgreSQL as its own user, as administrators do' >&2
    exit 2
fi
# A name of its own for the demo's host, where the kernel lets us.
rename='echo app1 >/proc/sys/kernel/hostname'
if [ -z "${TFHOOK_DEMO_HOST:-}" ] && unshare --uts sh -c "$rename" 2>/dev/null; then
    TFHOOK_DEMO_HOST=app1 exec unshare --uts sh -c "$rename"' && exec "$@"' sh bash "$0" "$@"
fi

caption() {
    printf '\n\033[1m== %s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b[^m]*m//g'; fi
}

build() {
    "$here/../tests/packages.sh" build demo
    [ -z "${TFHOOK_BUILD:-}" ] || return 0
    TFHOOK_BUILD=$here/../build/demo
    mkdir -p "$TFHOOK_BUILD"
    { cmake -S "$here/.." -B "$TFHOOK_BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DTFHOOK_TESTS=OFF && cmake --build "$TFHOOK_BUILD"; } >"$TFHOOK_BUILD/demo.log" 2>&1 ||
        { cat "$TFHOOK_BUILD/demo.log"; exit 1; }
}

# As `set -e` does not tell what failed.
expect() {
    "$@" || die "does not hold: $*"
}

# tfhook STATUS ARGUMENTS...: run it on the demo site, show it, expect STATUS.
tfhook() {
    local wanted=$1 got=0
    shift
    echo "\$ tfhook -c tfhook.ini --root site $*"
    "$TFHOOK_BUILD/tfhook" -c "$scratch/tfhook.ini" --root "$root" --plugin-dir "$plugins" "$@" \
        </dev/null >"$scratch/last" 2>&1 || got=$?
    tee -a "$scratch/all" <"$scratch/last"
    [ "$got" -eq "$wanted" ] || die "tfhook $1 ended with status $got, not $wanted"
}

shows() {
    grep -qF -- "$1" "$scratch/last" || die "tfhook did not show '$1'"
}

# java_connects STATUS: the same JVM, the same program, before and after.
java_connects() {
    local got=0
    echo '$ java Connect'
    "$java" -cp "$classes" Connect "$host=https://localhost:$app_port/" \
        "scm1=https://localhost:$scm1_port/" >"$scratch/last" 2>&1 || got=$?
    cat "$scratch/last"
    [ "$got" -eq "$1" ] || die "java ended with status $got, not $1"
}

sha() {
    sha256sum "$1" | cut -d' ' -f1
}

# The certificate that PostgreSQL serves after its SSLRequest; empty when it refuses TLS.
postgres_serves() {
    openssl s_client -starttls postgres -connect "127.0.0.1:$pg_port" </dev/null 2>/dev/null |
        openssl x509 -outform DER 2>/dev/null | sha256sum | cut -d' ' -f1
}

started=$SECONDS
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tfhook-demo.XXXXXX")
root=$scratch/site
# shellcheck source=examples/demo/ground.sh
. "$here/demo/ground.sh"
trap take_down EXIT
trap 'exit 130' INT TERM HUP
chmod 755 "$scratch"

caption 'Packages and build'
build
# As root, tfhook loads no plugin from a folder that someone else can write: a user's checkout, say.
plugins=$scratch/plugins
mkdir -m 755 "$plugins"
install -m 644 "$TFHOOK_BUILD"/plugins-built/*.so "$plugins"
echo "built in $((SECONDS - started)) s"

caption 'A demo site: real java, two real HTTPS servers, real PostgreSQL; teamforge is a STAND-IN'
make_site
store_before=$(sha "$store")
cp "$site_options" "$scratch/site-options.before"
echo "$host  application server, certificate in etc/httpd/conf/ssl.crt/server.crt"
echo 'scm1  source code server, certificate only to be had by TLS handshake; its pin is known'
echo 'db1   database server, TLS off'
expect [ "$(postgres_serves)" != "$(fingerprint "$root/var/ops/ssl/db1.crt")" ]

caption 'Before: java does not trust the site (PKIX)'
java_connects 1
expect [ "$(grep -c 'FAILED: .*PKIX path' "$scratch/last")" -eq 2 ]

caption 'Is the configuration in order?'
tfhook 0 check
shows 'ok        collect'

caption 'What would change? Nothing is written yet'
tfhook 10 plan --detailed-exitcode
for word in "$host" scm1 db1 CN=scm1 DATABASE_SSL=on POSTGRES_SSL_CERT_FILE=/var/ops/ssl/db1.crt \
    POSTGRES_SSL_KEY_FILE=/var/ops/ssl/db1.key "$(fingerprint "$scratch/scm1/server.crt")"; do
    shows "$word"
done
expect [ "$(sha "$store")" = "$store_before" ]

caption 'Deploy: stop, collect, trust, tokens, provision (STAND-IN), verify, restart'
tfhook 0 deploy --yes
expect [ "$(sha "$store")" != "$store_before" ]

caption 'Is it proved?'
tfhook 0 verify

caption 'The same java connects'
java_connects 0

caption 'PostgreSQL answers TLS, with the certificate of the tokens'
grep '^ssl' "$root$pg_data/postgresql.conf"
expect [ "$(postgres_serves)" = "$(fingerprint "$root/var/ops/ssl/db1.crt")" ]
echo "served: sha256:$(postgres_serves)"

caption 'A second plan has nothing to do'
tfhook 0 plan --detailed-exitcode

caption 'scm1 renews its certificate: java fails again, and the old pin does not hold'
renew_scm1
java_connects 1
tfhook 1 plan
shows "$(fingerprint "$scratch/scm1/server.crt")"

caption 'The administrator compares the fingerprint on scm1, writes the new pin, and applies'
write_config
tfhook 10 plan --detailed-exitcode
tfhook 0 apply --yes
echo '$ teamforge restart -s jboss'
"$root/usr/bin/teamforge" restart -s jboss
java_connects 0

caption 'Everything back, transaction by transaction, newest first'
auto_data=$(grep '^AUTO_DATA=' "$site_options")
tfhook 0 history
for transaction in 3 2 1; do
    tfhook 0 rollback --yes
    shows "Rolling back transaction $transaction "
done
expect [ "$(sha "$store")" = "$store_before" ]
echo "trust store: sha256 $(sha "$store"), every byte as before"
expect [ "$(grep '^AUTO_DATA=' "$site_options")" = "$auto_data" ]
# All but AUTO_DATA, which provisioning wrote after tfhook's lines.
expect [ "$(grep -v '^AUTO_DATA=' "$site_options")" = \
    "$(grep -v '^AUTO_DATA=' "$scratch/site-options.before")" ]
echo 'site-options.conf: our lines are gone, AUTO_DATA is kept'
java_connects 1

caption 'Was anything secret shown?'
expect [ "$(grep -c -e DEMO-SECRET -e "$auto_data" "$scratch/all")" -eq 0 ]
echo "no; all of it done in $((SECONDS - started)) s"
