#!/usr/bin/env bats
# The plugin verify against the real thing: PostgreSQL in the states that lie, TLS servers of
# openssl, copies of the JDK's own trust store, a running JVM.
load helper

setup_file() {
    SHARED=$(mktemp -d /tmp/tfhook-verify.XXXXXX)
    export SHARED
    chmod 755 "$SHARED"
    PGBIN=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
    export PGBIN
    JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
    export JAVA_HOME
    KEYS_USED=100 # none that a test has
    make_cert localhost "$SHARED/db1.crt" "$SHARED/db1.key"
    make_cert localhost "$SHARED/other.crt" "$SHARED/other.key"
}

teardown_file() {
    rm -rf "$SHARED"
}

# The test's scratch directory must be open to the user postgres.
setup() {
    common_setup
    chmod 755 "$T"
    PORT=
    mkdir "$T/certs" "$T/ssl"
    cp "$JAVA_HOME/lib/security/cacerts" "$T/cacerts"
    chmod 644 "$T/cacerts"
}

teardown() {
    [ -z "$PORT" ] || as_postgres "$PGBIN/pg_ctl" -D "$T/pg/data" -m immediate stop >/dev/null 2>&1
    common_teardown
}

as_postgres() {
    setpriv --reuid=postgres --regid=postgres --clear-groups env LC_ALL=C "$@"
}

# verify CHECK [option...]: one check of the scratch site
verify() {
    local check=$1
    shift
    tfhook verify --plugin verify -o checks="$check" -o certificates="$T/certs" \
        -o keystore="$T/cacerts" -o site-options="$T/site-options.conf" "$@"
}

# The finding with this id must have this status and text: finding STATUS ID [TEXT]
finding() {
    local json
    json=$("$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" --json verify \
        --plugin verify -o checks="${2%%.*}" -o certificates="$T/certs" -o keystore="$T/cacerts" \
        -o site-options="$T/site-options.conf" "${OPTIONS[@]}" 2>/dev/null) || true
    output=$json
    perl -e '
        my ($status, $id, $text) = @ARGV;
        local $/; my $json = <STDIN>;
        my $found = 0;
        while ($json =~ /\{[^{}]*"id":\s*"\Q$id\E"[^{}]*\}/g) {
            my $one = $&;
            $found = 1 if $one =~ /"status":\s*"$status"/ && index($one, $text) >= 0;
        }
        exit !$found' "$1" "$2" "${3:-}" <<<"$json" || fail "no finding $2 with $1: ${3:-}"
}

postgres() {
    [ -n "$PGBIN" ] || skip "PostgreSQL is not installed"
    [ "$(id -u)" -eq 0 ] || skip "PostgreSQL does not run as this user"
    PORT=$(free_port)
    install -d -o postgres "$T/pg"
    new_pg_data "$PGBIN" "$T/pg/data"
    cp "$SHARED/db1.crt" "$SHARED/db1.key" "$T/ssl"
    chown postgres "$T/ssl/db1.key"
    cat >>"$T/pg/data/postgresql.conf" <<END
port = $PORT
listen_addresses = '127.0.0.1'
unix_socket_directories = '$T/pg'
fsync = off
ssl_cert_file = '$T/ssl/db1.crt'
ssl_key_file = '$T/ssl/db1.key'
END
    printf '%s\n' "$@" >>"$T/pg/data/postgresql.conf"
    as_postgres "$PGBIN/pg_ctl" -D "$T/pg/data" -w -l "$T/pg/log" start >/dev/null ||
        fail "PostgreSQL does not start: $(cat "$T/pg/log")"
    cat >"$T/site-options.conf" <<END
db1:SERVICES=ctfcore-database
app1:SERVICES=ctfcore
DATABASE_SSL=on
POSTGRES_SSL_CERT_FILE=$T/ssl/db1.crt
POSTGRES_SSL_KEY_FILE=$T/ssl/db1.key
ADMIN_PASSWORD=s3cr3t
OBFUSCATION_KEY=s3cr3t
END
    OPTIONS=(-o database="127.0.0.1:$PORT" -o data-directory="$T/pg/data")
}

hba() {
    printf '%s\n' "$@" >"$T/pg/data/pg_hba.conf"
    as_postgres "$PGBIN/pg_ctl" -D "$T/pg/data" reload >/dev/null
    sleep 0.5
}

# A server that answers the request for TLS with these bytes, whatever it is asked.
fake_postgres() {
    PORT_FAKE=$(free_port)
    start perl -e '
        use Socket;
        my ($port, $answer) = @ARGV;
        $answer =~ s/\\x(..)/chr(hex($1))/ge;
        socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
        setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
        bind($s, sockaddr_in($port, INADDR_LOOPBACK)) or die;
        listen($s, 16);
        while (accept(my $c, $s)) {
            sysread($c, my $request, 8) or next;
            syswrite($c, $answer);
            select(undef, undef, undef, 0.3);
            close $c;
        }' "$PORT_FAKE" "$1"
    wait_port "$PORT_FAKE"
    OPTIONS=(-o database="127.0.0.1:$PORT_FAKE")
}

# tls_server CRT KEY: an HTTPS server on $PORT_TLS
tls_server() {
    PORT_TLS=$(free_port)
    start openssl s_server -accept "127.0.0.1:$PORT_TLS" -cert "$1" -key "$2" -www -quiet \
        "${@:3}"
    wait_port "$PORT_TLS"
}

import() {
    keytool -importcert -noprompt -keystore "$T/cacerts" -storepass changeit -alias "$1" \
        -file "$2" 2>/dev/null
}

@test "postgres: TLS with the right certificate passes, clear text is a warning" {
    postgres "ssl = on"
    verify postgres "${OPTIONS[@]}"
    expect_status 0
    refuse_output s3cr3t
    finding pass postgres.answer
    finding pass postgres.handshake TLSv1
    finding pass postgres.served-certificate "$T/ssl/db1.crt"
    finding warn postgres.clear-text
    verify postgres "${OPTIONS[@]}" -o clear-text=fail
    expect_status 5
}

@test "postgres: ssl off is a failure, and the line that says so is named" {
    postgres "ssl = on" "#ssl = off" "ssl = off # for now"
    verify postgres "${OPTIONS[@]}"
    expect_status 5
    expect_output "$T/pg/data/postgresql.conf:"
    expect_output "ssl = off"
    finding fail postgres.answer
}

@test "postgres: postgresql.auto.conf beats postgresql.conf" {
    postgres "ssl = on"
    as_postgres "$PGBIN/psql" -h "$T/pg" -p "$PORT" -qc "alter system set ssl = off" postgres
    as_postgres "$PGBIN/pg_ctl" -D "$T/pg/data" reload >/dev/null
    sleep 0.5
    verify postgres "${OPTIONS[@]}"
    expect_status 5
    expect_output "postgresql.auto.conf:"
}

@test "postgres: a certificate that was replaced and not taken up is found" {
    postgres "ssl = on"
    cat "$SHARED/other.crt" >"$T/ssl/db1.crt"
    verify postgres "${OPTIONS[@]}"
    expect_status 5
    finding fail postgres.served-certificate "$T/ssl/db1.crt"
    # A reload with a key that does not match exits 0 and changes nothing.
    as_postgres "$PGBIN/pg_ctl" -D "$T/pg/data" reload >/dev/null
    sleep 0.5
    finding fail postgres.served-certificate "$T/ssl/db1.crt"
    cat "$SHARED/other.key" >"$T/ssl/db1.key"
    as_postgres "$PGBIN/pg_ctl" -D "$T/pg/data" reload >/dev/null
    sleep 0.5
    finding pass postgres.served-certificate
}

@test "postgres: hostssl refuses clear text, hostnossl takes it although the handshake passes" {
    postgres "ssl = on"
    hba "hostssl all all 127.0.0.1/32 scram-sha-256"
    finding pass postgres.clear-text
    finding pass postgres.login
    hba "hostnossl all all 127.0.0.1/32 trust"
    finding pass postgres.handshake
    finding warn postgres.clear-text
    finding warn postgres.login "in clear text"
    echo DATABASE_USERNAME=ctf >>"$T/site-options.conf"
    finding fail postgres.login "a login of ctf"
    hba "local all all trust"
    finding fail postgres.login
    finding skip postgres.clear-text
    hba "host all all 127.0.0.1/32 reject"
    finding fail postgres.login
}

@test "postgres: the collected copy stands in where the file is not readable" {
    postgres "ssl = on"
    sed -i "s,^POSTGRES_SSL_CERT_FILE=.*,POSTGRES_SSL_CERT_FILE=$T/ssl/gone.crt," \
        "$T/site-options.conf"
    OPTIONS=(-o database="localhost:$PORT")
    finding skip postgres.served-certificate
    cp "$SHARED/db1.crt" "$T/certs/localhost.crt"
    finding pass postgres.served-certificate "$T/certs/localhost.crt"
}

@test "postgres: each wrong answer has its own message, and its text is not shown" {
    fake_postgres N
    finding fail postgres.answer "ssl is off"
    fake_postgres SSHOWN
    finding fail postgres.answer "tampering"
    fake_postgres 'ESHOWN\x1b[31mSHOWN'
    finding fail postgres.answer
    refuse_output SHOWN
    fake_postgres 'HTTP/1.1 400 SHOWN'
    finding fail postgres.answer
    refuse_output SHOWN
    fake_postgres ''
    finding fail postgres.answer "closed"
    verify postgres "${OPTIONS[@]}"
    expect_status 5
}

@test "postgres: nobody listening fails" {
    OPTIONS=(-o database="127.0.0.1:$(free_port)")
    finding fail postgres.connect
}

@test "postgres: a single server has nothing to encrypt" {
    echo 'localhost:SERVICES=ctfcore ctfcore-database' >"$T/site-options.conf"
    verify postgres
    expect_status 0
    finding skip postgres.answer "not needed"
}

@test "servers: a server is trusted when its certificate is an entry, and which one is said" {
    tls_server "$SHARED/db1.crt" "$SHARED/db1.key"
    OPTIONS=(-o server="localhost:$PORT_TLS")
    verify servers "${OPTIONS[@]}"
    expect_status 5
    finding fail servers.trust "$T/cacerts"
    import scm1 "$SHARED/db1.crt"
    verify servers "${OPTIONS[@]}"
    expect_status 0
    finding pass servers.trust "entry scm1"
    finding pass servers.name
}

@test "servers: a chain that leads to an entry is trusted, by a CA only" {
    new_key "$T/leaf.key"
    openssl req -new -key "$T/leaf.key" -subj /CN=localhost -out "$T/leaf.csr" 2>/dev/null
    make_cert ca.example.com "$T/ca.crt" "$T/ca.key"
    openssl x509 -req -in "$T/leaf.csr" -CA "$T/ca.crt" -CAkey "$T/ca.key" -set_serial 7 -days 30 \
        -out "$T/leaf.crt" 2>/dev/null
    tls_server "$T/leaf.crt" "$T/leaf.key"
    OPTIONS=(-o server="localhost:$PORT_TLS")
    finding fail servers.trust
    import theca "$T/ca.crt"
    finding pass servers.trust "entry theca"
}

@test "servers: an expired certificate that the store holds is trusted, and still a failure" {
    openssl x509 -in "$SHARED/db1.crt" -signkey "$SHARED/db1.key" -days -1 -out "$T/old.crt" \
        2>/dev/null
    import scm1 "$T/old.crt"
    tls_server "$T/old.crt" "$SHARED/db1.key"
    OPTIONS=(-o server="localhost:$PORT_TLS")
    finding pass servers.trust
    finding fail servers.expiry "expired on"
}

@test "servers: what does not answer is a warning in scope local, for a peer" {
    OPTIONS=(-o server=nowhere9.invalid -o scope=local)
    finding warn servers.handshake
    OPTIONS=(-o server=nowhere9.invalid -o scope=all)
    finding fail servers.handshake
    OPTIONS=(-o server=nowhere9.invalid)
    finding fail servers.handshake
}

@test "servers: an alias that is no host's name is no failure, and the key server is named" {
    cp "$SHARED/db1.crt" "$T/certs/ip-10-0-0-1.crt"
    OPTIONS=(-o scope=all)
    finding warn servers.handshake "a guess from the alias"
    verify servers
    expect_status 0
    expect_output "server = host:port"
}

@test "servers: without a store that can be read nothing is trusted" {
    tls_server "$SHARED/db1.crt" "$SHARED/db1.key"
    OPTIONS=(-o server="localhost:$PORT_TLS")
    import scm1 "$SHARED/db1.crt"
    head -c 5000 "$T/cacerts" >"$T/cut" && mv "$T/cut" "$T/cacerts"
    finding fail servers.trust "cannot be judged: $T/cacerts"
    rm "$T/cacerts"
    finding fail servers.trust
}

@test "servers: a host of databases alone is not asked for its web server" {
    printf 'db9:SERVICES=ctfcore-database\napp9:SERVICES=ctfcore\n' >"$T/site-options.conf"
    cp "$SHARED/db1.crt" "$T/certs/db9.crt"
    OPTIONS=()
    finding skip servers.handshake
}

@test "store: counts what a JVM trusts and looks for every collected certificate" {
    cp "$SHARED/db1.crt" "$T/certs/scm1.crt"
    OPTIONS=()
    finding fail store.trusted "is not in $T/cacerts"
    import scm1 "$SHARED/db1.crt"
    finding pass store.trusted "as scm1"
    trusted=$(keytool -list -keystore "$T/cacerts" -storepass changeit 2>/dev/null |
        grep -c trustedCertEntry)
    finding pass store.entries "$trusted certificates are trusted"
    import scm1x "$SHARED/other.crt"
    cp "$SHARED/other.crt" "$T/certs/scm2.crt"
    finding pass store.trusted "as scm1x"
}

@test "store: -v lists every entry, and what Java makes of it" {
    make_leaf old "$T/certs/old.crt" "$T/key" 1
    import old "$T/certs/old.crt"
    SOURCE_DATE_EPOCH=$(($(date +%s) + 3 * 86400)) verify store -v
    [ "$(grep -c "$T/cacerts: .*  SHA-256 [0-9a-f:]*  trusted" "$T/err")" -eq \
        "$(keytool -list -keystore "$T/cacerts" -storepass changeit 2>/dev/null | grep -c trustedCertEntry)" ]
    grep "$T/cacerts: old  CN=old" "$T/err" | grep "exactly this certificate" | grep -q "will still accept it"
    verify store
    if grep -q "cacerts: old" "$T/err"; then fail "all is listed without -v"; fi
    cp "$BATS_TEST_DIRNAME/../unit/data/stores/ghost.jks" "$T/cacerts"
    verify store -v
    grep -q "$T/cacerts: .*SHA-256 .*  not trusted: " "$T/err"
}

@test "store: one that cannot be read is a failure with its reason" {
    OPTIONS=()
    head -c 20000 "$JAVA_HOME/lib/security/cacerts" >"$T/cacerts"
    finding fail store.readable
    echo garbage >"$T/cacerts"
    finding fail store.readable
    verify store
    expect_status 5
}

@test "store: one whose form the JVM does not load is a failure, and trusts nothing" {
    mkdir -p "$T/jdk/bin" "$T/jdk/conf/security" "$T/jdk/lib/security"
    cp "$JAVA_HOME/bin/java" "$T/jdk/bin"
    cp "$JAVA_HOME/conf/security/java.security" "$T/jdk/conf/security"
    local form
    for form in "JKS false" "JKS true" "JCEKS true"; do
        sed -i "s/^keystore.type.compat=.*/keystore.type.compat=${form#* }/" \
            "$T/jdk/conf/security/java.security"
        rm -f "$T/jdk/lib/security/cacerts"
        keytool -importcert -noprompt -alias scm1 -file "$SHARED/db1.crt" -storetype "${form% *}" \
            -keystore "$T/jdk/lib/security/cacerts" -storepass changeit 2>/dev/null
        tfhook verify --plugin verify -o checks=store -o certificates="$T/certs" \
            -o java-home="$T/jdk"
        if [ "$form" = "JKS true" ]; then
            expect_status 0
        else
            expect_status 5
            expect_output "store.loadable $T/jdk/lib/security/cacerts"
            refuse_output "certificates are trusted"
        fi
    done
}

@test "store: one that is encrypted is a failure for a JVM without the password" {
    mkdir -p "$T/jdk/bin" "$T/jdk/lib/security"
    cp "$JAVA_HOME/bin/java" "$T/jdk/bin"
    local kind
    for kind in encrypted-with-plain encrypted; do
        cp "$BATS_TEST_DIRNAME/../unit/data/stores/$kind.p12" "$T/jdk/lib/security/cacerts"
        rm -f "$T"/certs/*
        cp "$BATS_TEST_DIRNAME/../unit/data/stores/c.der" "$T/certs/c.crt"
        tfhook verify --plugin verify -o checks=store -o certificates="$T/certs" \
            -o java-home="$T/jdk"
        if [ "$kind" = encrypted ]; then
            expect_status 5
            expect_output "store.loadable $T/jdk/lib/security/cacerts"
            expect_output "no javax.net.ssl.trustStorePassword"
            refuse_output "certificates are trusted"
        else
            expect_status 0
            expect_output "1 certificate is trusted; PKCS#12, encrypted (PBES2)"
            expect_output "2 of its certificates are in the file and not trusted"
        fi
    done
}

@test "store: a wrong password names the file that it is from, and a denied one asks for root" {
    OPTIONS=(-o password-file="$T/password")
    echo wrong-horse >"$T/password"
    keytool -storepasswd -new other-horse -keystore "$T/cacerts" -storepass changeit 2>/dev/null
    finding fail store.readable "$T/password"
    chmod 600 "$T/cacerts"
    [ "$(id -u)" -eq 0 ] || skip "needs root to become another user"
    status=0
    setpriv --reuid=nobody --regid=nogroup --clear-groups "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" \
        verify --plugin verify -o checks=store -o certificates="$T/certs" \
        -o keystore="$T/cacerts" >"$T/out" 2>&1 </dev/null || status=$?
    output=$(cat "$T/out")
    expect_status 5
    expect_output "run as root"
    refuse_output "put a sound copy back"
}

@test "store: a collected file that is no certificate is named, a hidden one is left alone" {
    cp "$SHARED/db1.crt" "$T/certs/.hidden.crt"
    verify store
    expect_status 0
    refuse_output hidden
    echo none >"$T/certs/scm1.crt"
    OPTIONS=()
    finding fail store.certificates "$T/certs/scm1.crt"
}

@test "tokens: a distributed site needs DATABASE_SSL" {
    printf 'db9:SERVICES=ctfcore-database\napp9:SERVICES=ctfcore\nADMIN_PASSWORD=s3cr3t\n' \
        >"$T/site-options.conf"
    OPTIONS=()
    finding fail tokens.database-ssl
    printf 'DATABASE_SSL=on\nPOSTGRES_SSL_CERT_FILE=/ssl/a\n' >>"$T/site-options.conf"
    finding pass tokens.database-ssl
    finding fail tokens.files "POSTGRES_SSL_KEY_FILE is not set"
    echo 'POSTGRES_SSL_KEY_FILE=/ssl/b' >>"$T/site-options.conf"
    finding skip tokens.files
    verify tokens
    expect_status 0
    refuse_output s3cr3t
    echo 'DATABASE_SSL=off' >>"$T/site-options.conf"
    finding fail tokens.database-ssl "line 4 and again on line 7"
}

@test "tokens: the files are looked at on the database host" {
    [ "$(id -u)" -eq 0 ] || skip "only root can give files away"
    getent passwd postgres >/dev/null || skip "there is no user postgres"
    cp "$SHARED/db1.crt" "$SHARED/db1.key" "$T/ssl"
    chown postgres "$T/ssl/db1.key"
    cat >"$T/site-options.conf" <<END
$(hostname):SERVICES=ctfcore-database
app9:SERVICES=ctfcore
DATABASE_SSL=on
POSTGRES_SSL_CERT_FILE=$T/ssl/db1.crt
POSTGRES_SSL_KEY_FILE=$T/ssl/db1.key
END
    OPTIONS=()
    finding pass tokens.files
    chmod 644 "$T/ssl/db1.key"
    finding fail tokens.files "chmod 600"
}

@test "tokens: a single server and a missing file are said, not failed" {
    verify tokens
    expect_status 0
    expect_output "does not exist"
    echo 'localhost:SERVICES=ctfcore ctfcore-database' >"$T/site-options.conf"
    verify tokens
    expect_status 0
    OPTIONS=()
    finding skip tokens.database-ssl "not needed"
    echo 'X=START_MULTILINE_BLOCK' >>"$T/site-options.conf"
    verify tokens
    expect_status 5
    expect_output "line 2"
}

@test "tokens: where the site is not understood, nothing is called not needed" {
    printf 'app1:SERVICES=ctfcore\nc1:CLUSTER_SERVICES=ctfcore-database\n' >"$T/site-options.conf"
    OPTIONS=()
    finding warn tokens.database-ssl "CLUSTER_SERVICES"
    finding warn postgres.answer "CLUSTER_SERVICES"
    printf 'app1:SERVICES=ctfcore CTFCORE-DATABASE\n' >"$T/site-options.conf"
    finding warn tokens.database-ssl "names no database"
}

@test "expiry: within warn-days is a warning, expired a failure, and both are measured" {
    cp "$SHARED/db1.crt" "$T/certs/scm1.crt"
    OPTIONS=()
    finding pass expiry.certificate
    OPTIONS=(-o warn-days=400)
    finding warn expiry.certificate
    openssl x509 -in "$SHARED/db1.crt" -signkey "$SHARED/db1.key" -days -1 \
        -out "$T/certs/scm2.crt" 2>/dev/null
    verify expiry -o metrics-file="$T/tfhook.prom"
    expect_status 5
    seconds=$(date -d "$(openssl x509 -in "$SHARED/db1.crt" -noout -enddate | cut -d= -f2)" +%s)
    grep -q "^x509_cert_not_after{.*subject=\"scm1\".*} $seconds\$" "$T/tfhook.prom" ||
        fail "$(cat "$T/tfhook.prom")"
    grep -q '^# TYPE x509_cert_not_after gauge$' "$T/tfhook.prom"
}

@test "restart: a JVM that runs since before the store was changed is named" {
    cat >"$T/Wait.java" <<END
public class Wait {
    public static void main(String[] a) throws Exception {
        new java.io.File(a[0]).createNewFile();
        Thread.sleep(60000);
    }
}
END
    touch -d '1 hour ago' "$T/cacerts"
    start java -Djavax.net.ssl.trustStore="$T/cacerts" "$T/Wait.java" "$T/up"
    for i in $(seq 300); do
        [ -e "$T/up" ] && break
        sleep 0.1
    done
    [ -e "$T/up" ] || fail "the JVM does not start"
    OPTIONS=()
    finding pass restart.jvm "$T/cacerts"
    # A package or `cp -p` puts a new store in place with an old date.
    sleep 2
    cp -p "$T/cacerts" "$T/new"
    mv "$T/new" "$T/cacerts"
    finding warn restart.jvm "$T/cacerts"
    touch -d '1 hour' "$T/cacerts"
    finding warn restart.jvm "$T/cacerts"
    kill "${STARTED[0]}"
    wait "${STARTED[0]}" || true
    finding skip restart.jvm
}

@test "at a hook, peers that do not answer are warnings" {
    cat >"$T/tfhook.ini" <<END
[phase provision]
command = /bin/true

[step prove]
plugin = verify
hook = post-provision
checks = servers
server = nowhere9.invalid
certificates = $T/certs
keystore = $T/cacerts
site-options = $T/site-options.conf
END
    tfhook -c "$T/tfhook.ini" wrap provision -- /bin/true
    expect_status 0
    expect_output "nowhere9"
    tfhook -c "$T/tfhook.ini" verify
    expect_status 5
}

@test "a host that is none is rejected before anything is looked at" {
    verify servers -o server=https://scm1
    expect_status 3
    expect_output "server"
    verify postgres -o database=db1:port
    expect_status 3
    expect_output "a port is a number"
}
