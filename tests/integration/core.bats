#!/usr/bin/env bats
# The program itself, driven through a plugin that does what it is told.

load helper

setup() {
    common_setup
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
    echo old >"$T/file"
}

teardown() {
    common_teardown
}

# A config of one step whose actions are the arguments.
config() {
    printf '[step one]\nplugin = fake\nhook = pre-provision\ndo =\n' >"$T/c.ini"
    printf '    %s\n' "$@" >>"$T/c.ini"
}

run_config() {
    tfhook -c "$T/c.ini" "$@"
}

@test "check accepts a good config and changes nothing" {
    config "plan:write:$T/file:new"
    run_config check
    expect_status 0
    [ "$(cat "$T/file")" = old ]
    [ ! -e "$T/state" ]
}

@test "plan shows the change and makes none" {
    config "plan:write:$T/file:new" "plan:next:restart it"
    run_config plan
    expect_status 0
    expect_output "change $T/file"
    expect_output "1. restart it"
    [ "$(cat "$T/file")" = old ]
    [ ! -e "$T/state" ]
    run_config plan --detailed-exitcode
    expect_status 10
}

@test "apply writes, records, and rollback brings the bytes, mode and owner back" {
    chmod 640 "$T/file"
    chown 1:2 "$T/file"
    config "plan:write:$T/file:new" "plan:write:$T/fresh/deep/file:hello:600"
    run_config apply
    expect_status 0
    [ "$(cat "$T/file")" = new ]
    [ "$(stat -c %a:%u:%g "$T/file")" = 640:1:2 ]
    [ "$(cat "$T/fresh/deep/file")" = hello ]
    [ "$(stat -c %a "$T/fresh/deep/file")" = 600 ]
    tfhook history
    expect_output "$T/file"
    tfhook rollback
    expect_status 0
    expect_output "Rolling back transaction 1"
    [ "$(cat "$T/file")" = old ]
    [ "$(stat -c %a:%u:%g "$T/file")" = 640:1:2 ]
    [ ! -e "$T/fresh" ]
    tfhook rollback
    expect_status 1
    expect_output "no committed transaction"
}

@test "ACL, extended attributes and the symbolic link survive apply and rollback" {
    setfattr -n user.note -v kept "$T/file" || skip "no extended attributes on this file system"
    setfacl -m u:1:r "$T/file"
    ln -s file "$T/link"
    getfacl -n "$T/file" >"$T/acl.before" 2>/dev/null
    config "plan:write:$T/link:new"
    run_config apply
    expect_status 0
    [ -L "$T/link" ] && [ ! -L "$T/file" ]
    [ "$(cat "$T/file")" = new ]
    getfacl -n "$T/file" 2>/dev/null | diff - "$T/acl.before"
    getfattr -n user.note --only-values "$T/file" 2>/dev/null | grep -q kept
    tfhook rollback
    [ "$(cat "$T/file")" = old ]
    getfacl -n "$T/file" 2>/dev/null | diff - "$T/acl.before"
}

@test "a failed verification rolls everything back with status 5" {
    config "plan:write:$T/file:new" "plan:write:$T/new:x" "verify:finding:fail"
    run_config apply
    expect_status 5
    expect_output "everything was rolled back"
    [ "$(cat "$T/file")" = old ]
    [ ! -e "$T/new" ]
    run_config --json apply
    [[ "$(cat "$T/out")" == *'"result":"rolled-back"'* ]]
}

@test "a step that fails with on-failure = ignore is dropped, the others stand" {
    cat >"$T/c.ini" <<EOF
[step one]
plugin = fake
on-failure = ignore
do =
    plan:write:$T/a:x
    plan:fail:no luck
[step two]
plugin = fake
on-failure = ignore
do =
    plan:write:$T/b:x
    verify:finding:fail
[step three]
plugin = fake
do = plan:write:$T/c:x
EOF
    run_config apply
    expect_status 0
    expect_output "no luck"
    [ ! -e "$T/a" ] && [ ! -e "$T/b" ] && [ -e "$T/c" ]
}

@test "a later step sees what an earlier one staged" {
    cat >"$T/c.ini" <<EOF
[step one]
plugin = fake
do =
    plan:write:$T/dir/staged:content of one
[step two]
plugin = fake
do =
    plan:read:$T/dir/staged
    plan:list:$T/dir
EOF
    run_config plan
    expect_status 0
    expect_output "two: read $T/dir/staged: 14 bytes: content of one"
    expect_output "two: listed staged"
}

@test "line edits keep what others add, and are undone in the file as it is then" {
    printf 'a=1\nb=2' >"$T/file"
    config "plan:edit:$T/file:a=1:a=9" "plan:edit:$T/file::c=3:a=9"
    run_config apply
    expect_status 0
    printf 'a=9\nc=3\nb=2' | cmp - "$T/file"
    printf 'AUTO=1\na=9\nc=3\nb=2\nLATE=1' >"$T/file"
    tfhook rollback
    expect_status 0
    printf 'AUTO=1\na=1\nb=2\nLATE=1' | cmp - "$T/file"
}

@test "rollback refuses a whole file that was changed since, names it, and --skip leaves it out" {
    config "plan:write:$T/file:new" "plan:write:$T/other:new"
    run_config apply
    echo edited >"$T/file"
    tfhook rollback
    expect_status 1
    expect_output "$T/file was changed by something else since"
    [ "$(cat "$T/other")" = new ]
    tfhook rollback --skip "$T/file"
    expect_status 0
    [ "$(cat "$T/file")" = edited ]
    [ ! -e "$T/other" ]
}

@test "rollback refuses a line that was changed since and names both versions" {
    printf 'a=1\n' >"$T/file"
    config "plan:edit:$T/file:a=1:a=9"
    run_config apply
    printf 'a=5\n' >"$T/file"
    tfhook rollback
    expect_status 1
    expect_output 'the line "a=9", to become "a=1", is not there; there stands "a=5"'
}

@test "two runs at once: the second names the first and changes nothing" {
    config "plan:sleep:2" "plan:write:$T/file:new"
    start "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply
    for _ in $(seq 100); do [ -s "$T/state/lock" ] && break; sleep 0.05; done
    run_config apply
    expect_status 4
    expect_output "another run holds the lock"
    expect_output "pid ${STARTED[0]}, tfhook apply, since 20"
    run_config --wait 30 apply
    expect_status 0
    [ "$(cat "$T/file")" = new ]
}

@test "a plugin that crashes, hangs, exits, lies or leaves a child has changed nothing" {
    local bad
    for bad in crash exit:0 exit:3 return:99 close-all "write-unread:$T/file" hang close-all+hang; do
        printf '[step one]\nplugin = fake\ntimeout = %s\ndo =\n    plan:write:%s:x\n' \
            "$([[ $bad = *hang ]] && echo 1 || echo 20)" "$T/new" >"$T/c.ini"
        printf '    plan:%s\n' ${bad//+/ } >>"$T/c.ini"
        run_config apply
        expect_status 1
        expect_output "step one:"
        [ ! -e "$T/new" ] || fail "$bad changed something"
        [ "$(cat "$T/file")" = old ]
    done
    expect_output "did not end within 1 s"
    config "plan:child" "plan:write:$T/new:x"
    run_config apply
    expect_status 0
    expect_none_running -f "$T/c.ini"
}

@test "remote text and what a plugin prints is escaped before it is shown" {
    config "plan:escape" "plan:print:hello"
    run_config plan
    expect_output 'remote says \x1b[31mred\x0d and \xff'
    expect_output 'one (printed): hello'
}

@test "a probe runs without a shell, with a clean environment and limits" {
    SECRET=x config "plan:probe:/usr/bin/env"
    SECRET=x run_config plan
    expect_output "probe 0: status 0"
    expect_output "LANG=C"
    refuse_output SECRET
}

@test "a step without a hook stands before one with a hook" {
    printf '[step %s]\nplugin = fake\n%sdo =\n    plan:write:%s:new\n' \
        one '' "$T/f" two $'hook = pre-provision\n' "$T/g" >"$T/c.ini"
    tfhook -c "$T/c.ini" apply --json
    expect_status 0
    grep -q '"name":"one","plugin":"fake","hook":null,"status":"ok"' "$T/out" || fail "one"
    grep -q '"name":"two","plugin":"fake","hook":"pre-provision","status":"ok"' "$T/out" || fail "two"
    [ -e "$T/f" ] && [ -e "$T/g" ]
}

@test "publish writes a report after verify, and staging in verify fails the step" {
    config "verify:publish:$T/metrics:text"
    run_config verify
    expect_status 0
    [ "$(cat "$T/metrics")" = text ]
    config "verify:write:$T/file:x"
    run_config verify
    expect_status 1
    expect_output "stages a change outside of plan"
}

@test "--root takes every path below it, links included" {
    mkdir -p "$T/root/etc" "$T/root/var/lib"
    ln -s /etc/real "$T/root/etc/link"
    echo old >"$T/root/etc/real"
    printf '[tfhook]\nstate-dir = /var/lib/tfhook\n[step one]\nplugin = fake\ndo = plan:write:/etc/link:new\n' >"$T/c.ini"
    status=0
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --root "$T/root" -c "$T/c.ini" apply >"$T/out" 2>&1 || status=$?
    expect_status 0
    [ "$(cat "$T/root/etc/real")" = new ]
    [ -L "$T/root/etc/link" ]
    [ -d "$T/root/var/lib/tfhook/transactions" ]
}

@test "wrap runs the hooks around the command, passes streams and status on" {
    cat >"$T/c.ini" <<EOF
[step before]
plugin = fake
hook = pre-provision
do =
    plan:write:$T/before:x
    plan:where
[step after]
plugin = fake
hook = post-provision
do =
    plan:write:$T/after:x
EOF
    run_config wrap provision -- /bin/sh -c "test -e $T/before && ! test -e $T/after && echo to-stdout && echo to-stderr >&2"
    expect_status 0
    grep -q to-stdout "$T/out"
    grep -q to-stderr "$T/err"
    grep -q to-stdout "$T"/state/log/*.log
    [ -e "$T/after" ]
    expect_output "hook pre-provision"
}

@test "wrap reports a failed command with status 8 and undoes nothing that was committed" {
    config "plan:write:$T/file:new"
    run_config wrap provision -- /bin/sh -c 'exit 37'
    expect_status 8
    expect_output "failed with status 37"
    expect_output ' rollback 1`'
    [ "$(cat "$T/file")" = new ]
    run_config --json wrap provision -- /nonexistent
    expect_status 8
    grep -q '"command_status":127' "$T/out"
}

@test "wrap forwards signals to the command and waits for it" {
    config "plan:where"
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" wrap provision -- \
        /bin/sh -c "trap 'echo got-term; exit 9' TERM; touch $T/started; while :; do sleep 0.1; done" \
        >"$T/out" 2>&1 3>&- &
    local pid=$!
    for _ in $(seq 100); do [ -e "$T/started" ] && break; sleep 0.1; done
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 8
    grep -q got-term "$T/out"
}

@test "a daemon that the command leaves behind keeps its output and does not hold us up" {
    config "plan:where"
    run_config wrap provision -- /bin/sh -c "(sleep 2; echo late; touch $T/late) & echo started"
    expect_status 0
    grep -q started "$T/out"
    for _ in $(seq 100); do [ -e "$T/late" ] && break; sleep 0.1; done
    [ -e "$T/late" ] || fail "the daemon died"
    run_config apply
    expect_status 0
}

deploy_config() {
    cat >"$T/c.ini" <<EOF
[phase stop]
command = /bin/sh -c 'echo stop >>$T/order'
[phase provision]
command =
    /bin/sh -c 'echo provision-1 >>$T/order'
    /bin/sh -c 'echo provision-2 >>$T/order; exit $1'
[phase restart]
command = /bin/sh -c 'echo restart >>$T/order'
only-on = elsewhere
[step before]
plugin = fake
hook = pre-provision
do = plan:write:$T/before:x
[step after]
plugin = fake
hook = post-provision
do = verify:finding:$2
[step failure]
plugin = fake
hook = post-failure
do = plan:write:$T/failed:x
EOF
}

@test "steps for failures only are not in a plain plan or apply" {
    printf '[step failure]\nplugin = fake\nhook = post-failure\ndo = plan:write:%s:x\n' "$T/failed" >"$T/c.ini"
    printf '[step one]\nplugin = fake\ndo = plan:write:%s:new\n' "$T/file" >>"$T/c.ini"
    run_config apply
    expect_status 0
    [ "$(cat "$T/file")" = new ] && [ ! -e "$T/failed" ]
    run_config apply --hook post-failure
    expect_status 0
    [ -e "$T/failed" ]
}

@test "check warns of a hook that deploy never comes to" {
    deploy_config 0 pass
    printf '[step idle]\nplugin = fake\nhook = pre-start\n' >>"$T/c.ini"
    run_config check
    expect_status 0
    expect_output "[step idle] is at pre-start, but there is no [phase start]"
}

@test "deploy needs --yes off a terminal" {
    deploy_config 0 pass
    run_config deploy
    expect_status 2
    expect_output "needs --yes"
    [ ! -e "$T/order" ]
}

@test "deploy runs the phases in order with their hooks, and --from and --to choose" {
    deploy_config 0 pass
    run_config --yes deploy
    expect_status 0
    [ "$(tr '\n' ' ' <"$T/order")" = "stop provision-1 provision-2 " ]
    [ -e "$T/before" ] && [ ! -e "$T/failed" ]
    rm "$T/order"
    run_config --yes deploy --from provision
    [ "$(tr '\n' ' ' <"$T/order")" = "provision-1 provision-2 " ]
    rm "$T/order"
    run_config --yes deploy --to stop
    [ "$(cat "$T/order")" = stop ]
    run_config --yes deploy --from start
    expect_status 2
}

@test "deploy checks and plans every hook before the first command" {
    deploy_config 0 pass
    printf '[step late]\nplugin = fake\nhook = post-restart\ndo = plan:fail:not here\n' >>"$T/c.ini"
    run_config --yes deploy
    expect_status 1
    expect_output "not here"
    [ ! -e "$T/order" ]
}

@test "deploy stops at a failed command, runs post-failure, names rollback and the way on" {
    deploy_config 3 pass
    run_config --yes deploy
    expect_status 8
    expect_output "\`tfhook -c $T/c.ini --state-dir $T/state deploy --from provision\`"
    expect_output " rollback 1\`"
    [ -e "$T/failed" ] && [ -e "$T/before" ]
    deploy_config 0 fail
    run_config --yes deploy
    expect_status 5
}

@test "an interrupted transaction is settled by the next writer" {
    config "plan:write:$T/file:new" "plan:write:$T/new:x" "verify:sleep:60"
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply >"$T/out" 2>&1 3>&- &
    local pid=$!
    for _ in $(seq 100); do [ "$(cat "$T/file")" = new ] && break; sleep 0.1; done
    kill -9 "$pid"
    wait "$pid" || true
    [ "$(cat "$T/file")" = new ]
    tfhook recover
    expect_status 0
    expect_output "its changes were undone"
    [ "$(cat "$T/file")" = old ]
    [ ! -e "$T/new" ]
    [ -z "$(find "$T" -name '.tfhook-*')" ]
}

@test "a file that was changed after apply makes the transaction stuck, with two ways out" {
    local way
    for way in --restore --keep; do
        rm -rf "$T/state"
        echo old >"$T/file"
        config "plan:write:$T/file:new" "verify:sleep:60"
        "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply >"$T/out" 2>&1 3>&- &
        local pid=$!
        for _ in $(seq 100); do [ "$(cat "$T/file")" = new ] && break; sleep 0.1; done
        kill -9 "$pid"
        wait "$pid" || true
        echo foreign >"$T/file"
        run_config apply
        expect_status 6
        expect_output "$T/file (it was changed by something else since)"
        tfhook recover
        expect_status 6
        tfhook recover $way 1
        expect_status 0
        if [ $way = --restore ]; then
            [ "$(cat "$T/file")" = old ]
            grep -q foreign "$T"/state/transactions/*/*.foreign.1
        else
            [ "$(cat "$T/file")" = foreign ]
        fi
        tfhook recover
        expect_status 0
    done
}

@test "TERM during verification undoes the transaction" {
    config "plan:write:$T/file:new" "verify:sleep:60"
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply >"$T/out" 2>&1 3>&- &
    local pid=$!
    for _ in $(seq 100); do [ "$(cat "$T/file")" = new ] && break; sleep 0.1; done
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 1
    [ "$(cat "$T/file")" = old ]
}

@test "a read-only target and a hard link fail before anything is touched" {
    mkdir "$T/ro"
    echo old >"$T/ro/file"
    mount -t tmpfs -o size=64k tfhook "$T/ro" || skip "cannot mount a tmpfs here"
    echo old >"$T/ro/file"
    mount -o remount,ro "$T/ro"
    config "plan:write:$T/file:new" "plan:write:$T/ro/file:new"
    run_config apply
    umount "$T/ro"
    expect_status 1
    expect_output "$T/ro/file"
    expect_output "Read-only file system"
    [ "$(cat "$T/file")" = old ]
    ln "$T/file" "$T/second"
    config "plan:write:$T/file:new"
    run_config apply
    expect_status 1
    expect_output "2 hard links"
}

@test "a full disk is noticed before anything is touched" {
    mkdir "$T/small"
    mount -t tmpfs -o size=8k tfhook "$T/small" || skip "cannot mount a tmpfs here"
    echo old >"$T/small/file"
    echo fill >"$T/small/fill"
    config "plan:write:$T/file:new" "plan:write:$T/small/file:new"
    run_config apply
    local left
    left=$(find "$T/small" -name '.tfhook-*')
    umount "$T/small"
    expect_status 1
    expect_output "No space left on device"
    [ "$(cat "$T/file")" = old ]
    [ -z "$left" ]
}

@test "JSON is one object on stdout with every key" {
    config "plan:write:$T/file:new" "verify:finding:warn"
    run_config --json apply
    expect_status 0
    [ "$(wc -l <"$T/out")" -eq 1 ]
    local key
    for key in schema command hook result transaction steps changes findings next_steps command_status error; do
        grep -q "\"$key\":" "$T/out" || fail "no $key"
    done
    grep -q '"result":"applied","transaction":1' "$T/out"
}

@test "--plugin with -o runs one step with no config at all" {
    tfhook apply --plugin fake -o "do=plan:write:$T/file:new" number=3
    expect_status 0
    [ "$(cat "$T/file")" = new ]
}
