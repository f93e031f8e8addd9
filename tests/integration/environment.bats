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

@test "a phase command gets the caller's own environment back" {
    printf '[phase stop]\ncommand = /usr/bin/env\n' >>"$T/c.ini"
    run env LD_LIBRARY_PATH="$T/nowhere" GLIBC_TUNABLES=glibc.malloc.check=0 OTHER=kept \
        "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" \
        wrap stop -- /usr/bin/env
    expect_status 0
    expect_output "LD_LIBRARY_PATH=$T/nowhere"
    expect_output "GLIBC_TUNABLES=glibc.malloc.check=0"
    expect_output "OTHER=kept"
}
