# The demo is the main job from end to end, and checks every step of it by itself; here it is run
# with the programs of this build.
load helper

setup() {
    common_setup
    DEMO=$BATS_TEST_DIRNAME/../../examples/demo.sh
    # PostgreSQL, which is not root, has to get through to its data.
    chmod 755 "$T"
    mkdir "$T/tmp"
}

teardown() {
    common_teardown
}

nothing_is_left() {
    local file words
    [ -z "$(ls "$T/tmp")" ] || fail "left behind: $(ls "$T/tmp")"
    for file in /proc/[0-9]*/cmdline; do
        words=$(tr '\0' ' ' <"$file" 2>/dev/null) || continue
        [[ "$words" != *"$T/tmp"* ]] || fail "still running: $words"
    done
}

@test "demo_shows_the_whole_job_and_leaves_nothing_behind" {
    # Slower machines and sanitizers: the minute that a user waits at most is not measured here.
    TMPDIR=$T/tmp TFHOOK_BUILD=$TFHOOK_BUILD timeout 300 "$DEMO" >"$T/out" 2>&1 </dev/null ||
        fail "the demo failed: $(tail -n 60 "$T/out")"
    output=$(cat "$T/out")
    expect_output 'PKIX path building failed'
    expect_output 'DATABASE_SSL=on'
    expect_output 'java: scm1: connected'
    expect_output 'AUTO_DATA is kept'
    nothing_is_left
}

@test "demo_refuses_to_run_without_root" {
    status=0
    install -m 644 "$DEMO" "$T/demo.sh"
    setpriv --reuid=nobody --regid=nogroup --clear-groups bash "$T/demo.sh" >"$T/out" 2>&1 ||
        status=$?
    output=$(cat "$T/out")
    expect_status 2
    expect_output 'as root'
}

@test "demo_takes_down_its_site_when_a_step_fails" {
    mkdir -p "$T/broken/plugins-built"
    : >"$T/broken/plugins-built/none.so"
    printf '#!/bin/sh\necho broken >&2\nexit 7\n' >"$T/broken/tfhook"
    chmod 755 "$T/broken/tfhook"
    status=0
    TMPDIR=$T/tmp TFHOOK_BUILD=$T/broken timeout 120 "$DEMO" >"$T/out" 2>&1 </dev/null || status=$?
    output=$(cat "$T/out")
    expect_status 1
    expect_output 'tfhook check ended with status 7, not 0'
    nothing_is_left
}
