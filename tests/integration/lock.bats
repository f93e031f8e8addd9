#!/usr/bin/env bats
# The lock: who holds it is told, it is held as long as the run lasts and no longer, and its file
# stays. (That runs wait for each other is in core.bats and transactions.bats; fifty at once, killed
# or not, in tests/crash/run.sh --section lock.)

load helper

setup() {
    common_setup
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
    echo old >"$T/f"
}

teardown() {
    [ ! -e "$T/daemon" ] || kill "$(cat "$T/daemon")" 2>/dev/null || true
    common_teardown
}

config() {
    printf '[step one]\nplugin = fake\nhook = pre-provision\ndo =\n' >"$T/c.ini"
    printf '    %s\n' "$@" >>"$T/c.ini"
}

# Start a run, and wait until it holds the lock: its pid in HOLDER.
hold() {
    start "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" "$@"
    HOLDER=${STARTED[-1]}
    for _ in $(seq 100); do
        grep -qs "^pid $HOLDER," "$T/state/lock" && return
        sleep 0.05
    done
    fail "it never held the lock: $(cat "$T"/server.*.log)"
}

wait_for_file() {
    for _ in $(seq 100); do [ -s "$1" ] && return; sleep 0.05; done
    fail "$1 does not come"
}

# Has a process the lock open?
has_lock() {
    readlink "/proc/$1/fd"/* | grep -qx "$T/state/lock"
}

@test "the message names the holder's pid, command and start, whatever the command" {
    local command now
    now=$(date -u +%Y-%m-%dT%H:%M)
    for command in wrap deploy; do
        printf '[phase provision]\ncommand = /bin/sleep 60\n[step one]\nplugin = fake\n' >"$T/c.ini"
        case $command in
        wrap) hold wrap provision -- /bin/sleep 60 ;;
        deploy) hold --yes deploy ;;
        esac
        for other in apply recover rollback; do
            tfhook -c "$T/c.ini" "$other"
            expect_status 4
            expect_output "$T/state/lock: pid $HOLDER, tfhook $command, since ${now%??}"
        done
        kill "$HOLDER"
        wait "$HOLDER" || true
    done
}

@test "--wait gives up in time with status 4; a command that only reads needs no lock" {
    local began=$SECONDS
    config "plan:sleep:30"
    hold apply
    tfhook -c "$T/c.ini" --wait 1 recover
    expect_status 4
    expect_output "pid $HOLDER, tfhook apply"
    [ $((SECONDS - began)) -lt 20 ]
    tfhook history
    expect_status 0
}

@test "what a killed holder has written does not hold the lock" {
    config "plan:sleep:30"
    hold apply
    kill -KILL "$HOLDER"
    wait "$HOLDER" || true
    grep -q "^pid $HOLDER," "$T/state/lock"
    config "plan:write:$T/f:new"
    tfhook -c "$T/c.ini" apply
    expect_status 0
}

@test "neither a plugin's child, nor its probe, nor a phase command has the lock open" {
    local child
    config "plan:probe:/bin/sleep:4"
    hold apply
    has_lock "$HOLDER"
    for _ in $(seq 100); do pgrep -f "^/bin/sleep 4$" >"$T/probe" && break; sleep 0.05; done
    pgrep -P "$HOLDER" >"$T/children"
    [ -s "$T/children" ] && [ -s "$T/probe" ]
    for child in $(cat "$T/children" "$T/probe"); do
        ! has_lock "$child" || fail "$child has it: $(tr '\0' ' ' <"/proc/$child/cmdline")"
    done
    wait "$HOLDER"
    config "plan:where"
    hold wrap provision -- /bin/sh -c "echo \$\$ >$T/command; sleep 2; :"
    wait_for_file "$T/command"
    has_lock "$HOLDER"
    for child in $(pgrep -P "$HOLDER") $(cat "$T/command") $(pgrep -P "$(cat "$T/command")"); do
        ! has_lock "$child" || fail "$child has it: $(tr '\0' ' ' <"/proc/$child/cmdline")"
    done
    wait "$HOLDER"
}

@test "a daemon that a phase command has left does not hold the lock, with or without its output" {
    local to
    for to in "$T/elsewhere" /dev/stdout; do
        config "plan:where"
        rm -f "$T/daemon"
        tfhook -c "$T/c.ini" wrap provision -- \
            /bin/sh -c "setsid /bin/sleep 60 >$to 2>&1 & echo \$! >$T/daemon"
        expect_status 0
        kill -0 "$(cat "$T/daemon")"
        ! has_lock "$(cat "$T/daemon")"
        config "plan:write:$T/f:for $to"
        tfhook -c "$T/c.ini" apply
        expect_status 0
        kill -0 "$(cat "$T/daemon")" || fail "it was not there any more"
        kill "$(cat "$T/daemon")"
    done
}

@test "the lock's file is never another" {
    local inode
    config "plan:write:$T/f:new"
    tfhook -c "$T/c.ini" apply
    inode=$(stat -c %i "$T/state/lock")
    tfhook rollback
    config "plan:write:$T/f:new" "verify:finding:fail"
    tfhook -c "$T/c.ini" apply
    expect_status 5
    tfhook recover
    config "plan:sleep:30"
    hold apply
    kill -KILL "$HOLDER"
    wait "$HOLDER" || true
    tfhook recover
    [ "$(stat -c %i "$T/state/lock")" = "$inode" ]
    [ "$(stat -c %a "$T/state/lock")" = 600 ]
}
