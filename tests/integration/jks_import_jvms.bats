# Which stores jks-import finds: homes, links, processes.
load helper
load jks_import_helper

# A JVM's home below $T/root; its program is a stand-in, as none is started.
make_home() {
    mkdir -p "$T/root$1/bin" "$T/root$1/${2:-}lib/security" "$T/root/var"
    cp /bin/true "$T/root$1/bin/java"
}

auto() {
    local command=$1
    shift
    tfhook --root "$T/root" "$command" --plugin jks-import -o certificates=/certs "$@"
}

@test "auto takes the default java's store behind all links and leaves the links" {
    make_home /usr/lib/jvm/jdk-11
    mkdir -p "$T/root/usr/bin" "$T/root/etc/alternatives" "$T/root/etc/pki/java" "$T/root/certs"
    ln -s /etc/alternatives/java "$T/root/usr/bin/java"
    ln -s /usr/lib/jvm/jdk-11/bin/java "$T/root/etc/alternatives/java"
    ln -s /etc/pki/java/cacerts "$T/root/usr/lib/jvm/jdk-11/lib/security/cacerts"
    cp "$DATA/plain.jks" "$T/root/etc/pki/java/cacerts"
    cp "$DATA/c.der" "$T/root/certs/scm1.crt"
    auto apply
    expect_status 0
    expect_output "/etc/pki/java/cacerts"
    expect_output "read by /usr/lib/jvm/jdk-11, as lib/security/cacerts"
    [ -L "$T/root/usr/lib/jvm/jdk-11/lib/security/cacerts" ]
    keytool -list -alias scm1 -keystore "$T/root/etc/pki/java/cacerts" -storepass changeit
}

@test "jssecacerts comes before cacerts" {
    make_home /opt/jdk
    cp "$DATA/plain.jks" "$T/root/opt/jdk/lib/security/cacerts"
    cp "$DATA/plain.jks" "$T/root/opt/jdk/lib/security/jssecacerts"
    mkdir "$T/root/certs"
    cp "$DATA/c.der" "$T/root/certs/scm1.crt"
    auto apply -o java-home=/opt/jdk
    expect_status 0
    keytool -list -alias scm1 -keystore "$T/root/opt/jdk/lib/security/jssecacerts" -storepass changeit
    cmp "$DATA/plain.jks" "$T/root/opt/jdk/lib/security/cacerts"
}

@test "a JDK 8 has its store below jre" {
    make_home /usr/java/jdk1.8 jre/
    cp "$DATA/plain.jks" "$T/root/usr/java/jdk1.8/jre/lib/security/cacerts"
    mkdir "$T/root/certs"
    cp "$DATA/c.der" "$T/root/certs/scm1.crt"
    auto apply -o java-home=/usr/java/jdk1.8
    expect_status 0
    expect_output "read by /usr/java/jdk1.8/jre, as"
    keytool -list -alias scm1 -keystore "$T/root/usr/java/jdk1.8/jre/lib/security/cacerts" -storepass changeit
}

@test "JVMs that share one store are all named, and it is written once" {
    local home
    mkdir -p "$T/root/etc/pki/ca-trust/extracted/java" "$T/root/certs"
    cp "$DATA/plain.jks" "$T/root/etc/pki/ca-trust/extracted/java/cacerts"
    for home in /usr/lib/jvm/jdk-11 /usr/lib/jvm/jdk-17; do
        make_home $home
        ln -s /etc/pki/ca-trust/extracted/java/cacerts "$T/root$home/lib/security/cacerts"
    done
    ln -s jdk-17 "$T/root/usr/lib/jvm/default"
    make_home /opt/java/other
    cp "$DATA/plain.jks" "$T/root/opt/java/other/lib/security/cacerts"
    cp "$DATA/c.der" "$T/root/certs/scm1.crt"
    auto plan -o java-home=all
    expect_status 0
    expect_output "1 certificate in 2 stores, 2 to add"
    expect_output "read by /usr/lib/jvm/jdk-11"
    expect_output "read by /usr/lib/jvm/jdk-17"
    expect_output "read by /opt/java/other"
    expect_output "create /etc/pki/ca-trust/source/anchors/tfhook-scm1.pem"
    auto plan -o java-home=/usr/lib/jvm/jdk-11
    expect_output "1 certificate in 1 store, 1 to add"
    expect_output "read by /usr/lib/jvm/jdk-17"
}

@test "all has the JVMs of the alternatives, wherever they are" {
    make_home /srv/jdk-11
    make_home /srv/jdk-17
    mkdir -p "$T/root/certs" "$T/root/var/lib/dpkg/alternatives" "$T/root/var/lib/alternatives"
    cp "$DATA/plain.jks" "$T/root/srv/jdk-11/lib/security/cacerts"
    cp "$DATA/plain.jks" "$T/root/srv/jdk-17/lib/security/cacerts"
    cp "$DATA/c.der" "$T/root/certs/scm1.crt"
    printf '%s\n' auto /usr/bin/java jre_1.8 '' /srv/jdk-11/bin/java 11 /srv/gone/bin/java 8 \
        >"$T/root/var/lib/alternatives/java"
    printf '%s\n' auto /usr/bin/java '' /srv/jdk-17/bin/java 1711 '' \
        >"$T/root/var/lib/dpkg/alternatives/java"
    auto plan -o java-home=all
    expect_status 0
    expect_output "1 certificate in 2 stores, 2 to add"
    expect_output "read by /srv/jdk-11, as"
    expect_output "read by /srv/jdk-17, as"
}

@test "no JVM, and a home without a store, are failures that say what to set" {
    mkdir -p "$T/root/certs"
    cp "$DATA/c.der" "$T/root/certs/scm1.crt"
    auto plan
    expect_status 1
    expect_output "set java-home or keystore"
    make_home /opt/jdk
    auto plan -o java-home=/opt/jdk
    expect_status 1
    expect_output "/opt/jdk/lib/security/cacerts: this JVM has no trust store"
    auto plan -o java-home=/opt/none
    expect_status 1
    expect_output "/opt/none: no Java home"
}

@test "a JVM that cannot load the form of its store is a finding" {
    make_home /opt/jdk
    mkdir -p "$T/root/opt/jdk/conf/security" "$T/root/certs"
    printf 'keystore.type=pkcs12\nkeystore.type.compat=false\n' >"$T/root/opt/jdk/conf/security/java.security"
    cp "$DATA/plain.jks" "$T/root/opt/jdk/lib/security/cacerts"
    cp "$DATA/a.der" "$T/root/certs/a.crt"
    auto verify -o java-home=/opt/jdk
    expect_status 5
    expect_output "jks-import.loadable"
    expect_output "it takes PKCS#12 only"
    cp "$DATA/plain.p12" "$T/root/opt/jdk/lib/security/cacerts"
    auto verify -o java-home=/opt/jdk
    expect_status 0
}

# Only plans: on this host other JVMs may run.

@test "the store of TeamForge's running JVM is found by its command line or environment" {
    compile_tls
    cp "$DATA/plain.jks" "$T/store"
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    start java -Djavax.net.ssl.trustStore="$T/store" -cp "$T:/opt/collabnet/none" Tls wait
    local pid=${STARTED[-1]}
    for _ in $(seq 50); do
        grep -q trustStore "/proc/$pid/cmdline" && break
        sleep 0.1
    done
    jks plan -o certificates="$T/certs"
    expect_status 0
    expect_output "$T/store"
    expect_output "read by process $pid (Tls of TeamForge, "
    expect_output "as its -Djavax.net.ssl.trustStore"
    expect_output "restart JBoss"
    cp "$DATA/plain.jks" "$T/store2"
    start env JAVA_TOOL_OPTIONS="-Xmx64m -Djavax.net.ssl.trustStore=$T/store2" \
        java -cp "$T:/opt/collabnet/none" Tls wait
    pid=${STARTED[-1]}
    for _ in $(seq 50); do
        [[ "$(readlink "/proc/$pid/exe")" == */java ]] && break
        sleep 0.1
    done
    jks plan -o certificates="$T/certs"
    expect_status 0
    expect_output "$T/store2"
    expect_output "read by process $pid (Tls of TeamForge, "
}

# A program and a store for a JVM of another user: $java, $T/theirs.
their_store() {
    compile_tls
    chmod -R a+rX "$T"
    cp "$DATA/plain.jks" "$T/theirs"
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    java=$(readlink -f "$(command -v java)")
}

@test "what another user's process says does not count" {
    [ "$(id -u)" -eq 0 ] || skip "needs root to become another user"
    their_store
    start setpriv --reuid=65534 --regid=65534 --clear-groups "$java" \
        -Djavax.net.ssl.trustStore="$T/theirs" -cp "$T:/opt/collabnet/none" Tls wait
    local pid=${STARTED[-1]}
    for _ in $(seq 50); do
        [[ "$(readlink "/proc/$pid/exe")" == */java ]] && break
        sleep 0.1
    done
    jks plan -o certificates="$T/certs" -o java-home=all
    expect_status 0
    expect_output "process $pid ($java of user 65534) looks like TeamForge's"
    refuse_output "$T/theirs"
}

@test "what a process of TeamForge's own user says counts, but not where all can write" {
    unshare -m true 2>/dev/null || skip "needs root and a mount namespace for a TeamForge of its own"
    their_store
    # A TeamForge that has a directory of that user, in a mount namespace.
    cat >"$T/beside" <<SH
#!/bin/bash
mkdir -p "$T/opt/collabnet/teamforge/var/search" && mount --bind "$T/opt" /opt || exit 99
chown 65534 /opt/collabnet/teamforge/var/search
chmod "\$(cat "$T/mode")" /opt/collabnet/teamforge/var
setpriv --reuid=65534 --regid=65534 --clear-groups "$java" \
    -Djavax.net.ssl.trustStore="$T/theirs" -cp "$T:/opt/collabnet/none" Tls wait >/dev/null 2>&1 &
for _ in \$(seq 50); do
    [[ "\$(readlink "/proc/\$!/exe")" == */java ]] && break
    sleep 0.1
done
"$TFHOOK" "\$@"
status=\$?
kill \$!
exit \$status
SH
    printf '#!/bin/sh\nexec unshare -m "%s" "$@"\n' "$T/beside" >"$T/inside"
    chmod +x "$T/beside" "$T/inside"
    echo 755 >"$T/mode"
    TFHOOK=$T/inside jks plan -o certificates="$T/certs"
    expect_status 0
    expect_output "change $T/theirs"
    expect_output "(Tls of TeamForge, "
    echo 1777 >"$T/mode"
    TFHOOK=$T/inside jks plan -o certificates="$T/certs"
    refuse_output "$T/theirs"
    expect_output "looks like TeamForge's"
}

@test "a file of arguments and _JAVA_OPTIONS are read, and the last word is Java's own" {
    local way
    compile_tls
    cp "$DATA/c.der" "$T/certs/scm1.crt"
    for way in file last application none; do
        cp "$DATA/plain.jks" "$T/$way"
    done
    printf '%s\n' "#-Djavax.net.ssl.trustStore=$T/none" "-Djavax.net.ssl.trustStore='$T/file'" \
        >"$T/arguments"
    start java "@$T/arguments" -cp "$T:/opt/collabnet/none" Tls wait
    local file=${STARTED[-1]}
    start env _JAVA_OPTIONS="-Djavax.net.ssl.trustStore=$T/last" \
        java -Djavax.net.ssl.trustStore="$T/none" -cp "$T:/opt/collabnet/none" Tls wait
    local last=${STARTED[-1]}
    start java -cp "$T:/opt/collabnet/none" Tls wait -Djavax.net.ssl.trustStore="$T/application"
    for _ in $(seq 50); do
        [[ "$(readlink "/proc/$last/exe")" == */java ]] && break
        sleep 0.1
    done
    jks plan -o certificates="$T/certs"
    expect_status 0
    [ "$(grep -c "read by process" "$T/out")" -ge 3 ]
    grep -A3 "^ *change $T/file" "$T/out" | grep "read by process $file "
    grep -A3 "^ *change $T/last" "$T/out" | grep "read by process $last "
    refuse_output "$T/none"
    refuse_output "$T/application"
}

@test "a JVM that TeamForge is to start has the store of its token" {
    make_home /usr/lib/jvm/jdk-11
    mkdir -p "$T/root/usr/bin" "$T/root/certs" "$T/root/etc"
    ln -s /usr/lib/jvm/jdk-11/bin/java "$T/root/usr/bin/java"
    cp "$DATA/plain.jks" "$T/root/usr/lib/jvm/jdk-11/lib/security/cacerts"
    cp "$DATA/plain.jks" "$T/root/etc/own"
    cp "$DATA/c.der" "$T/root/certs/scm1.crt"
    cat >"$T/root/etc/site-options.conf" <<'CONF'
#A_JAVA_OPTS=-Djavax.net.ssl.trustStore=/etc/none
JBOSS_JAVA_OPTS=-Xmx1g -Djavax.net.ssl.trustStore=/etc/own -Djavax.net.ssl.trustStorePassword=s3cret
ETL_JAVA_OPTS=-Xmx2g
GONE_JAVA_OPTS=-Djavax.net.ssl.trustStore=/etc/gone
CONF
    auto plan -o site-options=/etc/site-options.conf
    expect_status 0
    expect_output "1 certificate in 2 stores, 2 to add"
    expect_output "read by the JVM of JBOSS_JAVA_OPTS, as its -Djavax.net.ssl.trustStore"
    expect_output "read by /usr/lib/jvm/jdk-11, as lib/security/cacerts"
    expect_output "GONE_JAVA_OPTS: its -Djavax.net.ssl.trustStore=/etc/gone is no file here"
    expect_output "read by the JVM of GONE_JAVA_OPTS, as lib/security/cacerts"
    refuse_output s3cret
    refuse_output ETL_JAVA_OPTS
    auto apply -o site-options=/etc/site-options.conf
    keytool -list -alias scm1 -keystore "$T/root/etc/own" -storepass changeit
    tfhook --root "$T/root" verify --plugin verify -o checks=store -o certificates=/certs \
        -o site-options=/etc/site-options.conf
    expect_output "loaded by the JVM of JBOSS_JAVA_OPTS"
    # A file that does not parse is told, and the rest is done.
    echo 'X=START_MULTILINE_BLOCK' >>"$T/root/etc/site-options.conf"
    auto plan -o site-options=/etc/site-options.conf
    expect_status 0
    expect_output "the trust stores that its *_JAVA_OPTS may name are not known"
    expect_output "1 certificate in 1 store"
}

@test "a home that is found in more than one way is named once" {
    make_home /usr/lib/jvm/jdk-11
    mkdir -p "$T/root/usr/bin" "$T/root/var/lib/dpkg/alternatives" "$T/root/certs"
    ln -s /usr/lib/jvm/jdk-11/bin/java "$T/root/usr/bin/java"
    ln -s jdk-11 "$T/root/usr/lib/jvm/default-java"
    printf '%s\n' auto /usr/bin/java '' /usr/lib/jvm/jdk-11/bin/java 1111 '' \
        >"$T/root/var/lib/dpkg/alternatives/java"
    cp "$DATA/plain.jks" "$T/root/usr/lib/jvm/jdk-11/lib/security/cacerts"
    cp "$DATA/c.der" "$T/root/certs/scm1.crt"
    tfhook --root "$T/root" apply --plugin jks-import -o certificates=/certs -o java-home=all
    expect_status 0
    [ "$(grep -c 'read by /usr/lib/jvm/jdk-11, as' "$T/out")" -eq 1 ] || fail "not once"
}
