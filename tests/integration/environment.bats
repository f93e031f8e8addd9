#!/usr/bin/env bats
# What stands in the environment of who starts tfhook makes it load nothing.
load helper

setup() {
    common_setup
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
    cat >"$T/mark.c" <<'C'
#include <stdio.h>
#include <unistd.h>
__attribute__((constructor)) static void mark(void)
{
    FILE *file = fopen(MARK, "a");
    if (file != NULL)
        (void)fprintf(file, "%d\n", (int)getpid());
    if (file != NULL)
        (void)fclose(file);
}
C
    cc -shared -fPIC -DMARK="\"$T/mark\"" -o "$T/mark.so" "$T/mark.c"
    printf '[step one]\nplugin = fake\nhook = pre-stop\ndo = plan:probe:/bin/true\n' >"$T/c.ini"
}

teardown() {
    common_teardown
}

expect_no_mark() {
    [ ! -e "$T/mark" ] || fail "a foreign constructor has run"
}

@test "libraries and modules of the environment are not loaded" {
    new_key "$T/x.key"
    openssl req -x509 -key "$T/x.key" -out "$T/x.crt" -subj /CN=x -days 9 2>/dev/null
    local kind=providers
    [[ "$(openssl version)" == "OpenSSL 3"* ]] || kind=engines
    cat >"$T/openssl.cnf" <<CNF
openssl_conf = openssl_init
[openssl_init]
$kind = loaded
[loaded]
mark = $kind
[providers]
module = $T/mark.so
activate = 1
[engines]
dynamic_path = $T/mark.so
CNF
    printf 'module UTF-8// X// %s/mark 1\nmodule X// UTF-8// %s/mark 1\n' "$T" "$T" \
        >"$T/gconv-modules"
    # The mark is a true one: another program does load it.
    OPENSSL_CONF=$T/openssl.cnf openssl version >/dev/null 2>&1 || true
    OPENSSL_CONF=$T/openssl.cnf openssl dgst -sha256 /dev/null >/dev/null 2>&1 || true
    [ -s "$T/mark" ] || fail "nothing loads the module, so this proves nothing"
    rm "$T/mark"
    export OPENSSL_CONF=$T/openssl.cnf OPENSSL_MODULES=$T OPENSSL_ENGINES=$T GCONV_PATH=$T \
        LC_ALL=C.UTF-8 CHARSET=X LOCPATH=$T NLSPATH=$T
    tfhook -c "$T/c.ini" plan
    expect_status 0
    expect_no_mark
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-built
    tfhook apply --plugin jks-import -o "certificate=$T/x.crt" -o "keystore=$T/s.jks" -o create=yes
    expect_status 0
    expect_no_mark
}

# The launcher is its own entry where that is written for the machine: then nothing runs before it.
need_own_launcher() {
    case $(uname -m) in
    x86_64 | aarch64) ;;
    *) skip "the launcher has no entry of its own for $(uname -m), so the loader ran" ;;
    esac
}

@test "the launcher has no loader, no library, and nothing that one would have to bind" {
    local launcher
    need_own_launcher
    for launcher in "$TFHOOK" "$TFHOOK_BUILD/core/tfhook-installed"; do
        run readelf -ldr "$launcher"
        expect_status 0
        expect_output "There are no relocations in this file"
        refuse_output "INTERP"
        refuse_output "NEEDED"
    done
}

@test "LD_PRELOAD and LD_AUDIT run nothing, in no process" {
    need_own_launcher
    local leading=("LD_PRELOAD=$T/mark.so" "LD_AUDIT=$T/mark.so" "LD_LIBRARY_PATH=$T") command
    env "${leading[@]}" /bin/true
    [ -s "$T/mark" ] || fail "nothing loads the library, so this proves nothing"
    rm "$T/mark"
    for command in --version "plugins fake" "-c $T/c.ini check" "-c $T/c.ini plan" \
        "-c $T/c.ini apply"; do
        # shellcheck disable=SC2086 # a command is words
        env "${leading[@]}" "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" \
            $command >"$T/out" 2>&1 || fail "$command: $(cat "$T/out")"
    done
    expect_no_mark
}

@test "the program past its launcher refuses what would lead its loader" {
    local program=$TFHOOK_BUILD/libexec/tfhook/tfhook
    LD_LIBRARY_PATH=$T run "$program" --version
    expect_status 3
    expect_output "LD_LIBRARY_PATH is set"
    run "$program" --version
    expect_status 0
}

@test "a launcher without its program says which" {
    local there
    mkdir "$T/sbin"
    cp "$TFHOOK_BUILD/core/tfhook-installed" "$T/sbin/tfhook"
    there=$(sed -n 's/^CMAKE_INSTALL_PREFIX:PATH=//p' "$TFHOOK_BUILD/CMakeCache.txt")/libexec/tfhook/tfhook
    [ ! -e "$there" ] || skip "a tfhook is installed here, which the launcher finds"
    run "$T/sbin/tfhook" --version
    expect_status 7
    expect_output "$there cannot be started: it is not there; install tfhook again"
    mkdir -p "$T/libexec/tfhook"
    cp "$TFHOOK_BUILD/libexec/tfhook/tfhook" "$T/libexec/tfhook"
    run "$T/sbin/tfhook" --version
    expect_status 0
    # One that cannot be run is not passed over for another.
    echo garbage >"$T/libexec/tfhook/tfhook"
    run "$T/sbin/tfhook" --version
    expect_status 7
    expect_output "$T/sbin/../libexec/tfhook/tfhook cannot be started: it is no program for this machine"
    chmod a-x "$T/libexec/tfhook/tfhook"
    run "$T/sbin/tfhook" --version
    expect_status 7
    expect_output "cannot be started: permission denied"
    # What has no text of its own is told by its number: a loop of links.
    ln -sf tfhook "$T/libexec/tfhook/tfhook"
    run "$T/sbin/tfhook" --version
    expect_status 7
    expect_output "cannot be started: error 40 (errno(3))"
}

@test "what leads the loader is left before a plugin is loaded" {
    mkdir "$T/lib" "$T/p"
    cp "$T/mark.so" "$T/lib/libmark.so"
    cc -shared -fPIC -I"$BATS_TEST_DIRNAME/../../core/include" -o "$T/p/hello.so" \
        "$BATS_TEST_DIRNAME/../../examples/plugins/hello/hello.c" -Wl,--no-as-needed -L"$T/lib" -lmark
    TFHOOK_PLUGINS=$T/p
    LD_LIBRARY_PATH=$T/lib tfhook plan --plugin hello -o file="$T/hello"
    expect_status 3
    expect_output "hello.so cannot be loaded: libmark.so"
    expect_no_mark
}

@test "a phase command gets the caller's own environment back" {
    printf '[phase stop]\ncommand = /usr/bin/env\n' >>"$T/c.ini"
    # The last is a name that the launcher itself makes of LD_PRELOAD.
    run env LD_LIBRARY_PATH="$T/nowhere" GLIBC_TUNABLES=glibc.malloc.check=0 OTHER=kept \
        $'\xccD_PRELOAD='"$T/forged.so" \
        "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" \
        wrap stop -- /usr/bin/env
    expect_status 0
    expect_output "LD_LIBRARY_PATH=$T/nowhere"
    expect_output "GLIBC_TUNABLES=glibc.malloc.check=0"
    expect_output "OTHER=kept"
    refuse_output "forged.so"
}
