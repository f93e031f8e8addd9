#!/usr/bin/env bats
# Every state of the journal ends in an outcome that has a name, also when the disk has lost or
# garbled a part of it: undone, kept or stuck with a message that names what is at fault and a way
# out that works. A flipped byte is never taken for the truth.
#
# TFHOOK_RECOVERY=full tries every length and every byte of the journal (some minutes); the positions
# of the sample are those of TFHOOK_SEED.

load helper
load recovery

setup_file() {
    local phase
    export RECOVERY
    RECOVERY=$(mktemp -d /tmp/tfhook-test.XXXXXX)
    recovery_setup
    for phase in prep half open stuck "done" undone gone back; do
        make_start "$phase"
        mkdir -p "$T/starts/$phase"
        cp -a "$T/tree" "$T/state" "$T/starts/$phase"
    done
}

teardown_file() {
    rm -rf "$RECOVERY"
}

# All tests work in one directory, for its paths are in the journals.
recovery_setup() {
    T=$RECOVERY
    export LC_ALL=C.UTF-8
    # LeakSanitizer refuses to work under strace.
    export ASAN_OPTIONS=detect_leaks=0
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
    BAD='' LIGHT=no
    declare -gA OUTCOMES=()
}

setup() {
    recovery_setup
}

@test "each phase, undamaged, is settled to the tree that it promises" {
    local phase
    quick
    for phase in prep half open stuck "done" undone gone back; do
        from_start "$phase"
        judge "$phase" /
    done
    judged
    [ "${OUTCOMES[0]}" -eq 8 ]
}

# journal_table PHASE [DAMAGE...]: all damage of the journal in that phase, or what is named
journal_table() {
    local phase=$1 how
    shift
    [ $# -gt 0 ] || set -- "${JOURNAL_DAMAGES[@]}"
    for how in "$@"; do
        from_start "$phase"
        damage_journal "$how"
        judge "$phase, journal.json $how" journal.json
    done
}

@test "a journal that cannot be read makes an open transaction stuck, and there is a way out" {
    quick
    journal_table half missing half huge directory flip-path number
    journal_table open missing last-byte flip-path
    journal_table stuck half flip-digest directory
    LIGHT=yes
    journal_table half
    judged
}

@test "the message names the journal where it is, not where it was" {
    from_start open
    damage_journal flip-path
    tfhook recover
    expect_status 6
    JOURNAL=$(grep -o "/[^ ]*/journal.json" <<<"$output" | head -n 1)
    [ -e "$JOURNAL" ] || fail "$JOURNAL is not there"
}

@test "a rollback whose journal cannot be read is stuck, and there is a way out" {
    quick
    journal_table back missing zeros flip-path number
    judged
}

@test "a prepared transaction whose journal was lost later leaves nothing behind in silence" {
    quick
    journal_table prep missing half directory flip-path
    LIGHT=yes
    journal_table prep
    judged
}

@test "a prepared transaction that died while it wrote its journal is cleaned up" {
    local how
    quick
    for how in missing empty half last-byte zeros; do
        from_start prep
        mv "$JOURNAL" "$JOURNAL.new"
        JOURNAL=$JOURNAL.new
        damage_journal "$how"
        rm "$DIR"/*.old
        make_tree
        judge "early prep, journal.json $how" journal.json
    done
    judged
    [ "${OUTCOMES[0]}" -eq 5 ]
}

@test "an unreadable journal of a settled transaction stands in nobody's way" {
    quick
    journal_table undone missing flip-path shape
    journal_table gone missing flip-path directory
    journal_table "done" missing half flip-path huge
    judged
    [ "${OUTCOMES[0]}" -eq 10 ]
}

@test "a committed transaction whose journal cannot be read is not rolled back in silence" {
    local how
    quick
    for how in "${JOURNAL_DAMAGES[@]}"; do
        from_start "done"
        damage_journal "$how"
        CASE="rollback, journal.json $how"
        tfhook rollback 1
        classify
        [ "$status" -eq 1 ] && [ "$TREE" = new ] && [[ "$output" == *"$JOURNAL"* ]] ||
            bad "status $status, the tree is $TREE" || true
    done
    judged
}

# The positions of a journal that are tried: all, or SAMPLE of them by the seed.
positions() {
    local size
    size=$(stat -c %s "$JOURNAL")
    if [ "${TFHOOK_RECOVERY:-}" = full ]; then
        seq 0 $((size - 1))
    else
        awk -v seed="${TFHOOK_SEED:-1}" -v size="$size" -v sample="$1" \
            'BEGIN {srand(seed); for (i = 0; i < sample; i++) print int(rand() * size)}'
    fi
}

@test "a journal cut at any length is not believed" {
    local length
    quick
    LIGHT=yes
    from_start half
    for length in $(positions 15); do
        from_start half
        truncate -s "$length" "$JOURNAL"
        judge "cut at $length" journal.json
    done
    judged
    [ -z "${OUTCOMES[0]:-}" ]
}

@test "a journal of which one bit is flipped is not believed" {
    local phase at
    quick
    LIGHT=yes
    for phase in half open; do
        from_start "$phase"
        for at in $(positions 20); do
            from_start "$phase"
            flip "$JOURNAL" "$at"
            judge "$phase, flipped at $at" journal.json
        done
    done
    judged
    [ -z "${OUTCOMES[0]:-}" ]
}

# The checksum is right, the content is none that tfhook writes: whatever it says, recover ends well
# and no target is broken.
@test "a sealed journal of another shape crashes nothing" {
    local edit
    quick
    while read -r edit; do
        from_start half
        sed -i -e "$edit" "$JOURNAL"
        reseal "$JOURNAL"
        CASE="sealed, $edit"
        tfhook recover
        judge_status recover || true
        OUTCOMES[$status]=$((${OUTCOMES[$status]:-0} + 1))
    done <<'END'
/"seq"/d
s/"seq": 1/"seq": "one"/
s/"seq": 1/"seq": -1/
s/"seq": 1/"seq": 1e300/
s/"seq": 1/"seq": 9223372036854775807/
s/"command": .*/"command": {},/
s/"command": .*/"command": {"hex": "zz"},/
s/"user": .*/"user": null,/
s/"action": "write"/"action": "nonsense"/
s/"action": "write"/"action": "edit"/
s/"action": "edit"/"action": "write"/
s/"action": "remove"/"action": "write"/
s/"real": .*/"real": null,/
s/"real": .*/"real": "relative",/
s/"real": .*/"real": "",/
s/"temp": .*/"temp": null,/
s/"link": .*/"link": {"hex": "2f746d70ff"},/
s/"link": .*/"link": null,/
s/"existed": true/"existed": "yes"/
s/"existed": true/"existed": false/
s/"existed": false/"existed": true/
s/"old_sha256": .*/"old_sha256": null,/
s/"new_sha256": .*/"new_sha256": null,/
s/"old_sha256": .*/"old_sha256": "x",/
s/"old_mode": .*/"old_mode": 99999999999999,/
s/"old_uid": .*/"old_uid": -7,/
s/"mode": -1/"mode": -2147483648/
s/"backup": .*/"backup": null,/
s/"backup": .*/"backup": "..\/..\/..\/tree\/lines",/
s/"edits": \[\]/"edits": 7/
s/"index": .*/"index": -1,/
s/"index": .*/"index": 9223372036854775807,/
s/"old": .*/"old": null,/
s/"new": .*/"new": null,/
s/"summary": \[\]/"summary": [null, 7, {}]/
END
    judged
}

# files_table PHASE FIELD HOW...: each file that the journal names there, damaged in each way
files_table() {
    local phase=$1 field=$2 how name path
    shift 2
    from_start "$phase"
    names_of "$field" >"$T/names"
    while read -r name <&4; do
        for how in "$@"; do
            from_start "$phase"
            path=$name
            [ "$field" != backup ] || path=$DIR/$name
            [ -e "$path" ] || continue
            damage_file "$path" "$how"
            judge "$phase, $field ${name#"$T/"} $how" "${name##*/}"
        done
    done 4<"$T/names"
}

@test "temporary files that are missing or garbled are not needed" {
    quick
    files_table prep temp missing
    LIGHT=yes
    files_table prep temp garbled
    files_table half temp missing cut
    files_table back temp missing garbled
    judged
    [ "${!OUTCOMES[*]}" = 0 ]
}

@test "second names that are missing or garbled leave it to the backups" {
    quick
    files_table open link missing garbled
    LIGHT=yes
    files_table open link empty cut
    files_table prep link missing garbled
    files_table half link missing garbled
    files_table back link missing garbled
    judged
}

@test "a backup that is missing or garbled is named where it is needed" {
    quick
    files_table open backup missing garbled
    files_table back backup missing
    LIGHT=yes
    files_table open backup empty cut
    files_table stuck backup missing garbled
    files_table back backup garbled
    judged
}

@test "without second name and backup a file is left as it is, and both are named" {
    local how target
    quick
    for how in missing empty cut garbled; do
        from_start open
        # The whole file is the first of the journal; the line edit has no backup and needs none.
        damage_file "$(names_of link | head -n 1)" missing
        damage_file "$DIR/0.old" "$how"
        judge "open, 0.old $how and no second name" 0.old
    done
    judged
    [ "${OUTCOMES[6]}" -eq 4 ]
}

@test "a committed transaction whose backup is damaged is not rolled back in part" {
    local how name
    quick
    for how in missing empty cut garbled; do
        for name in 0.old 5.old; do
            from_start "done"
            damage_file "$DIR/$name" "$how"
            CASE="rollback, $name $how"
            tfhook rollback 1
            classify
            [ "$status" -eq 1 ] && [ "$TREE" = new ] && [[ "$output" == *"$DIR/$name"* ]] ||
                bad "status $status, the tree is $TREE" || true
        done
    done
    judged
}

# --- the folder of the transactions ---

@test "two transactions of one number, in whatever phases, are settled or told of" {
    local phase other
    quick
    for phase in prep half stuck; do
        for other in prep open "done" undone stuck; do
            from_start "$phase"
            [ ! -e "$T/state/transactions/000001.$other" ] || continue
            cp -a "$T/starts/done/state/transactions/000001.done" \
                "$T/state/transactions/000001.$other"
            CASE="000001 is $phase and $other"
            judge_twins "$T/state/transactions/000001.$other" || true
        done
    done
    judged
}

@test "a transaction that is a file, or no transaction, does not hinder for ever" {
    local name
    quick
    for name in prep open "done" undone stuck gone; do
        from_start "done"
        echo text >"$T/state/transactions/000007.$name"
        SEQ=7
        judge "000007.$name is a file" "transactions/000007."
    done
    # What is not ours is left alone.
    LIGHT=yes
    for name in .open 1.open.bak open 000003. -5.open 0x10.open '7 .open' ' 7.open' 000000.open \
        99999999999999999999999999.open 9223372036854775808.done lost+found; do
        from_start "done"
        mkdir "$T/state/transactions/$name"
        judge "a folder '$name'" "transactions/$name"
        [ -d "$T/state/transactions/$name" ] || bad "it is gone" || true
    done
    judged
}

@test "the greatest number there is does not make the next one wrap" {
    local phase
    for phase in "done" undone; do
        from_start "done"
        mv "$DIR" "$T/state/transactions/9223372036854775807.$phase"
        SEQ=9223372036854775807
        tfhook recover
        expect_status 0
        printf old >"$T/tree/file"
        write_config
        tfhook -c "$T/c.ini" apply
        classify
        [ "$status" -eq 1 ] && [ "$TREE" = mixed ] && [[ "$output" == *"$SEQ"* ]] || expect_status 0
        refuse_output "runtime error"
        [ -z "$(find "$T/state/transactions" -name '-*')" ]
    done
}

@test "an empty folder of transactions is none; a file in its place is named, and goes" {
    from_start undone
    rm -r "$T/state/transactions"/*
    judge "empty" transactions
    from_start undone
    rm -r "$T/state/transactions"
    judge "missing" transactions
    judged
    [ "${OUTCOMES[0]}" -eq 2 ]
    local command
    from_start undone
    rm -r "$T/state/transactions"
    echo text >"$T/state/transactions"
    write_config
    for command in recover apply rollback history; do
        tfhook -c "$T/c.ini" "$command"
        expect_status 3
        expect_output "$T/state/transactions is a link or no directory"
    done
    rm "$T/state/transactions"
    tfhook -c "$T/c.ini" apply
    expect_status 0
}
