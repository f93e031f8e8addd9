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
    # Theirs above, not there yet, root's with a folder of theirs, open to all.
    mkdir -p "$T/theirs/state/transactions" "$T/own/transactions" "$T/noted/notes" "$T/open" "$T/sticky"
    chown 65534 "$T/own/transactions" "$T/noted/notes"
    chmod 777 "$T/open"
    chmod 1777 "$T/sticky"
    local dir reason
    for dir in theirs/state theirs/state/new theirs/none own noted open sticky; do
        for command in plan check apply verify rollback recover history; do
            run "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/$dir" -c "$T/c.ini" "$command" \
                </dev/null
            [ "$status" -eq 3 ] || fail "$dir, $command: status $status: $output"
            case $dir in
            theirs/*) reason="$T/theirs belongs to another user, who can put anything in its place" ;;
            own) reason="$T/own/transactions belongs to another user; make it root's" ;;
            noted) reason="$T/noted/notes belongs to another user; make it root's" ;;
            *) reason="$T/$dir can be written by others" ;;
            esac
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
    mkdir -p "$T/state/transactions" "$T/private"
    chmod 700 "$T/state" "$T/private"
    run as_other "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/private/state" -c "$T/c.ini" plan
    expect_status 0
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
    expect_output "a link of user 65534 leads from there to $T/ours/new, which is somebody else's"
    [ -z "$(ls "$T/ours")" ]
    # One to a file, too.
    echo ours >"$T/ours/f"
    as_other ln -s "$T/ours/f" "$T/theirs/f"
    config "plan:write:$T/theirs/f:evil"
    tfhook -c "$T/c.ini" apply
    expect_status 1
    [ "$(cat "$T/ours/f")" = ours ]
    # What is published at once is judged the same way.
    config "verify:publish:$T/theirs/f:evil"
    tfhook -c "$T/c.ini" verify
    expect_output "cannot write $T/theirs/f: a link of user 65534 leads from there to $T/ours/f"
    [ "$(cat "$T/ours/f")" = ours ]
    # By a link of a third one, to what is that one's, too.
    mkdir "$T/third"
    echo third >"$T/third/f"
    ln -s "$T/third/f" "$T/third/link"
    chown -h 65533 "$T/third" "$T/third/f" "$T/third/link"
    as_other ln -s "$T/third/link" "$T/theirs/chain"
    config "plan:write:$T/theirs/chain:evil"
    tfhook -c "$T/c.ini" apply
    expect_status 1
    expect_output "a link of several users leads from there to $T/third/f"
    [ "$(cat "$T/third/f")" = third ]
    # Root's own link leads anywhere, and theirs to their own, also when it is still to be made.
    ln -s "$T/ours/f" "$T/link"
    as_other ln -s d "$T/theirs/inside"
    as_other ln -s later "$T/theirs/later-link"
    config "plan:write:$T/link:new" "plan:write:$T/theirs/inside/new:new" \
        "plan:write:$T/theirs/later-link/new:new"
    tfhook -c "$T/c.ini" apply
    expect_status 0
    [ "$(cat "$T/ours/f")" = new ]
    [ "$(cat "$T/theirs/d/new")" = new ]
    [ "$(cat "$T/theirs/later/new")" = new ]
}

@test "a link is judged as it is read, however fast its owner puts another in its place" {
    mkdir "$T/ours" "$T/theirs/d"
    chown 65534 "$T/theirs/d"
    as_other ln -s "$T/ours" "$T/theirs/link"
    config "plan:write:$T/theirs/link/new:evil"
    cat >"$T/flip" <<SH
#!/bin/bash
while [ -e "$T/flip" ]; do
    rm -f "$T/theirs/link"
    ln -s "$T/ours" "$T/theirs/link"
done
SH
    chmod 755 "$T/flip"
    start setpriv --reuid=65534 --regid=65534 --clear-groups "$T/flip"
    # Slow wherever the link is looked at.
    local call
    for call in readlinkat newfstatat fstat; do
        strace -qq -o "$T/trace" -P "$T/theirs/link" -e "trace=$call" \
            -e "inject=$call:delay_enter=20000:delay_exit=20000" "$TFHOOK" --plugin-dir \
            "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply >"$T/out" 2>&1 </dev/null ||
            true
        [ ! -e "$T/ours/new" ] || fail "$call: written through it: $(cat "$T/out")"
    done
    rm "$T/flip"
}

# An apply that is stopped right behind its Nth CALL of what it has open as $T/theirs/d, which is a link
# to $T/ours then. False: there is no Nth. swapped_behind_look CALL N
swapped_behind_look() {
    local call=$1 n=$2 tracer
    : >"$T/trace"
    strace -qq -o "$T/trace" -P "$T/theirs/d" -e "trace=$call" \
        -e "inject=$call:signal=STOP:when=$n" "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply \
        >"$T/out" 2>&1 </dev/null 3>&- &
    tracer=$!
    while ! grep -q 'stopped by SIGSTOP' "$T/trace" && kill -0 "$tracer" 2>/dev/null; do sleep 0.02; done
    grep -q 'stopped by SIGSTOP' "$T/trace" || return 1
    as_other mv "$T/theirs/d" "$T/theirs/e"
    as_other ln -s "$T/ours" "$T/theirs/d"
    pkill -CONT -P "$tracer"
    wait "$tracer" || true
    as_other rm "$T/theirs/d"
    as_other mv "$T/theirs/e" "$T/theirs/d"
}

# try_swaps CALL: how often it was stopped is added to SWAPS.
try_swaps() {
    local call=$1 n
    for n in $(seq 100); do
        as_other cp "$T/f" "$T/theirs/d/f"
        rm -rf "$T/state"
        echo ours >"$T/ours/f"
        config "plan:write:$T/theirs/d/f:new" "plan:write:$T/theirs/d/g:new" "plan:mkdir:$T/theirs/d/h"
        swapped_behind_look "$call" "$n" || break
        [ "$(ls -A "$T/ours") $(cat "$T/ours/f")" = "f ours" ] ||
            fail "$call $n: $(ls -A "$T/ours"), $(cat "$T/ours/f"): $(cat "$T/out")"
        # Swapped behind the last look, it is done, in the directory that was meant.
        ! grep -q '^Done' "$T/out" || [ "$(cat "$T/theirs/d/f" "$T/theirs/d/g")" = newnew ] ||
            fail "$call $n: done, where nobody knows: $(cat "$T/out")"
        tfhook recover
        find "$T/theirs/d" -mindepth 1 ! -name f -delete
        SWAPS=$((SWAPS + 1))
    done
}

@test "a directory that its owner swaps for a link, right after it was looked at, leads nowhere else" {
    mkdir "$T/ours"
    as_other mkdir "$T/theirs/d"
    local call SWAPS=0
    # The C library asks fstat() by the one or the other.
    for call in newfstatat fstat openat mkdirat renameat; do
        try_swaps "$call"
    done
    [ "$SWAPS" -gt 10 ]
}

@test "a name of a plugin leads to no other directory" {
    cp "$TFHOOK_PLUGINS/fake.so" "$T/theirs/fake.so"
    tfhook plugins "$(realpath --relative-to="$TFHOOK_PLUGINS" "$T/theirs")/fake"
    expect_status 3
    expect_output "fake.so is a path, no name"
}
