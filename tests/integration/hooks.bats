# Hooks around a phase: what the rehearsal leaves behind, and what a signal does to wrap and deploy.
load helper
load fake

setup() {
    fake_setup
}

teardown() {
    common_teardown
}

# A deploy of the config in the background, sent TERM when its command has made $T/started: its status,
# and what it said in $T/out and $T/err.
interrupted_deploy() {
    local pid
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" --yes "$@" deploy \
        >"$T/out" 2>"$T/err" </dev/null 3>&- &
    pid=$!
    STARTED+=("$pid")
    for _ in $(seq 200); do [ -e "$T/started" ] && break; sleep 0.05; done
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    output=$(cat "$T/out" "$T/err")
}

@test "a step that was left out of the rehearsal is tried again in its hook" {
    printf '[step one]\nplugin = fake\nhook = post-provision\non-failure = ignore\ndo =\n' >"$T/c.ini"
    printf '    %s\n' "plan:read:$T/made" "plan:write:$T/f:new" >>"$T/c.ini"
    tfhook -c "$T/c.ini" wrap provision -- /bin/touch "$T/made"
    expect_status 0
    [ "$(cat "$T/f")" = new ] || fail "the step was not tried again"
}

@test "what a hook that was not come to would ask of people is not asked" {
    printf '[step one]\nplugin = fake\nhook = post-provision\ndo =\n' >"$T/c.ini"
    printf '    %s\n' "plan:write:$T/f:new" "plan:next:restart it" >>"$T/c.ini"
    tfhook -c "$T/c.ini" wrap provision -- /bin/false
    expect_status 8
    [ "$(cat "$T/f")" = old ]
    refuse_output "restart it"
}

@test "a step that is left out of the rehearsal and ends well in its hook is not told as failed" {
    printf '[step one]\nplugin = fake\nhook = post-provision\non-failure = ignore\ndo =\n' >"$T/c.ini"
    printf '    %s\n' "check:read:$T/made" "plan:write:$T/f:new" >>"$T/c.ini"
    tfhook --json -c "$T/c.ini" wrap provision -- /bin/touch "$T/made"
    expect_status 0
    expect_output '"status":"ok"'
    refuse_output '"status":"failed"'
}

@test "the findings of each hook are in the report of a wrap" {
    printf '[step %s]\nplugin = fake\nhook = %s-provision\ndo = verify:finding:%s\n' \
        one pre warn two post pass >"$T/c.ini"
    tfhook --json -c "$T/c.ini" wrap provision -- /bin/true
    expect_status 0
    expect_output '"status":"warn"'
    expect_output '"status":"pass"'
}

@test "an interrupted deploy still runs what is at post-failure" {
    cat >"$T/c.ini" <<EOF
[phase stop]
command = /bin/sh -c 'touch $T/started; exec sleep 60'
[step failure]
plugin = fake
hook = post-failure
do = plan:write:$T/failed:x
EOF
    interrupted_deploy
    [ "$status" -ne 0 ]
    [ -e "$T/failed" ] || fail "post-failure did not run"
}

@test "an interrupted deploy runs no further command of its phase" {
    printf '[phase stop]\ncommand =\n    %s\n    /bin/touch %s\n' \
        "/bin/sh -c 'trap \"exit 0\" TERM; touch $T/started; while :; do sleep 0.05; done'" "$T/second" >"$T/c.ini"
    printf '[step one]\nplugin = fake\nhook = post-failure\ndo = plan:where\n' >>"$T/c.ini"
    interrupted_deploy
    expect_status 1
    expect_output interrupted
    [ ! -e "$T/second" ]
}

@test "a deploy that is interrupted after an earlier hook has changed something has failed" {
    printf '[phase stop]\ncommand = %s\n' \
        "/bin/sh -c 'trap \"exit 0\" TERM; touch $T/started; while :; do sleep 0.05; done'" >"$T/c.ini"
    printf '[phase start]\ncommand = /bin/true\n' >>"$T/c.ini"
    printf '[step one]\nplugin = fake\nhook = pre-stop\ndo = plan:write:%s:new\n' "$T/f" >>"$T/c.ini"
    interrupted_deploy --json
    expect_status 1
    expect_output '"result":"failed"'
    expect_output ' rollback 1`'
}

@test "wrap does not run its command when a signal came while a hook was committed" {
    local n
    config "plan:write:$T/f:new"
    for n in $(seq 1 20); do
        rm -rf "$T/state"
        echo old >"$T/f"
        traced -e trace=renameat -e "inject=renameat:signal=TERM:when=$n" -- \
            -c "$T/c.ini" wrap provision -- /bin/touch "$T/ran"
        grep -q SIGTERM "$T/trace" || break
        [ ! -e "$T/ran" ] || fail "TERM at renameat $n: the command was run"
        expect_status 1
    done
    [ "$n" -gt 2 ]
    [ -e "$T/ran" ]
}

@test "who ignores HUP is not interrupted by it, before nor after the phase command" {
    printf '[step one]\nplugin = fake\nhook = post-provision\ndo = plan:write:%s:new\n' "$T/f" >"$T/c.ini"
    (
        trap '' HUP
        exec "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" wrap provision -- \
            /bin/sh -c "touch $T/started; while [ ! -e $T/go ]; do sleep 0.05; done" >"$T/out" 2>&1 3>&-
    ) &
    local pid=$!
    for _ in $(seq 100); do [ -e "$T/started" ] && break; sleep 0.1; done
    kill -HUP "$pid"
    touch "$T/go"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 0 ] || fail "$(cat "$T/out")"
    [ "$(cat "$T/f")" = new ]
}
