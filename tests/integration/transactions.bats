#!/usr/bin/env bats
# What a transaction promises when something goes wrong: the exit status is true, every file is as it
# was or as it was to be, and there is a way out.

load helper
load fake

setup() {
    fake_setup
}

teardown() {
    chattr -i "$T/f" 2>/dev/null || true
    common_teardown
}

# apply with call number N of a system call failing: inject CALL N ERROR
inject() {
    status=0
    strace -f -qq -o "$T/trace" -e "trace=$1" -e "inject=$1:error=$3:when=$2" \
        "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply \
        >"$T/out" 2>"$T/err" </dev/null || status=$?
    output=$(cat "$T/out" "$T/err")
}

@test "every failing rename, fsync, write, open and chown leaves the old content or a warning" {
    local call n
    config "plan:write:$T/f:new" "plan:write:$T/d/new:x"
    for call in renameat fsync fchown fchmod fsetxattr mkdir mkdirat unlinkat write openat; do
        for n in $(seq 1 40); do
            rm -rf "$T/state" "$T/d"
            echo old >"$T/f"
            inject "$call" "$n" EIO
            grep -q INJECTED "$T/trace" || break
            tfhook recover
            expect_status 0
            [ -z "$(find "$T" -name '.tfhook-*')" ] || fail "$call $n left a temporary file"
            case $(cat "$T/f") in
            old) [ ! -e "$T/d" ] || fail "$call $n: half done" ;;
            new) [ -e "$T/d/new" ] || fail "$call $n: half done" ;;
            *) fail "$call $n: $(cat "$T/f")" ;;
            esac
        done
        [[ "$call" = fsetxattr ]] || [ "$n" -gt 1 ] || fail "$call was never reached"
    done
}

@test "status 1 means as before, also when the commit itself fails" {
    local n
    config "plan:write:$T/f:new"
    for n in $(seq 1 20); do
        rm -rf "$T/state"
        echo old >"$T/f"
        inject renameat "$n" EIO
        grep -q INJECTED "$T/trace" || break
        case $status in
        0) [ "$(cat "$T/f")" = new ] ;;
        1) [ "$(cat "$T/f")" = old ] ;;
        *) expect_status 6 ;;
        esac
    done
    [ "$n" -gt 3 ]
}

@test "a target that changes at the last moment is not overwritten" {
    config "plan:write:$T/f:new"
    strace -f -qq -o "$T/trace" -e trace=renameat -e inject=renameat:delay_exit=2000000:when=2 \
        "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply \
        >"$T/out" 2>&1 </dev/null 3>&- &
    local pid=$!
    for _ in $(seq 100); do [ -e "$T/state/transactions/000001.open" ] && break; sleep 0.05; done
    echo foreign >"$T/f"
    status=0
    wait "$pid" || status=$?
    output=$(cat "$T/out")
    expect_status 1
    expect_output "$T/f changes while tfhook works"
    [ "$(cat "$T/f")" = foreign ]
}

@test "a full stdout does not turn a committed apply into a failure" {
    config "plan:write:$T/f:new"
    status=0
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply \
        >/dev/full 2>"$T/err" || status=$?
    expect_status 0
    grep -q "cannot write to stdout" "$T/err"
    [ "$(cat "$T/f")" = new ]
    status=0
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" plan \
        >/dev/full 2>"$T/err" || status=$?
    expect_status 1
}

@test "recover --keep and --restore settle an interrupted transaction as they say" {
    config "plan:write:$T/f:new" "verify:sleep:60"
    die_in_verify
    tfhook recover --keep 1
    expect_status 0
    [ "$(cat "$T/f")" = new ]
    rm -rf "$T/state"
    echo old >"$T/f"
    die_in_verify
    tfhook --json recover --restore 1
    expect_status 0
    expect_output '"result":"rolled-back","transaction":1'
    [ "$(cat "$T/f")" = old ]
}

@test "recover tells in JSON what it put back" {
    config "plan:write:$T/f:new" "verify:sleep:60"
    die_in_verify
    tfhook --json recover
    expect_status 0
    expect_output '"result":"rolled-back","transaction":1'
    expect_output "\"path\":\"$T/f\""
}

@test "recover --restore keeps every foreign content that it overwrites" {
    config "plan:write:$T/f:new" "verify:sleep:60"
    die_in_verify
    echo foreign-1 >"$T/f"
    tfhook recover
    expect_status 6
    chattr +i "$T/f" || skip "no immutable files here"
    tfhook recover --restore 1
    expect_status 6
    chattr -i "$T/f"
    echo foreign-2 >"$T/f"
    tfhook recover --restore 1
    expect_status 0
    [ "$(cat "$T/f")" = old ]
    grep -rq foreign-1 "$T/state" && grep -rq foreign-2 "$T/state"
}

@test "memory that is refused ends a run with 7 and one line, and the next run recovers" {
    local pid
    # A sanitizer's allocator is to return NULL as another does; it says so in a line of its own.
    export ASAN_OPTIONS=$ASAN_OPTIONS:allocator_may_return_null=1
    { head -c 4000000 /dev/zero | tr '\0' '#'; printf '\na=1\n'; } >"$T/large"
    cp "$T/large" "$T/large.before"
    config "plan:write:$T/f:new" "plan:edit:$T/large:a=1:a=2" "verify:until:$T/go"
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -q -c "$T/c.ini" apply \
        >"$T/out" 2>"$T/err" </dev/null 3>&- &
    pid=$!
    for _ in $(seq 200); do grep -qsx a=2 "$T/large" && break; sleep 0.05; done
    # So that the commit must read the whole file, to look for our line.
    echo theirs >>"$T/large"
    prlimit --pid "$pid" --data=1
    touch "$T/go"
    status=0
    wait "$pid" || status=$?
    output=$(cat "$T/out" "$T/err")
    expect_status 7
    [ "$(grep -v AddressSanitizer "$T/err")" = "tfhook: out of memory" ] || fail "not that line alone"
    [ ! -s "$T/out" ]
    tfhook recover
    expect_status 0
    expect_output "transaction 1 was interrupted; its changes were undone"
    [ "$(cat "$T/f")" = old ]
    echo theirs >>"$T/large.before"
    cmp "$T/large" "$T/large.before"
    [ -z "$(find "$T" -name '.tfhook-*')" ]
}

@test "a rollback that fails says so" {
    config "plan:write:$T/f:new"
    apply
    chattr +i "$T/f" || skip "no immutable files here"
    tfhook --json rollback
    expect_status 1
    expect_output '"result":"failed"'
    chattr -i "$T/f"
}

@test "a rollback can be rolled back, and one that left a path out can be finished" {
    config "plan:write:$T/f:new" "plan:write:$T/g:new"
    apply
    tfhook rollback
    tfhook rollback 2
    expect_status 0
    [ "$(cat "$T/f")" = new ]
    tfhook rollback
    expect_status 0
    expect_output "Rolling back transaction 1"
    [ "$(cat "$T/f")" = old ]
    apply
    echo edited >"$T/f"
    tfhook rollback --skip "$T/f"
    expect_status 0
    expect_output "but for what was left out"
    [ ! -e "$T/g" ]
    tfhook history
    expect_output "(rolled back in part by 6)"
    echo -n new >"$T/f"
    tfhook rollback
    expect_status 1
    tfhook rollback 5
    expect_status 0
    [ "$(cat "$T/f")" = old ]
}

@test "a garbled journal is closed with --keep and blocks no other rollback" {
    config "plan:write:$T/f:new"
    apply
    config "plan:write:$T/g:x" "verify:sleep:60"
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply >"$T/out" 2>&1 3>&- &
    local pid=$!
    for _ in $(seq 100); do [ -e "$T/g" ] && break; sleep 0.1; done
    kill -9 "$pid"
    wait "$pid" || true
    echo '{' >"$T/state/transactions/000002.open/journal.json"
    apply
    expect_status 6
    expect_output "recover --keep 2"
    tfhook recover --keep 2
    expect_status 0
    tfhook rollback
    expect_status 0
    [ "$(cat "$T/f")" = old ]
}

@test "transactions that failed do not push committed ones out of keep" {
    printf '[tfhook]\nkeep = 3\n' >"$T/head"
    config "plan:write:$T/f:new"
    cat "$T/head" "$T/c.ini" >"$T/k.ini"
    tfhook -c "$T/k.ini" apply
    config "plan:write:$T/g:x" "verify:finding:fail"
    cat "$T/head" "$T/c.ini" >"$T/k.ini"
    local i
    for i in 1 2 3 4 5 6; do
        tfhook -c "$T/k.ini" apply
        expect_status 5
    done
    [ -e "$T/state/transactions/000001.done" ]
    [ "$(find "$T/state/transactions" -name '*.undone' | wc -l)" -eq 3 ]
    tfhook rollback
    expect_status 0
}

@test "a default ACL of the directory gives nobody access to a rewritten file" {
    mkdir "$T/d"
    echo secret >"$T/d/f"
    chmod 640 "$T/d/f"
    setfacl -d -m u:nobody:rwx "$T/d" || skip "no ACLs here"
    config "plan:write:$T/d/f:new"
    apply
    expect_status 0
    ! getfacl -n "$T/d/f" 2>/dev/null | grep -q "user:[0-9]" || fail "$(getfacl "$T/d/f")"
    tfhook rollback
    ! getfacl -n "$T/d/f" 2>/dev/null | grep -q "user:[0-9]" || fail "$(getfacl "$T/d/f")"
}

@test "rollback and history tell the modes as they are" {
    config "plan:write:$T/f:new:600"
    apply
    tfhook rollback --plan
    expect_output "mode 0600 -> 0644"
    tfhook --json rollback --plan
    expect_output '"old_mode":"0600","new_mode":"0644"'
    tfhook --json history 1
    expect_output '"old_mode":"0644","new_mode":"0600"'
}

@test "rollback keeps a mode that was tightened since" {
    printf 'a=1\n' >"$T/lines"
    config "plan:write:$T/f:new" "plan:edit:$T/lines:a=1:a=2"
    apply
    chmod 600 "$T/f" "$T/lines"
    tfhook rollback
    expect_status 0
    [ "$(stat -c %a "$T/f" "$T/lines" | tr '\n' ' ')" = "600 600 " ]
}

@test "nohup, umask, core limit and ignored SIGCHLD of the caller reach the phase command" {
    config "plan:where"
    (
        trap '' HUP
        exec "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" wrap provision -- \
            /bin/sh -c "touch $T/started; sleep 1; echo finished" >"$T/out" 2>&1 3>&-
    ) &
    local pid=$!
    for _ in $(seq 100); do [ -e "$T/started" ] && break; sleep 0.1; done
    kill -HUP "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 0
    grep -q finished "$T/out"
    umask 077
    tfhook -c "$T/c.ini" wrap provision -- /bin/sh -c 'umask; ulimit -Hc'
    umask 022
    grep -q '^0077$' "$T/out"
    grep -q "^$(ulimit -Hc)$" "$T/out"
    perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" \
        --state-dir "$T/state" -c "$T/c.ini" wrap provision -- /bin/true >"$T/out" 2>&1
}

@test "apply without SELECT leaves verify-only steps to their hooks; verify is never green for nothing" {
    mkdir "$T/p"
    cp "$TFHOOK_BUILD/plugins-built/verify.so" "$TFHOOK_PLUGINS/fake.so" "$T/p/"
    TFHOOK_PLUGINS=$T/p
    config "plan:write:$T/f:new"
    printf '[step prove]\nplugin = verify\nhook = post-provision\nchecks = servers\nserver = 127.0.0.1:1\nscope = all\n' >>"$T/c.ini"
    apply
    expect_status 0
    [ "$(cat "$T/f")" = new ]
    tfhook -c "$T/c.ini" verify
    expect_status 5
    printf '[step one]\nplugin = fake\nonly-on = elsewhere\n' >"$T/c.ini"
    tfhook --json -c "$T/c.ini" verify
    expect_status 0
    expect_output '"result":"unchanged"'
}

@test "text that is not UTF-8 is escaped, and --json still prints its object" {
    printf '[step one]\nplugin = fake\nnumber = \xe9\n' >"$T/c.ini"
    tfhook --json -c "$T/c.ini" check
    expect_status 3
    [ "$(wc -l <"$T/out")" -eq 1 ]
    expect_output "c.ini:3: not plain UTF-8"
    tfhook --json -c "$T/"$'nope\xff\e[31m' check
    expect_status 3
    expect_output 'nope\\xff\\x1b[31m'
    tfhook --json plan --bogus
    expect_status 2
    expect_output '"result":"failed"'
    tfhook plan --plugin fake -o $'number=\e[31mx'
    refuse_output $'\e'
}

@test "deploy tells a failure after an earlier hook has changed something" {
    touch "$T/gone"
    cat >"$T/c.ini" <<EOF
[phase stop]
command = /bin/rm $T/gone
[step a]
plugin = fake
hook = pre-stop
do = plan:write:$T/before:x
[step b]
plugin = fake
hook = post-stop
do = plan:read:$T/gone
EOF
    tfhook --json --yes -c "$T/c.ini" deploy
    expect_status 1
    expect_output '"result":"failed"'
    expect_output " rollback 1\`"
}

@test "50 applies at once: each waits its turn, nobody hangs, the content is whole" {
    local i pids=()
    for i in $(seq 50); do
        printf '[step one]\nplugin = fake\ndo = plan:write:%s:content-%s\n' "$T/f" "$i" >"$T/c$i.ini"
        "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -q --wait 120 -c "$T/c$i.ini" apply \
            >/dev/null 2>>"$T/err" 3>&- &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i" || fail "a run failed: $(cat "$T/err")"
    done
    grep -qx 'content-[0-9]*' "$T/f"
    [ -z "$(find "$T" -name '.tfhook-*')" ]
}

@test "paths and lines that are not UTF-8 are rolled back like any other" {
    local odd=$T/$'lat\xe9'
    echo old >"$odd"
    printf '# caf\xe9\na=1\n' >"$T/lines"
    cp "$T/lines" "$T/lines.before"
    tfhook apply --plugin fake -o "do=plan:write:$odd:new"
    expect_status 0
    tfhook apply --plugin fake -o "do=plan:edit:$T/lines::b=2:# caf"$'\xe9'
    expect_status 0
    grep -q b=2 "$T/lines"
    tfhook rollback
    cmp "$T/lines" "$T/lines.before"
    tfhook rollback
    expect_status 0
    [ "$(cat "$odd")" = old ]
    tfhook --json history
    expect_status 0
    [ "$(wc -l <"$T/out")" -eq 1 ]
}

# Kill -9 before each system call NAME of `tfhook WORDS`, from a state that prepare() makes; then
# recover, and call check().
kill_at_each() {
    local call=$1 n
    shift
    for n in $(seq 1 100); do
        prepare
        strace -qq -o "$T/trace" -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
            "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" "$@" >"$T/out" 2>&1 </dev/null || true
        grep -q KILL "$T/trace" || break
        tfhook recover
        expect_status 0
        [ -z "$(find "$T" -name '.tfhook-*')" ] || fail "$call $n left a temporary file"
        check "$n"
    done
    [ "$n" -gt 1 ] || fail "$call was never reached"
}

@test "kill -9 in rollback and in recover: the old tree or the new one, no directory and no temporary file left" {
    local call
    config "plan:write:$T/f:new" "plan:write:$T/d/deep/new:x"
    prepare() {
        rm -rf "$T/state" "$T/d"
        echo old >"$T/f"
        apply
    }
    check() {
        case $(cat "$T/f") in
        old) [ ! -e "$T/d" ] || fail "$1: half done" ;;
        new) [ -e "$T/d/deep/new" ] || fail "$1: half done" ;;
        *) fail "$1: $(cat "$T/f")" ;;
        esac
    }
    for call in renameat fsync unlinkat; do
        kill_at_each "$call" rollback
    done
    config "plan:write:$T/f:new" "plan:write:$T/d/deep/new:x" "verify:sleep:60"
    prepare() {
        rm -rf "$T/state" "$T/d"
        echo old >"$T/f"
        die_in_verify
    }
    check() {
        [ "$(cat "$T/f")" = old ] && [ ! -e "$T/d" ] || fail "$1"
    }
    for call in renameat fsync; do
        kill_at_each "$call" recover
    done
}

@test "an I/O error in recover is told as such, and the next recover mends it" {
    local n told=0 own=$T/own/f
    mkdir "$T/own"
    config "plan:write:$own:new" "verify:sleep:60"
    for n in $(seq 1 30); do
        rm -rf "$T/state"
        echo old >"$own"
        die_in_verify "$own"
        status=0
        output=$(strace -qq -o "$T/trace" -P "$T/own" -e "trace=openat" -e "inject=openat:error=EIO:when=$n" \
            "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" recover 2>&1 </dev/null) || status=$?
        grep -q INJECTED "$T/trace" || break
        refuse_output "changed by something else"
        # What can be had from the backup is not missed.
        [ "$status" -eq 0 ] && [ "$(cat "$own")" = old ] && continue
        expect_status 6
        expect_output "$own ("
        expect_output "Input/output error"
        told=$((told + 1))
        tfhook recover
        expect_status 0
        [ "$(cat "$own")" = old ]
    done
    [ "$told" -gt 0 ]
}

@test "wrap finds its program before anything is touched, and by PATH" {
    config "plan:write:$T/f:new"
    tfhook --json -c "$T/c.ini" wrap provision -- no-such-program-here
    expect_status 8
    expect_output '"command_status":127'
    [ "$(cat "$T/f")" = old ]
    tfhook -c "$T/c.ini" wrap provision -- true
    expect_status 0
}

@test "the state directory and what is made in it is synced into its parent" {
    config "plan:write:$T/f:new"
    strace -f -qq -y -o "$T/trace" -e trace=fsync "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" \
        --state-dir "$T/a/state" -c "$T/c.ini" apply >/dev/null
    grep -q "fsync([0-9]*<$T/a>)" "$T/trace"
    grep -q "fsync([0-9]*<$T/a/state>)" "$T/trace"
    grep -q "fsync([0-9]*<$T/a/state/transactions>)" "$T/trace"
    # The new content, and the directory that holds its name.
    grep -q "fsync([0-9]*<$T/.tfhook-[0-9a-f]*>)" "$T/trace"
    grep -q "fsync([0-9]*<$T>)" "$T/trace"
}

@test "undoing needs no space: the very file comes back" {
    mkdir "$T/small"
    mount -t tmpfs -o size=32k tfhook "$T/small" || skip "cannot mount a tmpfs here"
    head -c 5000 /dev/zero >"$T/small/f"
    local inode
    inode=$(stat -c %i "$T/small/f")
    config "plan:write:$T/small/f:new" "verify:sleep:2" "verify:finding:fail"
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply >"$T/out" 2>&1 3>&- &
    local pid=$!
    for _ in $(seq 100); do [ "$(cat "$T/small/f" | tr -d '\0')" = new ] && break; sleep 0.05; done
    head -c 100000 /dev/zero >"$T/small/fill" 2>/dev/null || true
    status=0
    wait "$pid" || status=$?
    expect_status 5
    [ "$(stat -c %s:%i "$T/small/f")" = "5000:$inode" ]
    [ -z "$(find "$T/small" -name '.tfhook-*')" ]
    umount "$T/small"
}

@test "TERM does not cut a rollback short: it is done, or nothing is" {
    local n
    config "plan:write:$T/f:new"
    for n in $(seq 1 20); do
        rm -rf "$T/state"
        echo old >"$T/f"
        apply
        traced -e trace=renameat -e "inject=renameat:signal=TERM:when=$n" -- rollback
        grep -q SIGTERM "$T/trace" || break
        case $status in
        0) [ "$(cat "$T/f")" = old ] ;;
        1) [ "$(cat "$T/f")" = new ] ;;
        *) fail "TERM at renameat $n" ;;
        esac
    done
    [ "$n" -gt 2 ]
}

@test "the newest of two interrupted transactions is undone first" {
    config "plan:write:$T/f:first"
    apply
    config "plan:write:$T/f:new" verify:sleep:60
    die_in_verify
    # A power loss has taken back the first one's last phase.
    mv "$T/state/transactions/000001.done" "$T/state/transactions/000001.open"
    tfhook recover
    expect_status 0
    [ "$(cat "$T/f")" = old ]
}
