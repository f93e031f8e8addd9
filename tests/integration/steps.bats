# Steps that are skipped, left out or refused: what the report says of them.
load helper
load fake

setup() {
    fake_setup
}

teardown() {
    common_teardown
}

@test "a step that may be left out, and is, leaves the verification green" {
    config plan:fail:no\ luck
    printf 'on-failure = ignore\n[step two]\nplugin = fake\ndo =\n    plan:write:%s:new\n    verify:finding:pass\n' \
        "$T/f" >>"$T/c.ini"
    apply
    expect_status 0
    expect_output "Verified: 1 passed, 0 warned, 0 failed, 0 skipped"
    refuse_output "did not end well"
    refuse_output "NOT verified"
}

@test "a step that was skipped in its plan is told as skipped, also when its verification is well" {
    config "plan:skip:not here" verify:finding:pass
    printf '[step two]\nplugin = fake\ndo = plan:write:%s:new\n' "$T/f" >>"$T/c.ini"
    tfhook --json -c "$T/c.ini" apply
    expect_status 0
    python3 - "$T/out" <<'EOF'
import json, sys
steps = {s["name"]: s for s in json.load(open(sys.argv[1]))["steps"]}
assert (steps["one"]["status"], steps["one"]["message"]) == ("skipped", "not here"), steps
assert steps["two"]["status"] == "ok", steps
EOF
}

# Two steps; the first may be left out, and its verification fails after it has been written.
dropped() {
    printf '[step one]\nplugin = fake\non-failure = ignore\ndo =\n' >"$T/c.ini"
    printf '    %s\n' "plan:write:$T/f:new" "plan:next:restart it" verify:finding:fail >>"$T/c.ini"
    printf '[step two]\nplugin = fake\ndo =\n    plan:write:%s:x\n    verify:finding:pass\n' "$T/g" >>"$T/c.ini"
}

@test "what a step that was dropped would ask of people is not asked" {
    dropped
    apply
    expect_status 0
    [ -e "$T/g" ] && [ "$(cat "$T/f")" = old ]
    refuse_output "restart it"
}

@test "the findings before a step was dropped are not those of the run" {
    dropped
    apply
    expect_status 0
    expect_output "Verified: 1 passed, 0 warned, 0 failed, 0 skipped"
    refuse_output "NOT verified"
}

@test "a config that a step rejects is no failure that may be ignored" {
    config "check:reject:no good"
    echo 'on-failure = ignore' >>"$T/c.ini"
    tfhook -c "$T/c.ini" check
    expect_status 3
    expect_output "no good"
}

@test "of two steps whose verification fails the first is the one that stops the run" {
    printf '[step one]\nplugin = fake\ndo =\n    plan:write:%s:new\n    verify:finding:fail\n' "$T/f" >"$T/c.ini"
    printf '[step two]\nplugin = fake\non-failure = ignore\ndo =\n    plan:write:%s:x\n    verify:finding:fail\n' "$T/g" >>"$T/c.ini"
    apply
    expect_status 5
    refuse_output "is left out"
}

@test "the size and mode of what is staged are what a plugin sees" {
    config "plan:write:$T/f:longer than it was:600" "plan:stat:$T/f"
    tfhook -c "$T/c.ini" plan
    expect_status 0
    expect_output "mode 600 size 18"
}

@test "the way back below --root is told as it can be typed" {
    local words
    mkdir -p "$T/root/etc" "$T/root/var/lib"
    config plan:write:/etc/new:x
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --root "$T/root" -c "$T/c.ini" apply >"$T/out" 2>&1 </dev/null
    words=$(sed -n 's/^Done, .*`tfhook \(.*\)` is the way back.$/\1/p' "$T/out")
    [[ "$words" == *"--root $T/root"* ]] || fail "no way back: $(cat "$T/out")"
    # shellcheck disable=SC2086 # they are words
    "$TFHOOK" $words >/dev/null </dev/null
    [ ! -e "$T/root/etc/new" ]
}
