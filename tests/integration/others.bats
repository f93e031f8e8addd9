#!/usr/bin/env bats
# What others do to the files meanwhile, between plan, apply, undo and rollback, and what the machine
# does: nothing of theirs is lost in silence, and nothing is called done that is not.

load helper
load fake

setup() {
    fake_setup
}

teardown() {
    common_teardown
}

# An apply that waits two seconds after a call (of those on the path ONLY, when that is set); meanwhile
# COMMAND... is run, when PATH is there: apply_while CALL PATH COMMAND...
ONLY=
apply_while() {
    local call=$1 path=$2
    shift 2
    strace -qq -o "$T/trace" ${ONLY:+-P "$ONLY"} -e "trace=${call%%:*}" -e "inject=$call" "$TFHOOK" --plugin-dir \
        "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply >"$T/out" 2>&1 </dev/null 3>&- &
    local pid=$!
    for _ in $(seq 1000); do [ -e "$path" ] && break; sleep 0.02; done
    "$@"
    status=0
    wait "$pid" || status=$?
    output=$(cat "$T/out")
}

@test "recover --restore puts an edited file back whole, and keeps what was there" {
    printf 'a\nk=1\nb\n' >"$T/f"
    config "plan:edit:$T/f:k=1:k=new:a" "verify:sleep:60"
    die_in_verify "$T/f"
    printf 'a\nk=3\nb\n' >"$T/f"
    tfhook recover
    expect_status 6
    expect_output 'k=3'
    tfhook recover --restore 1
    expect_status 0
    [ "$(cat "$T/f")" = $'a\nk=1\nb' ]
    grep -rq k=3 "$T/state/transactions"
    rm -rf "$T/state"
    die_in_verify "$T/f"
    rm "$T/f"
    tfhook recover
    expect_status 6
    tfhook recover --restore 1
    expect_status 0
    [ "$(cat "$T/f")" = $'a\nk=1\nb' ]
}

@test "a file that becomes secret is readable by nobody else on its way" {
    config "plan:write:$T/f:secret:600"
    traced -e trace=fchmod,fsetxattr -- -c "$T/c.ini" apply
    expect_status 0
    grep -q '^fchmod(.*/\.tfhook-.*, 0600)' "$T/trace"
    ! grep '^fchmod(.*/\.tfhook-' "$T/trace" | grep -v ', 0600)' || fail "$(cat "$T/trace")"
    [ "$(stat -c %a "$T/f")" = 600 ]
    traced -e trace=fchmod -- rollback
    expect_status 0
    [ "$(stat -c %a "$T/f")" = 644 ]
}

@test "a directory that is swapped for a link is not followed: mode and owner of another stay" {
    mkdir -m 700 "$T/theirs"
    config "plan:mkdir:$T/d"
    swap() { mv "$T/d" "$T/moved" && ln -s theirs "$T/d"; }
    ONLY=$T
    apply_while mkdirat:delay_exit=2000000 "$T/d" swap
    expect_status 1
    [ "$(stat -c %a "$T/theirs")" = 700 ]
}

@test "a rollback refuses a path that leads through a link by now" {
    mkdir "$T/conf" "$T/elsewhere"
    config "plan:write:$T/conf/f:new"
    apply
    expect_status 0
    echo new >"$T/elsewhere/f"
    printf new >"$T/elsewhere/f"
    mv "$T/conf" "$T/conf.away"
    ln -s elsewhere "$T/conf"
    tfhook rollback
    expect_status 1
    expect_output "leads through a link by now"
    [ "$(cat "$T/elsewhere/f")" = new ]
}

@test "what lies on a file system that is not mounted is not called undone" {
    mkdir "$T/d"
    config "plan:write:$T/d/new:new" "verify:sleep:60"
    die_in_verify "$T/d/new"
    mv "$T/d" "$T/d.away"
    tfhook recover
    expect_status 6
    expect_output "$T/d is not there; is its file system mounted?"
    mv "$T/d.away" "$T/d"
    tfhook recover
    expect_status 0
    [ ! -e "$T/d/new" ]
}

@test "temporary files on a file system that is not mounted are not forgotten" {
    mkdir "$T/d"
    echo old >"$T/d/f"
    config "plan:write:$T/d/f:new"
    traced -e trace=linkat -e inject=linkat:signal=KILL:when=1 -- -c "$T/c.ini" apply
    mv "$T/d" "$T/d.away"
    tfhook recover
    expect_status 6
    mv "$T/d.away" "$T/d"
    apply
    expect_status 0
    [ -z "$(find "$T/d" -name '.tfhook-*')" ]
}

@test "a journal that cannot be read for once forgets nothing" {
    printf 'a=1\n' >"$T/f"
    config "plan:edit:$T/f:a=1:a=2"
    traced -e trace=renameat -e inject=renameat:signal=KILL:when=2 -- -c "$T/c.ini" apply
    traced -P "$T/state/transactions/000001.prep" -e trace=openat \
        -e inject=openat:error=EIO -- recover
    expect_status 6
    expect_output "Input/output error"
    tfhook recover
    expect_status 0
    [ -z "$(find "$T" -name '.tfhook-*')" ]
    apply
    expect_status 0
}

@test "a recover syncs also what the one before it did and could not sync" {
    mkdir "$T/d"
    echo old >"$T/d/f"
    printf '[step one]\nplugin = fake\ndo =\n    plan:remove:%s\n    plan:write:%s:new\n    verify:sleep:60\n' \
        "$T/d/f" "$T/f" >"$T/c.ini"
    die_in_verify "$T/f"
    traced -P "$T/d" -e trace=fsync -e inject=fsync:signal=KILL:when=1 -- recover
    grep -q KILL "$T/trace"
    [ "$(cat "$T/d/f")" = old ]
    traced -e trace=fsync -- recover
    expect_status 0
    grep -q "fsync([0-9]*<$T/d>)" "$T/trace" || fail "$(cat "$T/trace")"
}

@test "status 6 lists every path, also when the phase cannot be changed" {
    config "plan:write:$T/f:new" "verify:sleep:60"
    die_in_verify "$T/f"
    echo foreign >"$T/f"
    traced -e trace=renameat -e inject=renameat:error=EIO:when=1 -- recover
    expect_status 6
    expect_output "$T/f (it was changed by something else since)"
    expect_output "Input/output error"
}

@test "an owner or mode that changes at the last moment is not lost" {
    config "plan:write:$T/f:new"
    apply_while renameat:delay_exit=2000000:when=2 "$T/state/transactions/000001.open" chmod 600 "$T/f"
    expect_status 1
    expect_output "changes while tfhook works"
    [ "$(stat -c %a "$T/f") $(cat "$T/f")" = "600 old" ]
}

@test "a file that appears at the last moment where one was to be made is not replaced" {
    config "plan:write:$T/g:new"
    appear() {
        echo theirs >"$T/g"
    }
    apply_while linkat:delay_enter=2000000 "$T/state/transactions/000001.open" appear
    expect_status 1
    expect_output "cannot make $T/g: File exists"
    [ "$(cat "$T/g")" = theirs ]
    [ -d "$T/state/transactions/000001.undone" ]
    [ -z "$(find "$T" -maxdepth 1 -name '.tfhook-*')" ]
}

@test "recover needs no space for the lock's text" {
    config "plan:write:$T/f:new" "verify:sleep:60"
    die_in_verify "$T/f"
    traced -e trace=pwrite64 -e inject=pwrite64:error=ENOSPC -- recover
    expect_status 0
    expect_output "No space left"
    [ "$(cat "$T/f")" = old ]
}

@test "rollback after an interrupted apply undoes that one, not the one before it too" {
    config "plan:write:$T/g:good"
    apply
    config "plan:write:$T/f:new" "verify:sleep:60"
    die_in_verify "$T/f"
    tfhook rollback
    expect_status 0
    expect_output "Transaction 2 was the newest"
    [ "$(cat "$T/f") $(cat "$T/g")" = "old good" ]
    tfhook rollback 1
    expect_status 0
    [ ! -e "$T/g" ]
}

@test "rollback does not take an older one for the newest, which cannot be read" {
    config "plan:write:$T/g:good"
    apply
    config "plan:write:$T/f:new"
    apply
    : >"$T/state/transactions/000002.done/journal.json"
    tfhook rollback
    expect_status 1
    expect_output "transaction 2 is unreadable"
    [ "$(cat "$T/g")" = good ]
}

# An apply in the background, whose verification lasts until $T/go is there; when FILE is new, COMMAND...
# is run, with descriptor 8 on what FILE was before: while_verifying FILE COMMAND...
while_verifying() {
    local file=$1
    shift
    rm -f "$T/go"
    exec 8>>"$file"
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply \
        >"$T/out" 2>&1 </dev/null 3>&- 8>&- &
    RUN=$!
    STARTED+=("$RUN")
    for _ in $(seq 200); do grep -qs new "$file" && break; sleep 0.05; done
    grep -q new "$file"
    "$@"
    exec 8>&-
    touch "$T/go"
    status=0
    wait "$RUN" || status=$?
    output=$(cat "$T/out")
}

write_late() {
    echo late >&8
}

write_late_and_kill() {
    echo late >&8
    kill -9 "$RUN"
}

# What is kept of FILE is CONTENT, for root alone, and the output names it.
expect_kept() {
    local kept
    kept=$(find "$T/state" -name '*.foreign.*')
    [ "$(cat "$kept")" = "$2" ]
    [ "$(stat -c %a "$kept")" = 600 ]
    expect_output "$1: what something else had written is kept, as $kept"
    [ -z "$(find "$T" -name '.tfhook-*')" ]
}

@test "what is written into a target by who had it open before is not lost: no commit" {
    printf 'a\nk=1\nb\n' >"$T/g"
    config "plan:write:$T/f:new" "plan:edit:$T/g:k=1:k=new:a" "verify:until:$T/go"
    while_verifying "$T/f" write_late
    expect_status 1
    expect_output "$T/f was written to by something else, which had it open, while it was replaced"
    expect_output "everything was rolled back"
    [ "$(cat "$T/f")" = old ]
    [ "$(cat "$T/g")" = $'a\nk=1\nb' ]
    expect_kept "$T/f" $'old\nlate'
    rm -rf "$T/state"
    while_verifying "$T/g" write_late
    expect_status 1
    expect_output "$T/g was written to"
    [ "$(cat "$T/f")" = old ]
    [ "$(cat "$T/g")" = $'a\nk=1\nb' ]
    expect_kept "$T/g" $'a\nk=1\nb\nlate'
    apply
    expect_status 0
    [ "$(cat "$T/g")" = $'a\nk=new\nb' ]
}

@test "what is written into a target by who had it open before is not lost: verify fails" {
    config "plan:write:$T/f:new" "verify:until:$T/go" "verify:fail:not so"
    while_verifying "$T/f" write_late
    expect_status 1
    [ "$(cat "$T/f")" = old ]
    expect_kept "$T/f" $'old\nlate'
    # It is not pruned with the transaction.
    printf '\n[tfhook]\nkeep = 1\n' >>"$T/c.ini"
    apply
    apply
    expect_status 1
    [ -n "$(find "$T/state" -name '*.foreign.*')" ]
}

@test "what is written into a target by who had it open before is not lost: the run dies" {
    local way
    for way in recover 'recover --keep 1' 'recover --restore 1'; do
        rm -rf "$T/state"
        echo old >"$T/f"
        config "plan:write:$T/f:new" "verify:sleep:60"
        while_verifying "$T/f" write_late_and_kill
        expect_status 137
        # shellcheck disable=SC2086 # words
        tfhook $way
        expect_status 0
        [ "$(cat "$T/f")" = "$([ "$way" = 'recover --keep 1' ] && echo new || echo old)" ]
        expect_kept "$T/f" $'old\nlate'
    done
}

@test "what is written late and cannot be kept is not removed" {
    config "plan:write:$T/f:new" "verify:sleep:60"
    while_verifying "$T/f" write_late_and_kill
    traced -P "$T/state/transactions/000001.open" -e trace=openat \
        -e inject=openat:error=ENOSPC:when=3+ -- recover
    expect_status 6
    expect_output "$T/f (its old file $T/.tfhook-"
    expect_output "cannot be kept in $T/state/transactions/000001.open: No space left on device"
    tfhook recover
    expect_status 0
    [ "$(cat "$T/f")" = old ]
    expect_kept "$T/f" $'old\nlate'
}

@test "what somebody puts in a target's place meanwhile is not called done" {
    local theirs
    config "plan:write:$T/f:new" "verify:until:$T/go"
    save() { printf 'theirs\n' >"$T/saved" && mv "$T/saved" "$T/f"; }
    while_verifying "$T/f" save
    expect_status 6
    expect_output "$T/f was changed by something else while tfhook worked"
    [ "$(cat "$T/f")" = theirs ]
    tfhook recover --keep 1
    expect_status 0
    [ "$(cat "$T/f")" = theirs ]
    # Lines beside ours do not matter; a file that has lost ours does.
    for theirs in 'a\nk=new\nb\nmore\n' 'a\nk=1\nb\nmore\n'; do
        rm -rf "$T/state"
        printf 'a\nk=1\nb\n' >"$T/g"
        config "plan:edit:$T/g:k=1:k=new:a" "verify:until:$T/go"
        # shellcheck disable=SC2059 # theirs is a format
        save() { printf "$theirs" >"$T/saved" && mv "$T/saved" "$T/g"; }
        while_verifying "$T/g" save
        expect_status "$([[ "$theirs" = *new* ]] && echo 0 || echo 1)"
        # shellcheck disable=SC2059
        [ "$(cat "$T/g")" = "$(printf "$theirs")" ]
    done
}
