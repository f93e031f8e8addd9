# Loaded by every suite: `load helper`. Gives each test a scratch directory $T, removed at its end
# with every process that start() began.

# tfhook reads no config that others can write.
umask 022

common_setup() {
    T=$(mktemp -d /tmp/tfhook-test.XXXXXX)
    STARTED=()
    KEYS_USED=0
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

# expect_none_running PGREP-ARGUMENT...: what is killed may be there for a moment, and its entry until
# the first process of this machine has taken note.
expect_none_running() {
    local pid state
    for _ in $(seq 50); do
        state=
        for pid in $(pgrep "$@"); do
            state+=$(ps -o stat= -p "$pid" | grep -v '^Z' || true)
        done
        [ -n "$state" ] || return 0
        sleep 0.02
    done
    fail "a process was left running: $(pgrep -l "$@")"
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

# new_key FILE: an RSA key that this test has not had yet. Making one takes longer than most tests, so
# they are made once a build, and each test begins with the first.
new_key() {
    local pool=${TFHOOK_BUILD:?}/test-keys number
    KEYS_USED=$((KEYS_USED + 1))
    number=$KEYS_USED
    if [ ! -e "$pool/$number" ]; then
        mkdir -p "$pool"
        openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$pool/$number.$$" 2>/dev/null &&
            mv "$pool/$number.$$" "$pool/$number"
    fi
    cp "$pool/$number" "$1"
    chmod 600 "$1"
}

# new_pg_data BIN DIR: an empty database cluster of the user postgres, of BIN's PostgreSQL, made once a
# build.
new_pg_data() {
    local bin=$1 data=$2 made new
    made=${TFHOOK_BUILD:?}/test-pg-data-$(basename "$(dirname "$bin")")
    if [ ! -d "$made" ]; then
        new=$(mktemp -d /tmp/tfhook-pg.XXXXXX)
        chown postgres "$new"
        (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$bin/initdb" -D "$new/data" \
            -A trust -U postgres --no-sync -E UTF8 --locale=C >/dev/null)
        cp -a "$new/data" "$made.$$"
        # Another suite may have been faster.
        mv -T "$made.$$" "$made" 2>/dev/null || rm -rf "$made.$$"
        rm -rf "$new"
    fi
    cp -a "$made" "$data"
}

# A self-signed certificate and key: make_cert CN CRT KEY [openssl req options]
make_cert() {
    local cn=$1 crt=$2 key=$3
    shift 3
    new_key "$key"
    openssl req -x509 -key "$key" -days 365 -subj "/CN=$cn" \
        -addext "subjectAltName=DNS:$cn" -out "$crt" "$@" 2>/dev/null
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
    new_key "$3"
    openssl req -x509 -config "$T/leaf.cnf" -key "$3" -days "${4:-365}" -subj "/CN=$1" \
        -out "$2" 2>/dev/null
}

sha() {
    sha256sum "$1" | cut -d' ' -f1
}

# reseal JOURNAL: its digest made right again for a body that was changed, so that what it says is what
# is judged.
reseal() {
    local body
    body=$(sed -n '/^ "body"/,$p' "$1" | sed -e 's/^ *//' -e 's/": /":/' | tr -d '\n')
    body=${body#\"body\":}
    body=${body%\}}
    printf '{"format": 2, "sha256": "%s", "body": %s}' \
        "$(printf %s "$body" | sha256sum | cut -d' ' -f1)" "$body" >"$1"
}
