#!/usr/bin/env bats
# The examples of the READMEs, run as they stand there.

load helper

setup() {
    common_setup
    TOP=$BATS_TEST_DIRNAME/../..
}

teardown() {
    common_teardown
}

# The first fenced block of a language in a file.
block() {
    awk -v fence="^\`\`\`$1\$" '$0 ~ fence && !done {on = 1; next} /^```$/ && on {exit} on' "$2"
}

@test "the plugin of plugins/README.md builds, plans, applies and verifies" {
    mkdir "$T/p"
    block c "$TOP/plugins/README.md" >"$T/motd.c"
    cc -std=c99 -Wall -Wextra -Werror -I"$TOP/core/include" -shared -fPIC -fvisibility=hidden \
        -o "$T/p/motd.so" "$T/motd.c"
    [ "$(nm -D --defined-only "$T/p/motd.so" | grep -vc tfhook_plugin_v1)" -eq 0 ]
    TFHOOK_PLUGINS=$T/p
    step motd plan -o "file=$T/motd" text=hello
    expect_status 0
    expect_output "+ hello"
    step motd apply -o "file=$T/motd" text=hello
    expect_status 0
    [ "$(cat "$T/motd")" = hello ]
    step motd plan -o "file=$T/motd" text=hello
    expect_output "says it already"
    step motd verify -o "file=$T/motd" text=hello
    expect_status 0
}

@test "the public header compiles as C99 and as C++17 with all warnings" {
    echo '#include <tfhook/plugin.h>' >"$T/h.c"
    cc -std=c99 -pedantic -Wall -Wextra -Werror -I"$TOP/core/include" -fsyntax-only "$T/h.c"
    command -v c++ >/dev/null || skip "no C++ compiler here"
    c++ -std=c++17 -x c++ -pedantic -Wall -Wextra -Werror -I"$TOP/core/include" -fsyntax-only "$T/h.c"
}

@test "the plugins that are shipped export one symbol each" {
    local plugin count=0
    for plugin in "$TFHOOK_PLUGINS"/*.so; do
        [ "$(nm -D --defined-only "$plugin" | awk '$3 !~ /asan|ubsan/ {print $3}')" = tfhook_plugin_v1 ] ||
            fail "$plugin exports: $(nm -D --defined-only "$plugin")"
        count=$((count + 1))
    done
    [ "$count" -eq "$(find "$TOP/plugins" -name plugin.c | wc -l)" ]
}

@test "the administrator's first config and commands of README.md work as they stand there" {
    local root=$T/root line word
    mkdir -p "$root"/etc/httpd/conf/ssl.crt "$root"/usr/bin "$root"/usr/lib/jvm/jdk/{bin,lib/security} "$root"/root
    make_cert app1 "$root/etc/httpd/conf/ssl.crt/server.crt" "$T/key"
    make_cert scm1 "$root/root/scm1.crt" "$T/key"
    cp -L /etc/ssl/certs/java/cacerts "$root/usr/lib/jvm/jdk/lib/security/cacerts"
    cp /bin/true "$root/usr/lib/jvm/jdk/bin/java"
    ln -s /usr/lib/jvm/jdk/bin/java "$root/usr/bin/java"
    block ini "$TOP/README.md" >"$T/tfhook.ini"
    # Every line of every block that is marked as shell.
    awk '/^```sh$/ {on = 1; next} /^```$/ {on = 0} on' "$TOP/README.md" >"$T/commands"
    [ "$(wc -l <"$T/commands")" -ge 10 ]
    while read -r line; do
        [[ $line == tfhook\ * ]] || fail "not a tfhook command: $line"
        line=${line#tfhook }
        word=(--root "$root" --plugin-dir "$TFHOOK_PLUGINS")
        [[ $line == *--plugin\ * ]] || word+=(-c "$T/tfhook.ini")
        status=0
        # shellcheck disable=SC2086
        output=$("$TFHOOK" "${word[@]}" $line </dev/null 2>&1) || status=$?
        [ "$status" -eq 0 ] || fail "$line"
    done <"$T/commands"
}
