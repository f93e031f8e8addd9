#!/usr/bin/env bats
# What another user of the host may do, and cannot have root do for it: write a file, or run a program.
load helper
load fake

setup() {
    [ "$(id -u)" -eq 0 ] || skip "needs root, for there to be another user"
    fake_setup
    chmod 755 "$T"
    mkdir "$T/theirs"
    chown 65534 "$T/theirs"
}

teardown() {
    common_teardown
}

as_other() {
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

@test "a state directory that another user can change is not used, whatever the command" {
    echo old >"$T/f"
    config "plan:write:$T/f:new"
    local command
    # Theirs, theirs above, not there yet, root's with a folder of theirs, open to all.
    mkdir -p "$T/theirs/state/transactions" "$T/own/transactions" "$T/open"
    chown 65534 "$T/own/transactions"
    chmod 777 "$T/open"
    local dir reason
    for dir in theirs/state theirs/state/new theirs/none own open; do
        for command in plan check apply verify rollback recover history; do
            run "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/$dir" -c "$T/c.ini" "$command" \
                </dev/null
            [ "$status" -eq 3 ] || fail "$dir, $command: status $status: $output"
            reason="$T/${dir%%/*} belongs to another user; make it root's"
            [ "$dir" != own ] || reason="$T/own/transactions belongs to another user; make it root's"
            [ "$dir" != open ] || reason="$T/open can be written by others"
            [[ "$output" == *"the state directory $T/$dir is not used: $reason"* ]] ||
                fail "$dir, $command: $output"
        done
    done
    [ "$(cat "$T/f")" = old ]
    [ ! -e "$T/theirs/none" ]
    # A journal in it would have had a file of its maker's choice written.
    [ -z "$(find "$T/theirs" "$T/own" "$T/open" -type f)" ]
}

@test "who may not look at root's state directory can plan all the same" {
    chmod a+r "$T/f"
    config "plan:write:$T/f:new"
    mkdir -p -m 700 "$T/state/transactions"
    run as_other "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" plan
    expect_status 0
    expect_output "1 change to make"
    run as_other "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply
    expect_status 1
    expect_output "$T/state/lock: Permission denied"
    [ "$(cat "$T/f")" = old ]
}

@test "a link of another user leads to no config, no plugins and no state" {
    mkdir "$T/ours"
    cp -r "$TFHOOK_PLUGINS" "$T/ours/plugins"
    config "plan:write:$T/f:new"
    as_other ln -s "$T/c.ini" "$T/theirs/c.ini"
    as_other ln -s "$T/ours" "$T/theirs/ours"
    tfhook -c "$T/theirs/c.ini" plan
    expect_status 3
    expect_output "the config $T/theirs/c.ini is not read: a link of user 65534 leads from $T/theirs/c.ini to $T/c.ini"
    tfhook -c "$T/c.ini" --plugin-dir "$T/theirs/ours/plugins" plan
    expect_status 3
    expect_output "the plugin directory is not used: a link of user 65534"
    tfhook -c "$T/c.ini" --state-dir "$T/theirs/ours/state" apply
    expect_status 3
    expect_output "the state directory is not used: a link of user 65534"
    [ "$(ls "$T/ours")" = plugins ]
    # Root's own lead there.
    ln -s "$T/ours" "$T/link"
    ln -s "$T/c.ini" "$T/link.ini"
    tfhook -c "$T/link.ini" --plugin-dir "$T/link/plugins" --state-dir "$T/link/state" apply
    expect_status 0
}

@test "a link of another user leads a target only to what is that user's" {
    mkdir "$T/ours" "$T/theirs/d"
    chown 65534 "$T/theirs/d"
    as_other ln -s "$T/ours" "$T/theirs/link"
    config "plan:write:$T/theirs/link/new:evil"
    tfhook -c "$T/c.ini" apply
    expect_status 1
    expect_output "a link of user 65534 leads from there to $T/ours/new, which is not that user's"
    [ -z "$(ls "$T/ours")" ]
    # One to a file, too.
    echo ours >"$T/ours/f"
    as_other ln -s "$T/ours/f" "$T/theirs/f"
    config "plan:write:$T/theirs/f:evil"
    tfhook -c "$T/c.ini" apply
    expect_status 1
    [ "$(cat "$T/ours/f")" = ours ]
    # Root's own link leads anywhere, and theirs to their own.
    ln -s "$T/ours/f" "$T/link"
    as_other ln -s d "$T/theirs/inside"
    config "plan:write:$T/link:new" "plan:write:$T/theirs/inside/new:new"
    tfhook -c "$T/c.ini" apply
    expect_status 0
    [ "$(cat "$T/ours/f")" = new ]
    [ "$(cat "$T/theirs/d/new")" = new ]
}

@test "a name of a plugin leads to no other directory" {
    cp "$TFHOOK_PLUGINS/fake.so" "$T/theirs/fake.so"
    tfhook plugins "$(realpath --relative-to="$TFHOOK_PLUGINS" "$T/theirs")/fake"
    expect_status 3
    expect_output "fake.so is a path, no name"
}
