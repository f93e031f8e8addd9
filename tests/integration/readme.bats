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

# The rooms of FOLDER, with those that each may include, as the build has them: "ROOM LEFT...".
rooms() {
    sed -n "s/^$2(\\(.*\\))\$/\\1/p" "$TOP/$1/CMakeLists.txt"
}

# check_room FOLDER ROOM LEFT...: its README names its doors and what it may include, and no more.
check_room() {
    local folder=$1 room=$2 readme header may
    shift 2
    readme=$TOP/$folder/$room/README.md
    [ -f "$readme" ] || fail "$folder/$room has no README"
    for header in "$TOP/$folder/$room"/*.h; do
        grep -qF "\`$(basename "$header")\`" "$readme" || fail "$readme: no word of $(basename "$header")"
    done
    may=$(sed -n 's/^May include: \([^.]*\)\..*/\1/p' "$readme" | tr -d ,)
    case $may in
    nothing*) may= ;;
    esac
    [ "$may" = "$*" ] || fail "$readme: may include $may; the build says: $*"
}

@test "every room has a README, which names its headers and what it may include, as the build has it" {
    local line count=0
    while read -r line; do
        # shellcheck disable=SC2086 # words
        check_room core $line
        count=$((count + 1))
    done < <(rooms core add_core_room)
    while read -r line; do
        # shellcheck disable=SC2086
        check_room plugins/lib $line
        count=$((count + 1))
    done < <(rooms plugins add_lib_room)
    [ "$count" -eq 20 ] || fail "$count rooms"
}

@test "the files that comments name are there" {
    local name
    for name in $(grep -rhoE '(^ \*|/\*|//).*' "$TOP/core" "$TOP/plugins" --include=*.c --include=*.h |
        grep -oE '\b[a-z][a-z0-9_]+\.[ch]\b' | sort -u); do
        case $name in
        # of PostgreSQL (be-secure-common.c), the kernel, OpenSSL
        common.c | posix_acl_xattr.h | tls1.h) continue ;;
        esac
        [ -n "$(find "$TOP/core" "$TOP/plugins" -name "$name" -print -quit)" ] ||
            fail "a comment names $name, which is not there: $(grep -rn "\b$name" "$TOP/core" "$TOP/plugins")"
    done
}

@test "what the READMEs of the tree name is there" {
    local readme name
    for readme in "$TOP"/core/README.md "$TOP"/core/*/README.md "$TOP"/plugins/*/README.md \
        "$TOP"/plugins/lib/*/README.md "$TOP"/tests/README.md "$TOP"/tests/unit/README.md; do
        for name in $(grep -oE '`[a-z0-9_./-]*[a-z0-9_]+\.(c|h|sh|py|bats|bash|txt|md)`' "$readme" | tr -d '`'); do
            [ -n "$(find "$TOP/core" "$TOP/plugins" "$TOP/tests" "$TOP/examples" -path "*/${name#*./}" -print -quit)" ] ||
                fail "$readme names $name, which is not there"
        done
        for name in $(grep -oE '`[a-z_]+\(\)`' "$readme" | tr -d '`()'); do
            grep -rqE "\\b$name\(" "$TOP/core" "$TOP/plugins" --include=*.[ch] ||
                fail "$readme names $name(), which is not there"
        done
    done
}
