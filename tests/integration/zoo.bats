#!/usr/bin/env bats
# Plugins that misbehave, each through the program itself: it ends with the right status, names the
# step, has changed nothing, leaves nothing running, and the next run works.
load helper

setup() {
    common_setup
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
    echo old >"$T/file"
}

teardown() {
    common_teardown
}

# misdeed CALL:WORD COMMAND, with a deadline of $DEADLINE seconds
DEADLINE=20
misdeed() {
    printf '[step bad]\nplugin = mischief\nhook = pre-provision\ntimeout = %s\nfile = %s\ndo = %s\n' \
        "$DEADLINE" "$T/file" "$1" >"$T/c.ini"
    tfhook -c "$T/c.ini" "$2"
}

expect_untouched() {
    local temporary
    [ "$(cat "$T/file")" = old ] || fail "$1: the file was changed"
    temporary=$(find "$T" -name '.tfhook-*')
    [ -z "$temporary" ] || fail "$1: left behind: $temporary"
    ! pgrep mischief-child >/dev/null || fail "$1: a process was left running"
    ! pgrep -f "$T/c.ini" >/dev/null || fail "$1: tfhook still runs"
}

# The lock is free, nothing has to be settled, and the step does its work when it behaves.
expect_next_run_works() {
    local DEADLINE=20
    misdeed none apply
    expect_status 0
    [ "$(cat "$T/file")" = new ] || fail "$1: the next run does not work"
    tfhook rollback
    expect_status 0
    expect_untouched "$1"
}

# bad CALL WORD STATUS TEXT: in an apply.
bad() {
    misdeed "$1:$2" apply
    [ "$status" -eq "$3" ] || fail "$1:$2: status $status instead of $3: $output"
    [[ "$output" == *"step bad: "*"$4"* ]] || fail "$1:$2: not said: $4: $output"
    expect_untouched "$1:$2"
    expect_next_run_works "$1:$2"
}

@test "a plugin that crashes, exits or gives no result fails its step, in each call" {
    local call
    for call in check plan verify; do
        bad $call crash 1 "crashed: Segmentation fault"
        bad $call abort 1 "crashed: Aborted"
        bad $call exit 1 "ended by itself with exit status 0"
        bad $call unknown-result 1 "the plugin returned 42, which is no result"
        bad $call close-all 1 "the plugin mischief"
        bad $call garble 1 "the plugin mischief is broken: it sent something that is no record"
        bad $call beg 1 "the plugin mischief is broken: it sent something that is no request"
    done
}

@test "a plugin that hangs is ended at its deadline, whatever it ignores" {
    DEADLINE=2
    bad check hang 1 "did not end within 2 s"
    bad plan hang-deaf 1 "did not end within 2 s"
    bad verify hang-deaf 1 "did not end within 2 s"
}

@test "a plugin that floods is ended, and what it says is cut" {
    DEADLINE=60
    bad verify flood-findings 1 "it sent more than 256 MiB"
    DEADLINE=2
    local word
    for word in flood-log flood-output; do
        misdeed plan:$word plan
        expect_status 1
        [ "$(wc -c <"$T/err")" -lt 1000000 ] || fail "$word: all of it is shown"
        expect_untouched $word
    done
    expect_next_run_works flood
}

@test "what a plugin leaves running is ended with its call" {
    misdeed plan:fork apply
    expect_status 0
    ! pgrep mischief-child || fail "a process was left running"
    [ "$(cat "$T/file")" = new ]
    tfhook rollback
    misdeed verify:fork verify
    expect_status 0
    expect_untouched verify:fork
}

@test "a plugin that changes files by itself cannot, where the kernel has Landlock" {
    local deed
    misdeed none plan
    tfhook -v -c "$T/c.ini" plan
    [[ "$output" != *Landlock* ]] || skip "this kernel has no Landlock, or an early one"
    misdeed plan:write-itself plan
    expect_status 0
    for deed in "open to write" create truncate unlink rename link symlink mkdir; do
        expect_output "$deed: Permission denied"
    done
    expect_output "open /dev/null: done"
    [ ! -e "$T/file.other" ]
    expect_untouched write-itself
}

@test "a plugin has of root's rights those to look, and no terminal" {
    # CAP_SYS_ADMIN and CAP_SYS_CHROOT, without which there is nothing to lose.
    local mine
    mine=$((16#$(awk '/^CapEff/ {print $2}' /proc/self/status)))
    [ $((mine >> 21 & 1)) -eq 1 ] && [ $((mine >> 18 & 1)) -eq 1 ] || skip "needs root's capabilities"
    printf '[step bad]\nplugin = mischief\nhook = pre-provision\nfile = %s\ndo = plan:meddle\n' \
        "$T/file" >"$T/c.ini"
    # On a terminal of its own, which the shell there can open.
    cat >"$T/on-terminal" <<SH
#!/bin/bash
: </dev/tty && echo the shell has it
"$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" plan
SH
    chmod +x "$T/on-terminal"
    run python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1]) >> 8)' "$T/on-terminal"
    expect_status 0
    expect_output "the shell has it"
    expect_output "set the host's name: Operation not permitted"
    expect_output "chroot: Operation not permitted"
    expect_output "open the terminal: No such device or address"
    expect_untouched meddle
}

@test "a plugin sends no signals out, where the kernel's Landlock knows of them" {
    # landlock_create_ruleset(2) with LANDLOCK_CREATE_RULESET_VERSION
    local version
    version=$(python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))')
    [ "$version" -ge 6 ] || skip "this kernel's Landlock has version $version, and 6 is the first"
    misdeed none plan
    tfhook -v -c "$T/c.ini" plan
    [[ "$output" != *Landlock* ]] || skip "tfhook was built with headers that know no Landlock"
    # A bystander, which tells of the signal that the plugin sends to all.
    start bash -c "trap 'touch $T/hit' URG; touch $T/trapped; while :; do sleep 0.05; done"
    for _ in $(seq 100); do [ -e "$T/trapped" ] && break; sleep 0.05; done
    misdeed plan:signal plan
    expect_status 0
    expect_output "signal the core: Operation not permitted"
    sleep 0.3
    [ ! -e "$T/hit" ] || fail "a signal has reached a process outside"
    kill -URG "${STARTED[0]}"
    for _ in $(seq 100); do [ -e "$T/hit" ] && break; sleep 0.05; done
    [ -e "$T/hit" ] || fail "the bystander does not tell, so this proves nothing"
}

@test "a plugin that writes a file without end, wherever, is ended" {
    bad plan inflate 1 "crashed: File size limit exceeded"
    misdeed plan:inflate plan
    expect_output "grow: done"
    refuse_output "grow: File"
}

@test "what a plugin does to its surroundings ends with its call" {
    misdeed plan:surround apply
    expect_status 0
    [ "$(stat -c %a "$T/file")" = 644 ]
    tfhook rollback
    expect_status 0
    bad plan lie-about-sizes 1 "misuses its interface: struct_size"
    misdeed plan:load-another plan
    expect_status 0
}

@test "what a plugin may not stage fails its step" {
    bad plan stage-unread 1 "which it has not read"
}

@test "of what a step stages for one file the last counts, and all of it is undone" {
    misdeed plan:stage-twice apply
    expect_status 0
    [ "$(cat "$T/file")" = new ]
    tfhook rollback
    expect_untouched stage-twice
}

@test "a plugin that takes all memory fails, and nothing else does" {
    [[ "$TFHOOK_BUILD" != */debug ]] || skip "a sanitizer's memory has no limit"
    bad plan devour 1 "memory is out after "
}

@test "a plugin whose descriptor is not what it must be is rejected, with the reason" {
    local name text
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-odd
    while read -r name text; do
        printf '[step bad]\nplugin = odd-%s\nhook = pre-provision\n' "$name" >"$T/c.ini"
        tfhook -c "$T/c.ini" apply
        [ "$status" -eq 3 ] || fail "$name: status $status: $output"
        [[ "$output" == *"$text"* ]] || fail "$name: not said: $text: $output"
        [ "$(wc -l <"$T/err")" -eq 1 ] || fail "$name: more than a line: $output"
        expect_untouched "$name"
    done <<'ODD'
exits ended by itself
twice its key number 2, "a", is declared twice
type its key number 2, "b", is of a type that this tfhook does not know
key its key number 2, "Not A Key", has a name
core its key number 2, "timeout", is a key of every step
fallback its key number 2, "c", has a default that is not of its type
symbol it has no symbol tfhook_plugin_v1
small its descriptor has the size 8
large its descriptor has the size 1000000
newer needs the plugin interface 1.999, this tfhook has 1.1
count its keys are not laid out as declared
name says that its name is another
ODD
}

@test "a plugin that was built with the header of release 1.0 works" {
    local plugin
    echo line >"$T/lines"
    for plugin in fake fake-1-0; do
        printf '[step old]\nplugin = %s\nhook = pre-provision\ndo =\n' "$plugin" >"$T/c.ini"
        printf '    %s\n' "plan:read:$T/file" "plan:write:$T/new:x" "plan:edit:$T/lines:line:other" \
            "plan:list:$T" "plan:mkdir:$T/directory" "plan:next:do it" "plan:probe:/bin/true" \
            "verify:finding:pass" "verify:publish:$T/report:text" >>"$T/c.ini"
        tfhook -v -c "$T/c.ini" apply
        expect_status 0
        [ "$(cat "$T/new" "$T/lines" "$T/report")" = "xother
text" ] || fail "$plugin: $(cat "$T/new" "$T/lines" "$T/report")"
        expect_output "1. do it"
        tfhook rollback
        expect_status 0
        rm "$T/report"
    done
}
