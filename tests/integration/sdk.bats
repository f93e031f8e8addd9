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
        cmake --build "$T/$1/build" >>"$T/log" && cmake --install "$T/$1/build" >>"$T/log" &&
        (cd "$T/$1/build" && ctest --output-on-failure >>"$T/log" 2>&1) ||
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
    # The program's version begins with the interface's.
    local interface
    interface=$(awk '/^#define TFHOOK_API_M/ {printf "%s.", $3}' "$T/prefix/include/tfhook/plugin.h")
    [[ $("$TFHOOK" --version) == "tfhook $interface"* ]] || fail "interface $interface"
}

@test "the test host's library has no names but those of its header, so that none of a test's clashes" {
    diff <(nm --defined-only -g "$T/prefix/lib/libtfhook-testhost.a" | awk 'NF == 3 {print $3}' | sort) \
        <(grep -oE '\btesthost_[a-z_]+\(' "$T/prefix/include/tfhook/testhost.h" | tr -d '(' | sort -u)
}

@test "httpd-tls passes its own tests, sets what is wrong, and a rollback keeps the lines of others" {
    local conf=$T/ssl.conf
    build httpd-tls
    grep -q '100% tests passed, 0 tests failed out of 1' "$T/log"
    step httpd-tls plan -o "file=$conf"
    expect_status 1
    expect_output "$conf is not there: install mod_ssl"
    cat >"$conf" <<'END'
Listen 443 https
# SSLProtocol all
<VirtualHost _default_:443>
    sslprotocol all \
        -SSLv2
    SSLCipherSuite DEFAULT
</VirtualHost>
END
    cp "$conf" "$T/before"
    step httpd-tls verify -o "file=$conf"
    expect_status 5
    expect_output "SSLCipherSuite DEFAULT in <VirtualHost _default_:443>"
    step httpd-tls apply -o "file=$conf"
    expect_status 0
    expect_output "+     SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1"
    expect_output "ssl.conf:4: SSLProtocol all -SSLv2 is in <VirtualHost _default_:443>"
    expect_output "restart httpd"
    [ "$(cat "$conf")" = "$(cat <<'END'
Listen 443 https
# SSLProtocol all
<VirtualHost _default_:443>
    SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1
    SSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4
</VirtualHost>
SSLHonorCipherOrder on
END
)" ]
    step httpd-tls apply -o "file=$conf"
    expect_output "Nothing to do"
    step httpd-tls verify -o "file=$conf"
    expect_status 0
    step httpd-tls check -o "file=$conf" "protocols=all -TLSv9"
    expect_status 3
    expect_output 'httpd knows no protocol "TLSv9"'
    sed -i '1i# a line of somebody else' "$conf"
    tfhook rollback
    expect_status 0
    [ "$(cat "$conf")" = "# a line of somebody else
$(cat "$T/before")" ]
}

# hook_script: stdin becomes the executable of exec-hook
hook_script() {
    mkdir -p "$T/hooks"
    chmod 755 "$T/hooks"
    cat >"$T/hooks/run"
    chmod 755 "$T/hooks/run"
}

@test "exec-hook passes its own tests; a script in Python edits, verifies and is undone" {
    build exec-hook
    grep -q '100% tests passed, 0 tests failed out of 1' "$T/log"
    hook_script <"$BATS_TEST_DIRNAME/../../examples/plugins/exec-hook/banner"
    printf 'Debian\n' >"$T/issue"
    local keys=("command=$T/hooks/run" "data=file=$T/issue,line=Authorized use only")
    step exec-hook verify -o "${keys[@]}"
    expect_status 5
    expect_output "has not the line"
    step exec-hook apply -o "${keys[@]}"
    expect_status 0
    expect_output "+ Authorized use only"
    expect_output "tell users of $T/issue"
    [ "$(cat "$T/issue")" = "Debian
Authorized use only" ]
    step exec-hook apply -o "${keys[@]}"
    expect_output "Nothing to do"
    step exec-hook verify -o "${keys[@]}"
    expect_status 0
    tfhook rollback
    [ "$(cat "$T/issue")" = Debian ]
}

@test "exec-hook: a shell script sees what an earlier step of the run has staged" {
    build hello
    build exec-hook
    hook_script <<END
#!/bin/sh
cat >"$T/seen.\$1"
END
    cat >"$T/c.ini" <<END
[step greet]
plugin = hello
hook = pre-provision
file = $T/hello.txt
[step look]
plugin = exec-hook
hook = pre-provision
command = $T/hooks/run
arguments = x
data = a=b
END
    tfhook -c "$T/c.ini" plan --hook pre-provision
    expect_status 0
    python3 - "$T" <<'END'
import hashlib, json, sys
top = sys.argv[1]
seen = json.load(open(top + "/seen.x"))
assert seen["schema"] == 1 and seen["call"] == "plan" and seen["step"] == "look", seen
assert seen["hook"] == "pre-provision" and seen["root"] == "" and seen["keys"] == {"a": "b"}, seen
(change,) = seen["staged"]
assert change["path"] == top + "/hello.txt" and change["action"] == "write", change
assert change["content"].startswith("hello, ") and change["secret"] is False, change
assert change["new_sha256"] == hashlib.sha256(change["content"].encode()).hexdigest(), change
END
    [ ! -e "$T/hello.txt" ]
}

@test "exec-hook: bad JSON, a hanging script, one that exits 3 and one that others can write fail the step" {
    build exec-hook
    hook_script <<<$'#!/bin/sh\necho "{\\"result\\": ok}"'
    step exec-hook plan -o "command=$T/hooks/run"
    expect_status 1
    expect_output "$T/hooks/run gave an answer that is not understood: it is no JSON: line 1"
    hook_script <<<$'#!/bin/sh\nsleep 30'
    step exec-hook plan -o "command=$T/hooks/run" seconds=1
    expect_status 1
    expect_output "$T/hooks/run did not end within 1 seconds"
    hook_script <<<$'#!/bin/sh\necho "no httpd" >&2; exit 3'
    step exec-hook plan -o "command=$T/hooks/run"
    expect_status 1
    expect_output "$T/hooks/run ended with status 3: no httpd"
    hook_script <<<$'#!/bin/sh\nhead -c 2000000 /dev/zero'
    step exec-hook plan -o "command=$T/hooks/run"
    expect_status 1
    expect_output "$T/hooks/run wrote more than 1 MiB"
    chmod 775 "$T/hooks/run"
    step exec-hook plan -o "command=$T/hooks/run"
    expect_status 1
    expect_output "$T/hooks/run can be written by others"
}

@test "the manual tfhook-plugin(3) is installed, formats cleanly and names every member of the host" {
    local page=$T/prefix/share/man/man3/tfhook-plugin.3 member members
    members=$(awk '/^struct tfhook_host \{/ {on = 1; next} on && /^\};/ {exit} on' \
        "$T/prefix/include/tfhook/plugin.h" | sed 's,/\*.*,,; /^ *\*/d' |
        grep -oE '\(\*[a-z_]+\)|\*?[a-z_]+;' | tr -d '()*;')
    [ "$(wc -w <<<"$members")" -ge 35 ] || fail "members: $members"
    for member in $members; do
        [ "$member" = ret ] || grep -qE "^\.It F[an] (.* , )?$member( |$)" "$page" ||
            fail "$member is not in the page"
    done
    for member in NAME SYNOPSIS DESCRIPTION 'RETURN VALUES' ERRORS FILES EXAMPLES 'SEE ALSO'; do
        grep -qx "\.Sh $member" "$page" || fail "no section $member"
    done
    # What is at hand says whether it is mdoc.
    if command -v mandoc >/dev/null; then
        mandoc -T lint -W error "$page"
    elif command -v groff >/dev/null; then
        [ -z "$(groff -mdoc -ww -z -T utf8 "$page" 2>&1)" ] || fail "$(groff -mdoc -ww -z -T utf8 "$page" 2>&1)"
    fi
}

# blocks FILE DIRECTORY: its fenced blocks, as 1.c, 2.sh and so on
blocks() {
    awk -v to="$2" '/^```[a-z]+$/ {on = 1; file = to "/" ++n "." substr($0, 4); next}
                    /^```$/ {on = 0} on {print >file}' "$1"
}

@test "the hour of plugins/README.md: each of its blocks works as it stands there, in order" {
    local block name
    mkdir "$T/blocks" "$T/bin" "$T/motd"
    blocks "$BATS_TEST_DIRNAME/../../plugins/README.md" "$T/blocks"
    [ "$(grep -c '^```' "$BATS_TEST_DIRNAME/../../plugins/README.md")" -eq $((2 * $(find "$T/blocks" -type f | wc -l))) ]
    # The installed tfhook, with a state directory of the test. It finds its own plugins, though it was
    # built for another prefix.
    cat >"$T/bin/tfhook" <<END
#!/bin/sh
exec "$T/prefix/sbin/tfhook" --state-dir "$T/state" "\$@"
END
    chmod 755 "$T/bin/tfhook"
    export PATH=$T/bin:$PATH PKG_CONFIG_PATH=$T/prefix/lib/pkgconfig CMAKE_PREFIX_PATH=$T/prefix
    cd "$T/motd"
    # Files first: a block of a language is a file, a block of shell is run.
    cp "$(grep -l 'tfhook_plugin_v1 = ' "$T"/blocks/*.c)" motd.c
    cp "$(grep -l 'cmocka.h' "$T"/blocks/*.c)" test_motd.c
    cp "$T"/blocks/*.cmake CMakeLists.txt
    [ "$(find "$T/blocks" -name '*.sh' | wc -l)" -eq 5 ]
    for block in $(find "$T/blocks" -name '*.sh' | sort -V); do
        sh -eu "$block" >"$T/log" 2>&1 || fail "$(cat "$block" "$T/log")"
        case $(cat "$block") in
        *./test_motd*) grep -q 'PASSED.*1 test' "$T/log" ;;
        *ctest*) grep -q '100% tests passed' "$T/log" ;;
        *rollback*) grep -q '+ hello' "$T/log" && [ ! -e motd.txt ] ;;
        *'tfhook plugins'*) grep -q 'motd 1.0: keeps the message' "$T/log" ;;
        esac || fail "$(cat "$block" "$T/log")"
    done
    run "$T/bin/tfhook" -c "$T"/blocks/*.ini check
    [ "$status" -eq 0 ]
}

@test "exec-hook: the script is root's, may become another user, and is killed as that too" {
    build exec-hook
    chmod 711 "$T"
    # The shell keeps so large a here-document in a file.
    { printf '#!/bin/bash\ntext=$(wc -c <<END\n'; head -c 100000 /dev/zero | tr '\0' x; printf '\nEND\n)\n'
      echo 'echo "{\"message\": \"$(id -u) $(runuser -u daemon -- id -un) $text\"}"'; } | hook_script
    step exec-hook plan -o "command=$T/hooks/run"
    expect_status 0
    expect_output "0 daemon 100001"
    hook_script <<<$'#!/bin/sh\nexec setpriv --reuid=daemon --regid=daemon --clear-groups sleep 986'
    step exec-hook plan -o "command=$T/hooks/run" seconds=1
    expect_status 1
    expect_output "$T/hooks/run did not end within 1 seconds"
    expect_none_running -f 'sleep 986'
    # Of nobody's, whose number the call's own process has, it is not.
    chown nobody "$T/hooks/run"
    step exec-hook plan -o "command=$T/hooks/run"
    expect_status 1
    expect_output "$T/hooks/run belongs to user 65534: chown it to root"
}
