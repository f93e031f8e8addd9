#!/usr/bin/env bats
# cert-collect against real TLS servers, PostgreSQL and sshd.
load helper
load cert_collect

# --- handshakes ---

@test "a pinned server is collected under its short name; a wrong pin shows what is presented" {
    cert localhost
    https_server localhost
    local print
    print=$(fingerprint "$T/localhost.crt")
    collect apply "https://localhost:$PORT pin sha256:$print"
    expect_status 0
    expect_output "+ localhost  CN=localhost"
    expect_output "from https://localhost:$PORT"
    expect_copy localhost "$T/localhost.crt"
    rm -r "$CERTS"
    collect apply "https://localhost:$PORT as web pin sha256:${print//[0-9]/0}"
    expect_status 1
    expect_output "its certificate has SHA-256 $print"
    expect_output "https://localhost:$PORT as web pin sha256:$print"
    expect_nothing_kept
}

@test "without a pin a self-signed server is refused, with fingerprint and the line to paste" {
    cert localhost
    https_server localhost
    collect apply "https://localhost:$PORT"
    expect_status 1
    expect_output "self-signed"
    expect_output "https://localhost:$PORT pin sha256:$(fingerprint "$T/localhost.crt")"
    expect_nothing_kept
}

@test "without a pin the system's trust store vouches for chain and name" {
    [ "$(id -u)" -eq 0 ] || skip "needs root to add a CA to the system's trust store"
    new_key "$T/ca.key"
    new_key "$T/web.key"
    openssl req -x509 -key "$T/ca.key" -days 9 -subj "/CN=tfhook test CA $$" -out "$T/ca.crt" 2>/dev/null
    openssl req -new -key "$T/web.key" -subj /CN=localhost -out "$T/web.csr" 2>/dev/null
    printf 'subjectAltName=DNS:localhost\n' >"$T/ext"
    openssl x509 -req -in "$T/web.csr" -CA "$T/ca.crt" -CAkey "$T/ca.key" -CAcreateserial -days 9 \
        -extfile "$T/ext" -out "$T/web.crt" 2>/dev/null
    https_server web
    collect apply "https://localhost:$PORT"
    expect_status 1
    expect_output "not trusted: no issuer of it is in the trust store"
    TRUSTED_CA=$(openssl version -d | cut -d'"' -f2)/certs/$(openssl x509 -in "$T/ca.crt" -noout -hash).0
    cp "$T/ca.crt" "$TRUSTED_CA"
    collect apply "https://localhost:$PORT"
    expect_status 0
    expect_copy localhost "$T/web.crt"
    rm -r "$CERTS"
    collect apply "https://127.0.0.1:$PORT"
    expect_status 1
    expect_output "made for other names"
    expect_nothing_kept
}

@test "trust-first-use accepts a server once and holds it to its pin from then on" {
    cert localhost
    https_server localhost
    collect apply "tls://localhost:$PORT" -o trust-first-use=yes
    expect_status 0
    expect_output "accepted at its first use"
    expect_copy localhost "$T/localhost.crt"
    collect plan "https://localhost:$PORT" -o trust-first-use=yes --detailed-exitcode
    expect_status 0
    refuse_output "first use"
    local first
    first=$(fingerprint "$T/localhost.crt")
    kill "${STARTED[0]}"
    wait "${STARTED[0]}" 2>/dev/null || true
    cert localhost
    start openssl s_server -accept "127.0.0.1:$PORT" -cert "$T/localhost.crt" -key "$T/localhost.key" -www
    wait_port "$PORT"
    collect apply "tls://localhost:$PORT" -o trust-first-use=yes
    expect_status 1
    expect_output "not the one of the first use (SHA-256 $first)"
    expect_output "pin sha256:$(fingerprint "$T/localhost.crt")"
    [ "$(fingerprint "$CERTS/localhost.crt")" = "$first" ]
    collect apply "tls://localhost:$PORT pin sha256:$(fingerprint "$T/localhost.crt")"
    expect_status 0
    expect_output "1 renewed"
    expect_copy localhost "$T/localhost.crt"
}

@test "the server is asked by its name, and several are asked at once" {
    cert other
    cert localhost
    https_server other -servername localhost -cert2 "$T/localhost.crt" -key2 "$T/localhost.key"
    tfhook apply --plugin cert-collect -o certificates="$CERTS" \
        -o source="https://localhost:$PORT pin sha256:$(fingerprint "$T/localhost.crt"),https://127.0.0.1:$PORT pin sha256:$(fingerprint "$T/other.crt")"
    expect_status 0
    expect_output "2 certificates collected, 2 new"
    expect_copy localhost "$T/localhost.crt"
    expect_copy ip-127-0-0-1 "$T/other.crt"
}

@test "a server that accepts and says nothing costs its timeout and no more" {
    cert localhost
    https_server localhost
    kill -STOP "${STARTED[0]}"
    local begun=$SECONDS
    tfhook plan --plugin cert-collect -o certificates="$CERTS" -o connect-timeout=2 \
        -o source="https://localhost:$PORT,tls://127.0.0.1:$PORT,postgres://localhost:$PORT"
    [ $((SECONDS - begun)) -lt 12 ] || fail "took $((SECONDS - begun)) s"
    expect_status 1
    expect_output "3 failures"
    expect_output "localhost:$PORT: timed out after 2 s in the TLS handshake"
    expect_output "localhost:$PORT: timed out after 2 s without an answer"
}

@test "what is missing fails, is skipped, or comes from the copy that is kept" {
    cert localhost
    cert here
    https_server localhost
    local pin source
    pin=$(fingerprint "$T/localhost.crt")
    source="https://localhost:$PORT pin sha256:$pin,$T/here.crt as here"
    kill -STOP "${STARTED[0]}"
    collect apply "$source" -o missing=cached
    expect_status 1
    expect_output "no copy of an earlier run is kept"
    expect_nothing_kept
    kill -CONT "${STARTED[0]}"
    collect apply "$source"
    expect_status 0
    kill "${STARTED[0]}"
    wait "${STARTED[0]}" 2>/dev/null || true

    collect apply "$source"
    expect_status 1
    expect_output "localhost:$PORT: cannot connect: Connection refused"
    collect apply "$source" -o missing=cached
    expect_status 0
    expect_output "the copy kept since $(date -u +%F) is used: CN=localhost, expires"
    expect_output "2 certificates collected, 0 new, 1 from the copy that is kept"
    collect apply "$source" -o missing=skip
    expect_status 0
    expect_output "1 certificate collected, 0 new, 1 missing"
    expect_copy localhost "$T/localhost.crt"
    collect plan "https://no-such-host.invalid" -o missing=skip
    expect_status 0
    expect_output "https://no-such-host.invalid: "
    expect_output "no source gave a certificate"
}

@test "a kept copy of another server, or without the pin, stands in for nobody" {
    cert localhost
    cert other
    https_server localhost
    local here pin
    here="https://localhost:$PORT pin sha256:$(fingerprint "$T/localhost.crt")"
    pin=$(fingerprint "$T/other.crt")
    collect apply "$here"
    expect_status 0
    collect apply "$here,https://localhost.b.invalid" -o missing=cached
    expect_status 1
    expect_output "https://localhost.b.invalid: missing, and no copy"
    kill "${STARTED[0]}"
    wait "${STARTED[0]}" 2>/dev/null || true
    collect apply "https://localhost:$PORT pin sha256:$pin" -o missing=cached
    expect_status 1
    expect_output "does not have its pin"
}

@test "a host that does not resolve and a port that speaks no TLS are told apart" {
    local port
    port=$(free_port)
    cat >"$T/web.pl" <<'EOF'
use IO::Socket::INET;
$SIG{PIPE} = "IGNORE";
my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => shift, Listen => 5,
                              ReuseAddr => 1) or die;
while (my $c = $s->accept) {
    sysread $c, my $request, 100;
    print $c "HTTP/1.1 400 Bad \033[31mRequest\r\n\r\n";
    close $c;
}
EOF
    start perl "$T/web.pl" "$port"
    wait_port "$port"
    tfhook plan --plugin cert-collect -o certificates="$CERTS" -o connect-timeout=5 \
        -o source="https://localhost:$port,https://no-such-host.invalid,postgres://localhost:$port"
    expect_status 1
    expect_output "localhost:$port: TLS handshake failed: what answers does not speak TLS"
    expect_output "https://no-such-host.invalid: "
    expect_output "what answers the request for TLS is not PostgreSQL"
    refuse_output "Bad"
}

@test "clashing short names are replaced by full ones, also while one of them is away" {
    cert one
    cert two
    mkdir "$CERTS"
    cp "$T/one.crt" "$CERTS/scm.one.invalid.crt"
    https_server two
    collect apply "https://scm.one.invalid,https://localhost:$PORT as scm pin sha256:$(fingerprint "$T/two.crt")" \
        -o missing=cached
    expect_status 0
    expect_copy scm "$T/two.crt"
    [ "$(fingerprint "$CERTS/scm.one.invalid.crt")" = "$(fingerprint "$T/one.crt")" ]
}

# --- PostgreSQL ---

postgres_server() {
    local bin
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)
    PORT=$(free_port)
    chmod 711 "$T"
    install -d -o postgres "$T/pg"
    new_pg_data "$bin" "$T/pg/data"
    cat >>"$T/pg/data/postgresql.conf" <<EOF
port = $PORT
listen_addresses = '127.0.0.1'
unix_socket_directories = '$T/pg'
fsync = off
ssl = $1
EOF
    install -o postgres -m 600 "$T/db1.key" "$T/pg/data/server.key"
    install -o postgres -m 600 "$T/db1.crt" "$T/pg/data/server.crt"
    start setpriv --reuid=postgres --regid=postgres --init-groups "$bin/postgres" -D "$T/pg/data"
    wait_port "$PORT"
}

@test "a PostgreSQL server is collected over its own start of TLS" {
    [ "$(id -u)" -eq 0 ] || skip "needs root to become postgres"
    cert db1
    postgres_server on
    collect apply "postgres://localhost:$PORT as db1 pin sha256:$(fingerprint "$T/db1.crt")"
    expect_status 0
    expect_copy db1 "$T/db1.crt"
}

@test "a PostgreSQL server without TLS has no certificate, and says why" {
    [ "$(id -u)" -eq 0 ] || skip "needs root to become postgres"
    cert db1
    postgres_server off
    collect apply "postgres://localhost:$PORT"
    expect_status 1
    expect_output "localhost:$PORT: PostgreSQL answers, but does not offer TLS (ssl is off)"
    collect apply "postgres://localhost:$PORT" -o missing=skip
    expect_status 0
}

# --- ssh ---

# A real sshd with a host key, user key and client options of its own; hosts *.tfhook.test lead to it.
ssh_server() {
    [ "$(id -u)" -eq 0 ] || skip "needs root to configure the ssh client"
    [ -x /usr/sbin/sshd ] || skip "needs sshd"
    PORT=$(free_port)
    mkdir -p /run/sshd "$T/ssh" "$(dirname "$SSH_CONFIG")"
    ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/host"
    ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/client"
    cp "$T/ssh/client.pub" "$T/ssh/authorized"
    cat >"$T/ssh/sshd_config" <<EOF
Port $PORT
ListenAddress 127.0.0.1
HostKey $T/ssh/host
AuthorizedKeysFile $T/ssh/authorized
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile none
Banner $T/ssh/banner
EOF
    echo "*** authorised use only ***" >"$T/ssh/banner"
    echo "*.tfhook.test $(cut -d' ' -f1,2 "$T/ssh/host.pub")" >"$T/ssh/known"
    cat >"$SSH_CONFIG" <<EOF
Host *.tfhook.test
    HostName 127.0.0.1
    HostKeyAlias scm1.tfhook.test
    IdentityFile $T/ssh/client
    IdentitiesOnly yes
    UserKnownHostsFile $T/ssh/known
    GlobalKnownHostsFile /dev/null
EOF
    start /usr/sbin/sshd -D -e -f "$T/ssh/sshd_config"
    wait_port "$PORT"
}

@test "a certificate is read over ssh and gets the server's short name" {
    ssh_server
    cert scm1
    collect apply "ssh://root@scm1.tfhook.test:$PORT$T/scm1.crt"
    expect_status 0
    expect_output "+ scm1  CN=scm1"
    expect_copy scm1 "$T/scm1.crt"
    collect plan "ssh://root@scm1.tfhook.test:$PORT$T/scm1.crt" --detailed-exitcode
    expect_status 0
}

@test "over ssh a key, a missing file and an endless one fail with host and reason" {
    ssh_server
    cert scm1
    collect apply "ssh://root@scm1.tfhook.test:$PORT$T/scm1.key"
    expect_status 1
    expect_output "private key"
    refuse_output "$(sed -n 3p "$T/scm1.key")"
    collect apply "ssh://root@scm1.tfhook.test:$PORT$T/none.crt"
    expect_status 1
    expect_output "scm1.tfhook.test: cannot read $T/none.crt: "
    expect_output "No such file or directory"
    refuse_output "authorised use only"
    collect apply "ssh://root@scm1.tfhook.test:$PORT/dev/zero"
    expect_status 1
    expect_output "larger than 1048576 bytes"
    expect_nothing_kept
}

@test "a host key that is not known is refused whatever missing says; a refused login is missing" {
    ssh_server
    cert scm1
    mv "$T/ssh/authorized" "$T/ssh/authorized.away"
    collect apply "ssh://root@scm1.tfhook.test:$PORT$T/scm1.crt"
    expect_status 1
    expect_output "scm1.tfhook.test: ssh cannot log in: root@127.0.0.1: Permission denied"
    mv "$T/ssh/authorized.away" "$T/ssh/authorized"
    : >"$T/ssh/known"
    collect apply "ssh://root@scm1.tfhook.test:$PORT$T/scm1.crt" -o missing=skip
    expect_status 1
    expect_output "host key"
    expect_nothing_kept
}

@test "two servers with one short name are kept under their full names" {
    ssh_server
    cert one
    cert two
    tfhook apply --plugin cert-collect -o certificates="$CERTS" \
        -o source="ssh://root@scm.one.tfhook.test:$PORT$T/one.crt,ssh://root@scm.two.tfhook.test:$PORT$T/two.crt"
    expect_status 0
    expect_copy scm.one.tfhook.test "$T/one.crt"
    expect_copy scm.two.tfhook.test "$T/two.crt"
    [ ! -e "$CERTS/scm.crt" ]
    # One of them away: the names stay.
    : >"$T/one.crt"
    tfhook apply --plugin cert-collect -o certificates="$CERTS" -o missing=cached \
        -o source="ssh://root@scm.one.tfhook.test:$PORT$T/one.crt,ssh://root@scm.two.tfhook.test:$PORT$T/two.crt"
    expect_status 0
    expect_output "holds no certificate"
    [ ! -e "$CERTS/scm.crt" ]
}
