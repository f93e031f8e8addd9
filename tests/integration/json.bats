#!/usr/bin/env bats
# What --json prints is one object and keeps to the schema that is shipped, whatever happened.

load helper

setup() {
    common_setup
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
    SCHEMA=$BATS_TEST_DIRNAME/../../conf/report.schema.json
    echo old >"$T/file"
}

teardown() {
    common_teardown
}

# Run, and hold stdout against the schema: conforms STATUS RESULT WORDS...
conforms() {
    local expected=$1 result=$2
    shift 2
    tfhook --json "$@"
    expect_status "$expected"
    [ "$(wc -l <"$T/out")" -eq 1 ] || fail "not one line"
    /usr/bin/python3 - "$SCHEMA" "$T/out" "$result" <<'EOF' || fail "against the schema"
import json, sys
import jsonschema
report = json.load(open(sys.argv[2]))
jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).validate(report)
assert report["result"] == sys.argv[3], report["result"]
EOF
}

config() {
    printf '[phase stop]\ncommand = /bin/sh -c "%s"\n[step one]\nplugin = fake\nhook = pre-stop\ndo =\n' "$1" >"$T/c.ini"
    shift
    printf '    %s\n' "$@" >>"$T/c.ini"
}

@test "every command keeps to the schema when all goes well" {
    config "echo on stdout" "plan:write:$T/file:new" "plan:write:$T/d/new:x" "plan:next:go on" \
        "verify:finding:pass" "verify:finding:warn"
    conforms 0 passed -c "$T/c.ini" check
    conforms 0 changes -c "$T/c.ini" plan
    conforms 10 changes -c "$T/c.ini" plan --detailed-exitcode
    conforms 0 applied -c "$T/c.ini" apply
    conforms 0 unchanged -c "$T/c.ini" apply
    conforms 0 unchanged -c "$T/c.ini" plan
    conforms 0 passed -c "$T/c.ini" verify
    conforms 0 unchanged history
    grep -q '"transactions":\[{"seq":1,"state":"done"' "$T/out"
    conforms 0 changes rollback --plan
    conforms 0 rolled-back rollback
    conforms 0 applied -c "$T/c.ini" wrap stop -- /bin/echo hello
    conforms 0 unchanged -c "$T/c.ini" --yes deploy
    conforms 0 unchanged recover
}

@test "every command keeps to the schema when something fails" {
    conforms 3 failed -c "$T/none.ini" check
    config "exit 4" "plan:write:$T/file:new" "verify:finding:fail"
    conforms 5 failed -c "$T/c.ini" verify
    conforms 5 rolled-back -c "$T/c.ini" apply
    config "exit 4" "plan:crash"
    conforms 1 failed -c "$T/c.ini" plan
    conforms 1 failed -c "$T/c.ini" apply
    config "exit 4" "plan:write:$T/file:new"
    conforms 8 command-failed -c "$T/c.ini" --yes deploy
    conforms 2 failed rollback 99
}
