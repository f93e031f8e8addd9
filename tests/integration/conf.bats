# The configuration that we ship.
load helper

setup() {
    common_setup
    # A copy, for the tree may be one that others can write.
    CONF=$T/tfhook.ini
    install -m 644 "$BATS_TEST_DIRNAME/../../conf/tfhook.ini" "$CONF"
}

teardown() {
    common_teardown
}

@test "accepts_the_shipped_configuration_as_it_is" {
    tfhook -c "$CONF" check
    expect_status 0
}

@test "shipped_configuration_hooks_every_shipped_plugin" {
    local name
    for name in cert-collect jks-import pg-ssl-tokens verify; do
        grep -Eq "^plugin *= *$name\$" "$CONF" || fail "no step with plugin $name"
    done
}

# What is commented out is an offer: taken up, it must be understood too.
@test "accepts_every_commented_out_key_of_the_shipped_configuration" {
    sed -e 's/^;\(        ssh:.*\|        https:.*\|        .var.*\)/ \1/' -e 's/^;//' \
        -e "s/<64 hex digits>/$(printf '%064d' 0)/" -e "s|^plugin-dir.*||" "$CONF" >"$T/all.ini"
    grep -q '^\[phase restart\]' "$T/all.ini"
    grep -q '^ *https://scm2.example.com pin sha256:0000' "$T/all.ini"
    tfhook -c "$T/all.ini" check
    expect_status 0
}

@test "shipped_demo_configuration_has_only_keys_that_exist" {
    sed -e 's/@[A-Z]*_PORT@\|@SCM1_PORT@/5432/' -e "s/@SCM1_PIN@/$(printf '%064d' 0)/" \
        -e 's|@DATA_DIRECTORY@|/data|' "$BATS_TEST_DIRNAME/../../examples/demo/tfhook.ini" \
        >"$T/demo.ini"
    tfhook -c "$T/demo.ini" check
    expect_status 0
}
