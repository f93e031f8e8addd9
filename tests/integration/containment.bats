#!/usr/bin/env bats
# What the process of a plugin's call may do by itself, and what the host does for it as root. As root:
# who is not root has nothing to give up.
load helper

setup() {
    common_setup
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
    echo old >"$T/file"
}

teardown() {
    common_teardown
}

# CapEff has this bit: needs_capability NUMBER NAME
need_capability() {
    local mine
    mine=$((16#$(awk '/^CapEff/ {print $2}' /proc/self/status)))
    [ $((mine >> $1 & 1)) -eq 1 ] || skip "needs CAP_$2, which this root does not have"
}

need_containment() {
    need_capability 2 DAC_READ_SEARCH
    need_capability 19 SYS_PTRACE
}

# config PLUGIN LINE...: a step of it that does these lines
config() {
    printf '[step one]\nplugin = %s\nhook = pre-provision\ntimeout = 20\n' "$1" >"$T/c.ini"
    [ "$1" = fake ] || printf 'file = %s\n' "$T/file" >>"$T/c.ini"
    shift
    printf 'do = %s\n' "$1" >>"$T/c.ini"
    shift
    [ $# -eq 0 ] || printf '    %s\n' "$@" >>"$T/c.ini"
}

@test "a plugin can neither open to write, make, rename nor remove a file" {
    need_containment
    local deed
    config mischief plan:write-itself
    tfhook -c "$T/c.ini" plan
    expect_status 0
    for deed in "open to write" create truncate unlink rename symlink mkdir; do
        expect_output "$deed: Permission denied"
    done
    refuse_output "link: done"
    expect_output "open /dev/null: done"
    [ ! -e "$T/file.other" ]
    [ "$(cat "$T/file")" = old ]
}

@test "what a plugin gets open to write all the same has no room for a byte" {
    config mischief plan:inflate
    tfhook -c "$T/c.ini" plan
    expect_status 1
    expect_output "the plugin mischief crashed: File size limit exceeded"
}

@test "a plugin has no terminal, and of root's rights those to look" {
    need_containment
    # CAP_SYS_ADMIN and CAP_SYS_CHROOT, without which there is nothing to lose.
    need_capability 21 SYS_ADMIN
    need_capability 18 SYS_CHROOT
    config mischief plan:meddle
    # On a terminal of its own, which the shell there can open.
    cat >"$T/on-terminal" <<SH
#!/bin/bash
: </dev/tty && echo the shell has it
"$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" plan
SH
    chmod +x "$T/on-terminal"
    run python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1]) >> 8)' "$T/on-terminal"
    expect_status 0
    expect_output "the shell has it"
    expect_output "set the host's name: Operation not permitted"
    expect_output "chroot: Operation not permitted"
    expect_output "open the terminal: No such device or address"
}

# What only root or its owner may read: a file of somebody else's, and a process.
make_secrets() {
    mkdir "$T/theirs"
    echo their-secret >"$T/theirs/file"
    chmod 600 "$T/theirs/file"
    chmod 700 "$T/theirs"
    chown -R daemon "$T/theirs"
    start setpriv --reuid=daemon --regid=daemon --clear-groups env -i MARK=their-mark /bin/sleep 60
    for _ in $(seq 100); do
        grep -q MARK=their-mark "/proc/${STARTED[0]}/environ" && break
        sleep 0.02
    done
    config fake "plan:read:/etc/shadow" "plan:read:$T/theirs/file" "plan:list:$T/theirs" \
        "plan:process:${STARTED[0]}:environ" "plan:process:${STARTED[0]}:exe" \
        "plan:process:${STARTED[0]}:ns/mnt" "plan:process:0:status"
}

expect_secrets_read() {
    expect_status 0
    expect_output "read /etc/shadow: $(stat -c %s /etc/shadow) bytes"
    expect_output "bytes: their-secret"
    expect_output "listed file"
    expect_output "process: MARK=their-mark"
    expect_output "process: $(readlink -f /bin/sleep)"
    expect_output "process: $(readlink /proc/self/ns/mnt)"
}

@test "a plugin reads what root may read: a file of another user, an environment" {
    need_containment
    make_secrets
    tfhook -v -c "$T/c.ini" plan
    expect_secrets_read
    expect_output 'Uid:\x090\x0965534\x090\x0965534'
    expect_output 'Gid:\x090\x0965534\x090\x0965534'
    grep -q 'Groups:\\x09 *\\x0a' "$T/err" || fail "the call has groups"
    refuse_output "nothing hinders it"
}

@test "as root of a container everything still reads, and -v says what is not held" {
    make_secrets
    local program=$TFHOOK
    printf '#!/bin/sh\nexec setpriv --bounding-set -dac_read_search --inh-caps -all "%s" "$@"\n' \
        "$program" >"$T/contained"
    chmod +x "$T/contained"
    sed -i /environ/d "$T/c.ini"
    sed -i '/:exe/d; /ns.mnt/d' "$T/c.ini"
    TFHOOK=$T/contained tfhook -v -c "$T/c.ini" plan
    expect_status 0
    expect_output "bytes: their-secret"
    expect_output "the plugin fake may do all that this user may (root without CAP_DAC_READ_SEARCH or CAP_SYS_PTRACE, as in a container)"
    expect_output 'Uid:\x090\x090\x090\x090'
    config fake "plan:write:$T/file:new"
    TFHOOK=$T/contained tfhook -c "$T/c.ini" apply
    expect_status 0
    [ "$(cat "$T/file")" = new ]
}

@test "who is not root keeps its user, and -v says so" {
    config fake "plan:probe:/usr/bin/id:-u"
    chmod 755 "$T"
    status=0
    install -d -o nobody "$T/nobody"
    setpriv --reuid=nobody --regid=nogroup --clear-groups "$TFHOOK" -v --plugin-dir "$TFHOOK_PLUGINS" \
        --state-dir "$T/nobody" -c "$T/c.ini" plan >"$T/out" 2>&1 || status=$?
    output=$(cat "$T/out")
    expect_status 0
    expect_output "the plugin fake may do all that this user may (not root)"
    expect_output "status 0 timed out 0 truncated 0: 65534"
}

@test "root's own limits on what it becomes are no way to stay root" {
    need_containment
    script groups <<'SH'
#!/bin/sh
grep -E '^(Uid|Gid)' /proc/self/status
SH
    config fake "plan:probe-briefly:/bin/sleep:60" "plan:process:0:status" "plan:probe:$T/groups"
    printf '#!/bin/sh\nexec setpriv --securebits +no_setuid_fixup "%s" "$@"\n' "$TFHOOK" >"$T/fixed"
    chmod +x "$T/fixed"
    TFHOOK=$T/fixed tfhook -v -c "$T/c.ini" plan
    expect_status 0
    expect_output "timed out 1"
    expect_output 'Uid:\x090\x0965534\x090\x0965534'
    expect_output 'truncated 0: Uid:\x090\x090\x090\x090\x0aGid:\x090\x090\x090\x090'
}

# script NAME: an executable of root's, from stdin
script() {
    cat >"$T/$1"
    chmod 755 "$T/$1"
}

@test "a probe is root's: it may become another user, and use a here-document" {
    chmod 711 "$T"
    # A large one is a file in the shell's hands, not a pipe.
    { echo '#!/bin/bash'; echo 'wc -c <<END'; head -c 100000 /dev/zero | tr '\0' x; echo; echo END; } |
        script here
    script groups <<'SH'
#!/bin/sh
id -u; id -G | wc -w; grep CapEff /proc/self/status; echo "$HOME"
SH
    config fake "plan:probe:$(command -v runuser):-u:daemon:--:/usr/bin/id" "plan:probe:$T/here" \
        "plan:probe:$T/groups"
    tfhook -v -c "$T/c.ini" plan
    expect_status 0
    expect_output "uid=$(id -u daemon)(daemon)"
    expect_output "truncated 0: 100001"
    expect_output "truncated 0: 0\\x0a$(id -G | wc -w)\\x0aCapEff:\\x09$(awk '/CapEff/ {print $2}' /proc/self/status)\\x0a$HOME"
}

@test "a probe that became another user is killed at its deadline, and what it left with the call" {
    config fake "plan:probe-briefly:$(command -v runuser):-u:daemon:--:$T/long" "plan:write:$T/file:new"
    chmod 711 "$T"
    script long <<'SH'
#!/bin/sh
sleep 987 &
wait
SH
    local before=$SECONDS
    tfhook -v -c "$T/c.ini" apply
    expect_status 0
    expect_output "status 137 timed out 1"
    [ $((SECONDS - before)) -lt 10 ] || fail "the deadline of the probe does not hold"
    [ "$(cat "$T/file")" = new ]
    expect_none_running -f 'sleep 987'
    expect_none_running -f "$T/long"
}

@test "a kill -9 of tfhook ends the call" {
    config mischief plan:hang-deaf
    start "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" plan
    local main=${STARTED[0]} child=
    for _ in $(seq 100); do
        # It ignores SIGTERM: it has got to where it waits.
        child=$(pgrep -P "$main" || true)
        [ -n "$child" ] && [ $((16#$(awk '/^SigIgn/ {print $2}' "/proc/$child/status") >> 14 & 1)) = 1 ] &&
            break
        child=
        sleep 0.05
    done
    [ -n "$child" ]
    kill -9 "$main"
    for _ in $(seq 100); do
        [[ $(ps -o stat= -p "$child") != [^Z]* ]] && return 0
        sleep 0.02
    done
    fail "the call goes on"
}
