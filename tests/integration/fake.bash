# For tests of transactions: a site of one step, which does what it is told (the plugin `fake`).

# For setup(): a file with old content, and the directory of the plugin.
fake_setup() {
    common_setup
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
    # LeakSanitizer refuses to work under strace.
    export ASAN_OPTIONS=detect_leaks=0
    echo old >"$T/f"
}

# config WORD...: one step that does these.
config() {
    printf '[step one]\nplugin = fake\nhook = pre-provision\ndo =\n' >"$T/c.ini"
    printf '    %s\n' "$@" >>"$T/c.ini"
}

apply() {
    tfhook -c "$T/c.ini" apply
}

# An apply of the config that is killed in its verification, which does not end: FILE is new by then.
die_in_verify() {
    local pid file=${1:-$T/f}
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply \
        >"$T/out" 2>&1 </dev/null 3>&- &
    pid=$!
    for _ in $(seq 200); do grep -qs new "$file" && break; sleep 0.05; done
    kill -9 "$pid"
    wait "$pid" || true
    # A child that it had just forked may still have the lock open for a moment.
    flock -w 10 "$T/state/lock" true
    grep -q new "$file"
}

# strace with OPTION... -- WORD...: tfhook under it, in the foreground.
traced() {
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    status=0
    strace -qq -y -o "$T/trace" "${options[@]}" "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" \
        --state-dir "$T/state" "$@" >"$T/out" 2>"$T/err" </dev/null || status=$?
    output=$(cat "$T/out" "$T/err")
}

# die_at CALL:N WORD...: tfhook, killed at the Nth CALL.
die_at() {
    local call=$1
    shift
    traced -e "trace=${call%:*}" -e "inject=${call%:*}:signal=KILL:when=${call#*:}" -- "$@"
    [ "$status" -eq 137 ] || fail "it was not killed at $call"
}
