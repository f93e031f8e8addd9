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
    expect_none_running mischief-child
    expect_none_running -f "$T/c.ini"
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
    done
}

@test "a plugin that hangs is ended at its deadline, whatever it ignores" {
    DEADLINE=2
    bad check hang 1 "did not end within 2 s"
    bad plan hang-deaf 1 "did not end within 2 s"
    bad verify hang-deaf 1 "did not end within 2 s"
    bad plan hang-elsewhere 1 "did not end within 2 s"
    # At its end it has no more than a second.
    DEADLINE=20
    local before=$SECONDS
    misdeed plan:hang-at-end apply
    expect_status 1
    expect_output "the plugin mischief crashed: Killed"
    [ $((SECONDS - before)) -lt 10 ] || fail "it has all of its time to exit"
    expect_untouched hang-at-end
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
    expect_none_running mischief-child
    [ "$(cat "$T/file")" = new ]
    tfhook rollback
    misdeed verify:fork verify
    expect_status 0
    expect_untouched verify:fork
}

@test "what a plugin does to its surroundings ends with its call" {
    misdeed plan:surround apply
    expect_status 0
    [ "$(stat -c %a "$T/file")" = 644 ]
    tfhook rollback
    expect_status 0
    bad plan lie-about-sizes 1 "misuses its interface: struct_size"
    misdeed plan:unsettle plan
    expect_output 'probe 0: status 3: hello'
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
