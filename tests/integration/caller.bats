#!/usr/bin/env bats
# What the caller gave the process (children, streams) and how it may end it.
load helper
load fake

setup() {
    fake_setup
}

teardown() {
    common_teardown
}

@test "children that a shell had before it became tfhook are left alone" {
    echo old >"$T/f"
    config "plan:orphan" "plan:sleep:3" "plan:write:$T/f:new"
    cat >"$T/wrapper" <<SH
#!/bin/bash
exec > >(while read -r line; do echo "logged: \$line"; done) 2>&1
sleep 300 >/dev/null 2>&1 &
echo \$! >"$T/pids"
# One that outlives its parent in the midst of the plugin's call.
(sleep 301 >/dev/null 2>&1 & echo \$! >>"$T/pids"; sleep 1.5) >/dev/null 2>&1 &
sleep 0.2
exec "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply
SH
    chmod +x "$T/wrapper"
    run "$T/wrapper"
    expect_status 0
    expect_output "logged: Done, as transaction 1"
    local pid
    [ "$(wc -l <"$T/pids")" -eq 2 ]
    while read -r pid; do
        STARTED+=("$pid")
        kill -0 "$pid" || fail "$(cat "$T/pids"): $pid was killed"
    done <"$T/pids"
}

@test "what only looks ends what it has started, too, when it is interrupted" {
    local command signal pid
    for command in check plan verify; do
        config "$command:orphan" "$command:hang"
        for signal in TERM INT HUP; do
            # What a shell has in the background ignores INT.
            # shellcheck disable=SC2016 # perl expands it
            perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" \
                --state-dir "$T/state" -c "$T/c.ini" "$command" >"$T/out" 2>&1 </dev/null 3>&- &
            pid=$!
            for _ in $(seq 100); do
                [ "$(pgrep -fc "$T/c.ini")" -lt 3 ] || break
                sleep 0.05
            done
            kill "-$signal" "$pid"
            status=0
            wait "$pid" || status=$?
            [ "$status" -eq 1 ] || fail "$command, $signal: status $status: $(cat "$T/out")"
            grep -q interrupted "$T/out" || fail "$command, $signal: $(cat "$T/out")"
            ! pgrep -f "$T/c.ini" || fail "$command, $signal: a process was left running"
        done
    done
}

@test "an interrupted step is not one that may be left out" {
    local command pid
    for command in check plan; do
        config "$command:hang"
        echo 'on-failure = ignore' >>"$T/c.ini"
        "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" "$command" \
            >"$T/out" 2>&1 </dev/null 3>&- &
        pid=$!
        for _ in $(seq 100); do
            [ "$(pgrep -fc "$T/c.ini")" -lt 2 ] || break
            sleep 0.05
        done
        sleep 0.3
        kill -TERM "$pid"
        status=0
        wait "$pid" || status=$?
        [ "$status" -eq 1 ] || fail "$command: status $status: $(cat "$T/out")"
        grep -q interrupted "$T/out" || fail "$command: $(cat "$T/out")"
    done
}

@test "who waits for the lock can be interrupted, and is told so" {
    config "plan:sleep:8"
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply \
        >/dev/null 2>&1 </dev/null 3>&- &
    STARTED+=($!)
    for _ in $(seq 100); do [ -s "$T/state/lock" ] && break; sleep 0.05; done
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply --wait 60 \
        >"$T/out" 2>&1 </dev/null 3>&- &
    local pid=$!
    for _ in $(seq 100); do grep -q "waiting for the lock" "$T/out" && break; sleep 0.05; done
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 1 ]
    grep -q "interrupted while it waited for the lock $T/state/lock" "$T/out" || fail "$(cat "$T/out")"
}

@test "what is written to a closed stdout is not called done" {
    config "plan:write:$T/f:new"
    status=0
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" plan \
        2>"$T/err" >&- || status=$?
    [ "$status" -eq 1 ]
    grep -q "cannot write to stdout: Bad file descriptor" "$T/err"
    # What was committed stays so.
    status=0
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply \
        2>"$T/err" >&- </dev/null || status=$?
    [ "$status" -eq 0 ]
    [ "$(cat "$T/f")" = new ]
}
