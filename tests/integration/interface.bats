#!/usr/bin/env bats
# The host functions that a plugin has, one by one, where no shipped plugin needs all of what they do.
load helper

setup() {
    common_setup
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
}

teardown() {
    [ -z "${OTHER:-}" ] || kill "$OTHER"
    common_teardown
}

# step NAME ACTION...: one more step, which does this
step() {
    printf '[step %s]\nplugin = fake\nhook = pre-provision\ndo =\n' "$1" >>"$T/c.ini"
    shift
    printf '    %s\n' "$@" >>"$T/c.ini"
}

plan() {
    tfhook -v -c "$T/c.ini" plan
}

@test "a probe gets what it is given on its stdin, and nobody waits for one that does not read" {
    # Closes its outputs, then waits for the end of its stdin; and one that stays and never reads.
    printf '#!/bin/sh\nexec >&- 2>&-\nexec cat\n' >"$T/closes"
    printf '#!/bin/sh\nexec >&- 2>&-\nexec sleep 30\n' >"$T/stays"
    chmod 755 "$T/closes" "$T/stays"
    step a plan:probe-input:/usr/bin/cat:3000000 plan:probe-input:/bin/true:3000000 \
        plan:probe-input:/bin/cat:0 "plan:probe-input:$T/closes:100" \
        "plan:probe-input:$T/stays:3000000"
    plan
    expect_status 0
    expect_output "probe /usr/bin/cat 0: status 0, 3000000 bytes"
    expect_output "probe /bin/true 0: status 0, 0 bytes"
    expect_output "probe /bin/cat 0: status 0, 0 bytes"
    expect_output "probe $T/stays 0: status 137, 0 bytes, timed out"
    expect_output "probe $T/closes 0: status 1, 0 bytes" # cat has no stdout
    [[ "$(grep -c 'timed out' "$T/err")" -eq 1 ]] || fail "only one may wait for its deadline"
}

@test "a plugin sees of other processes what the host sees, confined as it is" {
    env -i WORD=known sleep 60 3>&- &
    OTHER=$!
    step a "plan:process:$OTHER:exe" "plan:process:$OTHER:cwd" "plan:process:$OTHER:environ" \
        "plan:process:$OTHER:comm" "plan:process:$OTHER:nothing"
    plan
    expect_status 0
    expect_output "process: $(realpath "$(command -v sleep)")"
    expect_output "process: $(realpath .)"
    expect_output "process: WORD=known"
    expect_output "process: sleep"
    expect_output "process: No such file or directory"
}

@test "a look beside a process is a misuse" {
    local name
    for name in ../1/comm fd/../../1/comm /etc/passwd ..; do
        rm -f "$T/c.ini"
        step a "plan:process:1:$name"
        plan
        expect_status 1
        expect_output "misuses its interface: a process or a name"
    done
}

@test "a plugin sees what was staged before it, and its own, but no notes" {
    local old new
    echo old >"$T/file"
    echo line >"$T/lines"
    old=$(sha256sum "$T/file" | cut -c1-6)
    new=$(printf x | sha256sum | cut -c1-6)
    step a "plan:write:$T/file:x" "plan:write:@notes/n:x" "plan:mkdir:$T/folder"
    step b "plan:edit:$T/lines:line:other" "plan:staged"
    step c "plan:remove:$T/file" "plan:staged"
    plan
    expect_status 0
    expect_output "b: staged 0 by a: $T/file from $old to $new secret 0"
    expect_output "b: staged 3 by a: $T/folder from nothin to nothin secret 0"
    expect_output "b: staged 1 by b: $T/lines from"
    expect_output "c: staged 2 by c: $T/file from $old to nothin secret 0"
    refuse_output "by a: $T/state"
}

@test "a file that is staged as new can be edited, removed and is no folder to list" {
    step a "plan:write:$T/new:line" "plan:edit:$T/new:line:other" "plan:list:$T/new" \
        "plan:write:$T/short:x" "plan:remove:$T/short" "plan:staged"
    tfhook -v -c "$T/c.ini" apply
    expect_status 0
    [ "$(cat "$T/new")" = other ]
    [ ! -e "$T/short" ]
    expect_output "list: Not a directory"
    expect_output "staged 0 by a: $T/new"
    refuse_output "by a: $T/short"
    tfhook rollback
    expect_status 0
    [ ! -e "$T/new" ]
}

@test "a plan shows a mode that is not the usual one, and one that changes" {
    echo text >"$T/file"
    chmod 644 "$T/file"
    step a "plan:write:$T/new:x:4777" "plan:write:$T/file:text" "plan:write:$T/usual:x"
    plan
    expect_status 0
    grep -A1 "create $T/new" "$T/out" | grep -q 'mode 4777' || fail "a new file's mode is not shown"
    [[ "$(grep -c mode "$T/out")" -eq 1 ]] || fail "a mode that goes without saying is said"
    printf '[step a]\nplugin = fake\nhook = pre-stop\ndo = plan:write:%s:same:600\n' "$T/file" \
        >"$T/c.ini"
    printf same >"$T/file"
    plan
    expect_output "mode 0644 -> 0600"
    expect_output "the content stays"
    tfhook --json -c "$T/c.ini" plan
    expect_output '"old_mode":"0644","new_mode":"0600"'
}

@test "a verification that did not end well is no green light, and what it asks of people is shown" {
    step a verify:finding:pass verify:next:restart\ it verify:crash
    tfhook -c "$T/c.ini" verify
    expect_status 1
    expect_output "NOT verified: 1 passed, 0 warned, 0 failed, 0 skipped, 1 step did not end well"
    rm "$T/c.ini"
    step a verify:finding:pass "verify:next:restart it"
    tfhook -c "$T/c.ini" verify
    expect_status 0
    expect_output "Verified: 1 passed, 0 warned, 0 failed, 0 skipped"
    expect_output "1. restart it"
}

@test "a finding outside of verify is a misuse, not lost" {
    local call
    for call in check plan; do
        rm -f "$T/c.ini"
        step a "$call:finding:fail"
        plan
        expect_status 1
        expect_output "misuses its interface: it reports a finding outside of verify"
    done
}

@test "the way back is told as it can be typed" {
    step a "plan:write:$T/new:x"
    tfhook -c "$T/c.ini" apply
    expect_status 0
    local words
    words=$(sed -n 's/^Done, .*`tfhook \(.*\)` is the way back.$/\1/p' "$T/out")
    [ -n "$words" ] || fail "no way back"
    # shellcheck disable=SC2086 # they are words
    "$TFHOOK" $words >/dev/null </dev/null
    [ ! -e "$T/new" ]
}

@test "all calls of a run are of the plugin's file that was there when it began" {
    mkdir "$T/p"
    cp "$TFHOOK_BUILD/plugins-test/fake.so" "$T/p/"
    echo junk >"$T/junk"
    chmod 755 "$T/p/fake.so" "$T/junk"
    TFHOOK_PLUGINS=$T/p
    printf '[step %s]\nplugin = fake\nhook = %s-provision\ndo = plan:write:%s:new\n' \
        before pre "$T/one" after post "$T/two" >"$T/c.ini"
    tfhook -c "$T/c.ini" wrap provision -- mv "$T/junk" "$T/p/fake.so"
    expect_status 0
    [ "$(cat "$T/one" "$T/two")" = newnew ] || fail "not written"
    tfhook -c "$T/c.ini" check
    expect_status 3
    expect_output "fake.so cannot be loaded"
}

@test "a file system that is mounted when somebody looks is mounted" {
    # The kernel's own is such a one: tracing, in debugfs.
    mkdir "$T/mnt"
    unshare -m mount -t debugfs none "$T/mnt" 2>/dev/null || skip "needs root and debugfs"
    step a "plan:list:$T/mnt/tracing/options"
    printf '#!/bin/sh\nmount -t debugfs none "%s" && exec "%s" "$@"\n' "$T/mnt" "$TFHOOK" >"$T/inside"
    printf '#!/bin/sh\nexec unshare -m "%s" "$@"\n' "$T/inside" >"$T/outside"
    chmod +x "$T/inside" "$T/outside"
    [ -n "$(unshare -m sh -c "mount -t debugfs none '$T/mnt'; ls '$T/mnt/tracing/options'")" ] ||
        skip "this kernel mounts nothing there"
    TFHOOK=$T/outside tfhook -v -c "$T/c.ini" plan
    expect_status 0
    expect_output "listed overwrite"
}
