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
    step a plan:probe-input:/usr/bin/cat:3000000 plan:probe-input:/bin/true:3000000 \
        plan:probe-input:/usr/bin/cat:0
    plan
    expect_status 0
    expect_output "probe 0: status 0, 3000000 bytes"
    expect_output "probe 0: status 0, 0 bytes"
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
