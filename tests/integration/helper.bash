# Loaded by every suite: `load helper`. Gives each test a scratch directory $T, removed at its end
# with every process that start() began.

common_setup() {
    T=$(mktemp -d /tmp/tfhook-test.XXXXXX)
    STARTED=()
    export LC_ALL=C.UTF-8
}

common_teardown() {
    local pid
    for pid in "${STARTED[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$T"
}

# Start a server in the background and have it ended with the test.
start() {
    "$@" >"$T/server.$((${#STARTED[@]} + 1)).log" 2>&1 3>&- &
    STARTED+=($!)
}

# Run tfhook with a state directory and plugins of its own: status and output in bats' variables,
# stdout alone in $T/out, stderr alone in $T/err.
tfhook() {
    status=0
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" "$@" \
        >"$T/out" 2>"$T/err" </dev/null || status=$?
    output=$(cat "$T/out" "$T/err")
}

# One step with no config: step PLUGIN COMMAND -o KEY=VALUE...
step() {
    local plugin=$1 command=$2
    shift 2
    tfhook "$command" --plugin "$plugin" "$@"
}

fail() {
    echo "$*" >&2
    echo "status: ${status:-}" >&2
    echo "output: ${output:-}" >&2
    return 1
}

expect_status() {
    [ "$status" -eq "$1" ] || fail "expected status $1"
}

expect_output() {
    [[ "$output" == *"$1"* ]] || fail "expected in output: $1"
}

refuse_output() {
    [[ "$output" != *"$1"* ]] || fail "not expected in output: $1"
}

# Wait until a TCP port of loopback answers: wait_port PORT
wait_port() {
    local i
    for i in $(seq 100); do
        (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
        sleep 0.1
    done
    fail "nothing listens on port $1"
}

# A free TCP port of loopback.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 20000))
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

# A self-signed certificate and key: make_cert CN CRT KEY [openssl req options]
make_cert() {
    local cn=$1 crt=$2 key=$3
    shift 3
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=$cn" \
        -addext "subjectAltName=DNS:$cn" -keyout "$key" -out "$crt" "$@" 2>/dev/null
    chmod 600 "$key"
}

# The same of a server alone, no CA, which the default of openssl req is: make_leaf CN CRT KEY [DAYS]
make_leaf() {
    cat >"$T/leaf.cnf" <<END
[req]
distinguished_name = name
x509_extensions = leaf
[name]
[leaf]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:$1
END
    openssl req -x509 -config "$T/leaf.cnf" -newkey rsa:2048 -nodes -days "${4:-365}" -subj "/CN=$1" \
        -keyout "$3" -out "$2" 2>/dev/null
    chmod 600 "$3"
}

sha() {
    sha256sum "$1" | cut -d' ' -f1
}
