#!/usr/bin/env bats
# A store that the system makes: laid out as on RHEL below --root, and made anew by the real tool that
# update-ca-trust calls, p11-kit's trust.
load helper
load jks_import_helper

ANCHORS=etc/pki/ca-trust/source/anchors
STORE=etc/pki/ca-trust/extracted/java/cacerts

# One authority of the system, and a JDK whose store is the system's.
make_system() {
    R=$T/root
    mkdir -p "$R/$ANCHORS" "$R/${STORE%/*}" "$R/etc/pki/java" "$R/certs" \
        "$R/usr/lib/jvm/jdk/lib/security" "$R/usr/lib/jvm/jdk/bin"
    ln -s ../ca-trust/extracted/java/cacerts "$R/etc/pki/java/cacerts"
    ln -s /etc/pki/java/cacerts "$R/usr/lib/jvm/jdk/lib/security/cacerts"
    touch "$R/usr/lib/jvm/jdk/bin/java"
    make_cert system "$R/$ANCHORS/system.pem" "$T/key"
    make_cert site-ca "$R/certs/site-ca.crt" "$T/key"
    make_leaf scm1 "$R/certs/scm1.crt" "$T/key"
    update_ca_trust
}

# As update-ca-trust does it, with the sources of this root. In a chroot the propagation of mounts cannot
# be changed, so what was mounted is unmounted in any case.
update_ca_trust() {
    local propagation=private config=/usr/share/p11-kit/modules/p11-kit-trust.module
    command -v trust >/dev/null || skip "p11-kit is not here"
    {
        printf 'module: p11-kit-trust.so\npriority: 1\ntrust-policy: yes\n'
        printf "x-init-reserved: paths='%s'\n" "$R/etc/pki/ca-trust/source"
    } >"$T/module"
    unshare --mount --propagation private true 2>/dev/null || propagation=unchanged
    unshare --mount --propagation $propagation true 2>/dev/null || skip "nothing can be mounted here"
    # shellcheck disable=SC2016 # the inner shell expands them
    unshare --mount --propagation $propagation bash -c '
        mount --bind "$1" "$2"
        trust extract --format=java-cacerts --filter=ca-anchors --purpose=server-auth --overwrite "$3"
        status=$?
        umount "$2"
        exit $status' - "$T/module" "$config" "$R/$STORE"
}

site() {
    local command=$1
    shift
    jks "$command" --root "$R" -o certificates=/certs -o java-home=/usr/lib/jvm/jdk "$@"
}

trusts() {
    keytool -list -v -keystore "$R/$STORE" -storepass changeit 2>/dev/null | grep -q "$(fingerprint "$1")"
}

@test "a CA of ours survives the making anew of the system's store, a server's certificate is imported again" {
    make_system
    site apply
    expect_status 0
    expect_output "create /$ANCHORS/tfhook-site-ca.pem"
    expect_output "with CA certificates alone, and then it has not got scm1 any more"
    trusts "$R/certs/site-ca.crt"
    trusts "$R/certs/scm1.crt"
    trusts "$R/$ANCHORS/system.pem"
    [ ! -e "$R/$ANCHORS/tfhook-scm1.pem" ]
    site plan --detailed-exitcode
    expect_status 0
    update_ca_trust
    trusts "$R/certs/site-ca.crt"
    if trusts "$R/certs/scm1.crt"; then fail "it keeps what is no CA"; fi
    site verify
    expect_status 5
    expect_output "scm1 in"
    site apply
    expect_status 0
    expect_output "1 to add"
    trusts "$R/certs/scm1.crt"
}

@test "an alias that is to go takes its anchor along, and so does a rollback" {
    make_system
    cp "$R/$STORE" "$T/before"
    site apply
    tfhook --root "$R" rollback
    expect_status 0
    cmp "$T/before" "$R/$STORE"
    [ ! -e "$R/$ANCHORS/tfhook-site-ca.pem" ]
    site apply
    rm "$R/certs/site-ca.crt"
    site apply -o aliases-absent=site-ca
    expect_status 0
    expect_output "run update-ca-trust"
    [ ! -e "$R/$ANCHORS/tfhook-site-ca.pem" ]
    update_ca_trust
    [ "$(keytool -list -keystore "$R/$STORE" -storepass changeit 2>/dev/null | grep -c site-ca)" -eq 0 ]
    site plan --detailed-exitcode -o aliases-absent=site-ca
    expect_status 10
}
