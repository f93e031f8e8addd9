#!/usr/bin/env bats
# Plugins built outside the tree, against the installed files alone.
load helper

setup() {
    common_setup
    DESTDIR='' cmake --install "$TFHOOK_BUILD" --prefix "$T/prefix" >/dev/null
}

teardown() {
    common_teardown
}

# build NAME: the example, in a folder of its own, installed among the plugins
build() {
    cp -r "$BATS_TEST_DIRNAME/../../examples/plugins/$1" "$T/$1"
    cmake -G Ninja -S "$T/$1" -B "$T/$1/build" -DCMAKE_PREFIX_PATH="$T/prefix" \
        -DCMAKE_C_FLAGS='-Wall -Wextra -Wconversion -Werror' >"$T/log" &&
        cmake --build "$T/$1/build" >>"$T/log" && cmake --install "$T/$1/build" >>"$T/log" ||
        fail "$(cat "$T/log")"
    TFHOOK_PLUGINS=$T/prefix/lib/tfhook
}

@test "hello is built by the CMake package, runs, and undoes" {
    [ "$(wc -l <"$BATS_TEST_DIRNAME/../../examples/plugins/hello/hello.c")" -lt 60 ]
    build hello
    [ "$(nm -D --defined-only "$TFHOOK_PLUGINS/hello.so" | awk '{print $3}')" = tfhook_plugin_v1 ]
    tfhook verify --plugin hello -o file="$T/hello.txt"
    expect_status 5
    expect_output "does not say hello"
    tfhook apply --plugin hello -o file="$T/hello.txt"
    expect_status 0
    [ "$(cat "$T/hello.txt")" = "hello, $(hostname -s | tr '[:upper:]' '[:lower:]')" ]
    tfhook apply --plugin hello -o file="$T/hello.txt"
    expect_output "Nothing to do"
    tfhook rollback
    [ ! -e "$T/hello.txt" ]
    tfhook plugins hello
    expect_output "file (path; default /etc/hello)"
}

@test "pkg-config has what a compiler needs to know, and where plugins go" {
    export PKG_CONFIG_PATH=$T/prefix/lib/pkgconfig
    local flags directory
    flags=$(pkg-config --cflags tfhook)
    directory=$(pkg-config --variable=plugindir tfhook)
    # shellcheck disable=SC2086 # the flags are words
    cc -shared $flags -o "$directory/hello.so" \
        "$BATS_TEST_DIRNAME/../../examples/plugins/hello/hello.c"
    chmod 755 "$directory/hello.so"
    TFHOOK_PLUGINS=$directory
    tfhook plan --plugin hello -o file="$T/hello.txt"
    expect_status 0
    expect_output "create $T/hello.txt"
    [ "$(pkg-config --modversion tfhook)" = "$("$TFHOOK" --version | awk '{print $2}')" ]
}
