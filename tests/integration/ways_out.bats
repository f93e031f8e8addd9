#!/usr/bin/env bats
# What a run that died leaves to the next one: it is settled, or a person is told what hinders and
# which commands are ways out, and these commands do what they are said to.

load helper
load fake

setup() {
    fake_setup
}

teardown() {
    common_teardown
}

phase_is() {
    [ -d "$T/state/transactions/$1" ] || fail "not there: $1, but $(ls "$T/state/transactions")"
}

@test "what cannot be cleaned up after a prep is named, and --keep is a way out" {
    mkdir "$T/conf"
    config "plan:write:$T/conf/g:new" "plan:write:$T/f:new"
    die_at linkat:1 -c "$T/c.ini" apply
    phase_is 000001.prep
    rm -rf "$T/conf"
    tfhook recover
    expect_status 6
    expect_output "$T/conf/g (the directory $T/conf is not there"
    expect_output "tfhook recover --keep 1"
    tfhook recover --keep 1
    expect_status 0
    expect_output "stays: $T/conf/g"
    phase_is 000001.undone
    [ -z "$(find "$T" -name '.tfhook-*')" ] || fail "what could be removed was not"
    apply
    expect_status 0
}

@test "what was prepared is not cleaned up through a link that has come into its path" {
    mkdir -p "$T/theirs/sub" "$T/conf"
    config "plan:mkdir:$T/conf/sub" "plan:write:$T/f:new"
    die_at linkat:1 -c "$T/c.ini" apply
    [ -d "$T/conf/sub" ]
    mv "$T/conf" "$T/away"
    ln -s theirs "$T/conf"
    tfhook recover
    expect_status 6
    expect_output "leads through a link by now, to $T/theirs"
    [ -d "$T/theirs/sub" ]
}

@test "a directory that an undo makes again is never there with another owner" {
    config "plan:mkdir:$T/d"
    apply
    chown 1234:2345 "$T/d"
    chmod 2750 "$T/d"
    # The rollback removes it; its commit fails, and the undo is killed in the midst of making it.
    traced -e trace=renameat,fchown -e inject=renameat:error=EIO:when=3 -e inject=fchown:signal=KILL:when=1 \
        -- rollback
    [ "$status" -eq 137 ] || fail "it was not killed"
    tfhook recover
    expect_status 0
    [ "$(stat -c '%u:%g %a' "$T/d")" = "1234:2345 2750" ]
    [ -z "$(find "$T" -name '.tfhook-*')" ]
}

@test "a transaction that is being removed is none that a person could restore or keep" {
    config "plan:write:$T/f:new"
    apply
    cp -a "$T/state/transactions/000001.done" "$T/was"
    for way in --restore --keep; do
        rm -rf "$T/state/transactions/"*
        cp -a "$T/was" "$T/state/transactions/000001.gone"
        tfhook recover "$way" 1
        expect_status 2
        [ "$(cat "$T/f")" = new ]
    done
}

@test "a state directory that is still to be made may be named in any way" {
    local name
    ln -s . "$T/link"
    for name in "$T/s1/" "$T/f1/../s2" "$T/link/s3" "$T/./s4"; do
        status=0
        output=$("$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$name" apply --plugin fake \
            -o "do=plan:write:@notes/x:new" 2>&1 </dev/null) || status=$?
        expect_status 0
    done
    [ "$(cat "$T/s3/notes/fake/x")" = new ]
}

@test "a directory that may not be read is refused before anything is touched" {
    install -d -o 65534 -m 700 "$T/own" "$T/own/state"
    install -d -o 65534 -m 300 "$T/own/closed"
    install -o 65534 -m 644 "$T/f" "$T/own/closed/f"
    chmod 755 "$T"
    config "plan:write:$T/own/closed/f:new"
    status=0
    output=$(setpriv --reuid 65534 --clear-groups "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir \
        "$T/own/state" -c "$T/c.ini" apply 2>&1 </dev/null) || status=$?
    expect_status 1
    expect_output "cannot read the directory $T/own/closed"
    [ "$(cat "$T/own/closed/f")" = old ]
    [ -z "$(find "$T/own" -name '.tfhook-*')" ]
    [ -z "$(ls "$T/own/state/transactions" 2>/dev/null)" ]
}

@test "what is undone and cannot be called so is no stuck transaction" {
    config "plan:write:$T/f:new" "verify:finding:fail"
    # The renames: the journal, open, the file, its second name back, undone.
    traced -e trace=renameat -e inject=renameat:error=EIO:when=5 -- -c "$T/c.ini" apply
    expect_status 5
    expect_output "all is as it was before, but transaction 1 is not closed"
    [ "$(cat "$T/f")" = old ]
    phase_is 000001.open
    tfhook recover
    expect_status 0
    phase_is 000001.undone
}

@test "--restore is offered where there is something to restore from" {
    printf 'a\nk=1\nb\n' >"$T/f"
    config "plan:edit:$T/f:k=1:k=new:a"
    # Killed by the commit's rename, after the copy of the edited file is gone.
    die_at renameat:4 -c "$T/c.ini" apply
    phase_is 000001.open
    printf 'a\nk=3\nb\n' >"$T/f"
    tfhook recover
    expect_status 6
    expect_output "--keep 1"
    refuse_output "--restore"
}

@test "--restore says where it has put what was there" {
    config "plan:write:$T/f:new" "verify:sleep:60"
    die_in_verify
    echo theirs >"$T/f"
    tfhook recover --json
    expect_status 6
    grep -q '"result":"stuck"' "$T/out"
    tfhook recover --restore 1
    expect_status 0
    [ "$(cat "$T/f")" = old ]
    kept=$(grep -o "$T/state[^;]*foreign[^;]*" "$T/err")
    [ "$(cat "$kept")" = theirs ]
}

@test "what stays stuck when a person has decided is told as such" {
    config "plan:write:$T/f:new" "verify:sleep:60"
    die_in_verify
    echo garbled >"$T/state/transactions/000001.open/journal.json"
    for way in "" "--restore 1"; do
        # shellcheck disable=SC2086 # words
        tfhook recover $way --json
        expect_status 6
        grep -q '"result":"stuck"' "$T/out"
    done
    [ "$(cat "$T/f")" = new ]
    tfhook recover --keep 1 --json
    expect_status 0
    grep -q '"result":"unchanged"' "$T/out"
}

@test "a prep whose journal cannot be read does not forget that it has touched nothing" {
    config "plan:write:$T/f:new"
    die_at linkat:1 -c "$T/c.ini" apply
    cp "$T/state/transactions/000001.prep/journal.json" "$T/journal"
    echo garbled >"$T/state/transactions/000001.prep/journal.json"
    for _ in 1 2; do
        tfhook recover
        expect_status 6
        expect_output "has touched no file yet"
        expect_output "--keep 1"
        phase_is 000001.prep
    done
    cp "$T/journal" "$T/state/transactions/000001.prep/journal.json"
    tfhook recover
    expect_status 0
    expect_output "interrupted before it changed anything"
    [ -z "$(find "$T" -name '.tfhook-*')" ]
}

@test "a prep that is settled by its number has changed nothing, and JSON says so" {
    local way
    config "plan:write:$T/f:new"
    for way in --restore --keep; do
        rm -rf "$T/state"
        die_at linkat:1 -c "$T/c.ini" apply
        phase_is 000001.prep
        tfhook recover $way 1 --json
        expect_status 0
        grep -q '"result":"unchanged"' "$T/out" || fail "$way: $(cat "$T/out")"
    done
}

@test "a journal that cannot be read for a moment makes nothing stuck" {
    config "plan:write:$T/f:new" 'verify:hang'
    die_in_verify
    traced -P "$T/state/transactions/000001.open" -e trace=openat \
        -e inject=openat:error=EMFILE:when=1 -- recover
    expect_status 0
    expect_output "its changes were undone: $T/f"
    [ "$(cat "$T/f")" = old ]
    [ -d "$T/state/transactions/000001.undone" ]
}

@test "a rollback's plan says what the rollback would do after an interrupted apply" {
    config "plan:write:$T/g:good"
    apply
    config "plan:write:$T/f:new" "verify:sleep:60"
    die_in_verify
    tfhook rollback --plan
    expect_status 0
    expect_output "Transaction 2 is the newest, and was interrupted"
    refuse_output "Rolling back transaction 1"
    tfhook rollback --json
    expect_status 0
    grep -q "\"result\":\"rolled-back\".*\"path\":\"$T/f\"" "$T/out"
}

@test "a failing apply says that everything was rolled back" {
    mkdir "$T/d"
    config "plan:write:$T/d/f:new" "plan:write:$T/f:new"
    traced -e trace=renameat -e inject=renameat:error=EIO:when=3 -- -c "$T/c.ini" apply
    expect_status 1
    expect_output "everything was rolled back"
    [ ! -e "$T/d/f" ] && [ "$(cat "$T/f")" = old ]
}

@test "nothing is written on top of a stuck transaction, not by post-failure steps either" {
    cat >"$T/c.ini" <<END
[phase stop]
command = /bin/true
[step one]
plugin = fake
hook = pre-stop
do =
    plan:write:$T/f:new
    verify:probe:/bin/cp:$T/theirs:$T/f
    verify:finding:fail
[step failure]
plugin = fake
hook = post-failure
do = plan:write:$T/failed:x
END
    echo theirs >"$T/theirs"
    tfhook -c "$T/c.ini" deploy --yes --json
    expect_status 6
    expect_output "post-failure is left out"
    expect_output "only then resume with \`tfhook -c $T/c.ini --state-dir $T/state deploy --from stop\`"
    grep -q '"result":"stuck"' "$T/out"
    [ ! -e "$T/failed" ]
    [ "$(cat "$T/f")" = theirs ]
}

@test "a new file that is linked into place is undone, also while it still has its temporary name" {
    config "plan:write:$T/g:new"
    die_at unlinkat:1 -c "$T/c.ini" apply
    [ "$(stat -c %h "$T/g")" = 2 ] || fail "it was killed elsewhere"
    tfhook recover
    expect_status 0
    [ ! -e "$T/g" ]
    [ -z "$(find "$T" -name '.tfhook-*')" ]
}
