#!/usr/bin/env bats
# What the release f54454d left in a state directory is recovered and rolled back by this one: open,
# stuck and done transactions, the notes of plugins, conflict copies. fixtures/f54454d/README.md says what
# each site is.

load helper
load upgrade

setup() {
    [ "$(id -u)" -eq 0 ] || skip "needs root, for the owners of the files"
    common_setup
    mkdir "$T/plugins"
    cp "$TFHOOK_PLUGINS"/*.so "$TFHOOK_BUILD/plugins-test/fake.so" "$T/plugins"
    TFHOOK_PLUGINS=$T/plugins
}

teardown() {
    common_teardown
}

# A writer that changes one file of its own.
apply() {
    tfhook apply --plugin fake -o do=plan:write:/etc/mine:mine "$@"
}

MINE='f 644 0:0 etc/mine mine'

# How the files are after a writer that has settled everything first.
expect_before_and_mine() {
    expect_files "$(sed "/etc.removed/i $MINE" <<<"$BEFORE")"
}

@test "history lists what f54454d has done, left and undone" {
    lay_out "done"
    tfhook history
    expect_status 0
    grep -Eq '^ +1  done +2026-.*  apply  by root on app1$' "$T/out"
    grep -Eq '^ +2  undone +2026-.*  apply  by root on app1$' "$T/out"
    expect_output "trust: write /pki/store.jks"
    expect_output "+ POSTGRES_SSL_CERT_FILE=/ssl/db1.crt"
    expect_output "told: remove /etc/removed"
    local site state
    for site in half:open prep:prep stuck:stuck late:open; do
        lay_out "${site%:*}"
        tfhook history --json
        expect_status 0
        [[ $output == *"\"seq\":1,\"state\":\"${site#*:}\""*"/etc/replaced"* ]] || fail "$site"
    done
}

@test "an open transaction is undone by the next writer" {
    lay_out half
    apply
    expect_status 0
    expect_output "transaction 1 was interrupted; its changes were undone: /srv/made, "
    expect_before_and_mine
    expect_phase 000001.undone
    expect_phase 000002.done
}

@test "an open transaction is closed as it is by recover --keep, and rolled back later" {
    lay_out half
    tfhook recover --keep 1
    expect_status 0
    [ "$(cat "$R/etc/replaced")" = new ]
    expect_phase 000001.done
    [ -z "$(find "$R" -name '.tfhook-*')" ]
    tfhook rollback 1
    expect_status 0
    expect_files "$BEFORE"
}

@test "what died before its first rename is cleaned up by the next writer" {
    lay_out prep
    apply
    expect_status 0
    expect_output "transaction 1 was interrupted before it changed anything; cleaned up"
    expect_before_and_mine
    expect_phase 000001.undone
}

# A writer is refused, by the path at fault, and changes nothing.
expect_stuck() {
    local before
    before=$(listing)
    apply
    expect_status 6
    expect_output "transaction 1 is stuck: /etc/replaced (it was changed by something else since)"
    expect_output "recover --restore 1"
    expect_output "recover --keep 1"
    expect_files "$before"
    expect_phase 000001.stuck
}

@test "a stuck transaction refuses every writer; recover --restore puts the old content back" {
    lay_out stuck
    expect_stuck
    tfhook recover --restore 1
    expect_status 0
    expect_files "$BEFORE"
    expect_phase 000001.undone
    expect_kept /etc/replaced 000001.undone/2.foreign.1 foreign
    apply
    expect_status 0
}

@test "a stuck transaction refuses every writer; recover --keep leaves the file as it is" {
    lay_out stuck
    expect_stuck
    tfhook recover --keep 1
    expect_status 0
    expect_files "$(sed 's/replaced old/replaced foreign/' <<<"$BEFORE")"
    expect_phase 000001.done
    apply
    expect_status 0
}

@test "a conflict copy that f54454d has kept is told of, and what it had still to keep is kept" {
    lay_out late
    tfhook recover
    expect_status 0
    expect_files "$BEFORE"
    expect_phase 000001.undone
    expect_kept /etc/replaced 000001.undone/0.foreign.1 $'old\nlate'
    expect_kept /etc/lines 000001.undone/1.foreign.1 $'a = 1\nk = old\nb = 2\nlate'
    [ "$(find "$STATE" -name '*.foreign.*' | wc -l)" -eq 2 ]
}

@test "a conflict copy is not pruned with what f54454d has undone" {
    local number
    lay_out "done"
    printf '[tfhook]\nkeep = 1\n[step told]\nplugin = fake\nhook = pre-stop\ndo =\n' >"$T/c.ini"
    printf '    %s\n' plan:write:/etc/mine:mine verify:fail:no >>"$T/c.ini"
    for number in 3 4; do
        tfhook -c "$T/c.ini" apply
        expect_status 1
        expect_phase "00000$number.undone"
    done
    [ ! -e "$STATE/transactions/000003.undone" ]
    [ "$(cat "$STATE/transactions/000002.undone/0.foreign.1")" = $'a = 1\nk = old\nb = 2\nlate' ]
}

OPTIONS=opt/collabnet/teamforge/etc/site-options.conf

aliases() {
    keytool -list -keystore "$R/pki/$1" -storepass changeit 2>/dev/null | sed -n 's/, .*Entry.*//p' | sort
}

@test "a done transaction is rolled back: every byte, mode and owner, and lines as lines" {
    lay_out "done"
    local backups=$STATE/transactions/000001.done jks p12
    jks=$(sha "$backups/4.old") p12=$(sha "$backups/5.old")
    sed -i '/OBFUSCATION/a PROVISIONED=today' "$R/$OPTIONS"
    tfhook rollback 1
    expect_status 0
    expect_files "$BEFORE"
    [ "$(sha "$R/pki/store.jks") $(sha "$R/pki/store.p12")" = "$jks $p12" ]
    [ "$(aliases store.jks) $(aliases store.p12)" = "site site" ]
    [ "$(stat -c '%a %u:%g' "$R/pki/store.jks" "$R/pki/store.p12")" = $'664 1234:2345\n644 0:0' ]
    [ "$(cat "$R/$OPTIONS")" = '# the site
app1:SERVICES = ctfcore etl search
db1:SERVICES = ctfcore-database ctfcore-datamart
OBFUSCATION_KEY=s3cr3t
PROVISIONED=today
DATABASE_SSL = off' ]
    [ "$(stat -c '%a %u:%g' "$R/$OPTIONS")" = "600 1235:2346" ]
    [ ! -e "$STATE/certs" ]
    [ -z "$(find "$STATE/notes" -type f)" ]
    tfhook rollback 3
    expect_status 0
    [ "$(aliases store.jks)" = $'app1\napp2\nsite' ]
    [ "$(stat -c '%a %u:%g' "$R/srv/made/new")" = "600 0:0" ]
    grep -qx 'POSTGRES_SSL_KEY_FILE=/ssl/db1.key' "$R/$OPTIONS"
}

@test "a rollback refuses a file that was changed since, and --skip leaves it out" {
    lay_out "done"
    echo mine >"$R/etc/replaced"
    tfhook rollback 1
    expect_status 1
    expect_output /etc/replaced
    [ "$(aliases store.jks)" = $'app1\napp2\nsite' ]
    tfhook rollback 1 --skip /etc/replaced
    expect_status 0
    [ "$(aliases store.jks)" = site ]
    [ "$(cat "$R/etc/replaced")" = mine ]
}

# An import of the certificates that are kept, into both stores.
import() {
    tfhook apply --plugin jks-import -o keystore=/pki/store.jks,/pki/store.p12
}

@test "an alias that f54454d has added is renewed, another's is not" {
    lay_out "done"
    import
    expect_status 0
    expect_output "all of them trusted already"
    make_leaf elsewhere.example.com "$STATE/certs/app1.crt" "$T/key"
    import
    expect_status 0
    local store print
    print=$(openssl x509 -in "$STATE/certs/app1.crt" -noout -fingerprint -sha256 | cut -d= -f2)
    for store in store.jks store.p12; do
        keytool -list -keystore "$R/pki/$store" -storepass changeit -alias app1 2>/dev/null |
            grep -q "$print" || fail "$store"
    done
    make_leaf third.example.com "$STATE/certs/site.crt" "$T/key"
    import
    expect_status 1
    expect_output "site"
    expect_output "on-conflict"
}

@test "a server that f54454d has pinned at its first use may not present another certificate" {
    lay_out "done"
    local port
    port=$(free_port)
    make_leaf app2.example.com "$T/app2.crt" "$T/app2.key"
    start openssl s_server -accept "127.0.0.1:$port" -cert "$T/app2.crt" -key "$T/app2.key" -quiet
    wait_port "$port"
    # It is on another port here.
    sed -i "s/:1 /:$port /" "$STATE/notes/cert-collect/pins"
    tfhook apply --plugin cert-collect -o "source=tls://127.0.0.1:$port as app2" -o trust-first-use=yes
    expect_status 1
    expect_output "it is not the one of the first use (SHA-256 $(grep -o '[0-9a-f]*$' "$STATE/notes/cert-collect/pins"))"
}
