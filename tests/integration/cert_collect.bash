# Loaded by the suites of cert-collect, after `load helper`.

setup() {
    common_setup
    CERTS=$T/certs
    TRUSTED_CA=
    SSH_CONFIG=/etc/ssh/ssh_config.d/tfhook-test-$$.conf
    SHORT=$(hostname | cut -d. -f1 | tr '[:upper:]' '[:lower:]')
}

teardown() {
    local pid
    for pid in "${STARTED[@]}"; do
        kill -CONT "$pid" 2>/dev/null || true
    done
    rm -f "$SSH_CONFIG" ${TRUSTED_CA:+"$TRUSTED_CA"}
    common_teardown
}

# collect COMMAND SOURCE [more -o options]: one step with its own directory of copies
collect() {
    local command=$1 source=$2
    shift 2
    step cert-collect "$command" -o certificates="$CERTS" -o connect-timeout=2 -o source="$source" "$@"
}

# https_server NAME [s_server options]: a TLS server with $T/NAME.crt; its port in $PORT
https_server() {
    local name=$1
    shift
    PORT=$(free_port)
    start openssl s_server -accept "127.0.0.1:$PORT" -cert "$T/$name.crt" -key "$T/$name.key" -www "$@"
    wait_port "$PORT"
}

cert() {
    make_cert "$1" "$T/$1.crt" "$T/$1.key"
}

fingerprint() {
    openssl x509 -in "$1" -noout -fingerprint -sha256 | cut -d= -f2 | tr -d : | tr '[:upper:]' '[:lower:]'
}

# Both hold the same certificate, and the copy is one clean PEM block.
expect_copy() {
    [ -f "$CERTS/$1.crt" ] || fail "no copy $1"
    [ "$(fingerprint "$CERTS/$1.crt")" = "$(fingerprint "$2")" ] || fail "copy $1 is another certificate"
    [ "$(openssl x509 -in "$CERTS/$1.crt")" = "$(cat "$CERTS/$1.crt")" ] || fail "copy $1 is not clean"
    [ "$(stat -c %a "$CERTS/$1.crt")" = 644 ] || fail "mode of copy $1"
}

expect_nothing_kept() {
    [ ! -e "$CERTS" ] || [ -z "$(ls -A "$CERTS")" ] || fail "something was kept: $(ls "$CERTS")"
}
