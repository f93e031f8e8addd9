# Loaded by recovery.bats, after `load helper`: a real transaction in each phase, and the judge of
# what recover makes of one that was damaged.
#
# The transaction is made once for each phase and kept in $T/starts: a case copies one to where it
# was made, for its paths are in the journal.

KINDS=(file lines new dir inside gone)

make_tree() {
    rm -rf "$T/tree"
    mkdir "$T/tree"
    printf old >"$T/tree/file"
    printf 'a=1\nb=2\n' >"$T/tree/lines"
    printf kept >"$T/tree/gone"
}

# A config that makes new what is old: a step cannot remove what is not there. Words are added.
write_config() {
    printf '[step one]\nplugin = fake\nhook = pre-provision\ndo =\n    plan:where\n' >"$T/c.ini"
    classify
    local kind
    for kind in "${KINDS[@]}"; do
        [ "${IS[$kind]}" != new ] || continue
        case $kind in
        lines) echo "    plan:edit:$T/tree/lines:a=1:a=2" ;;
        dir) echo "    plan:mkdir:$T/tree/dir" ;;
        inside) echo "    plan:write:$T/tree/dir/inside:new" ;;
        gone) echo "    plan:remove:$T/tree/gone" ;;
        *) echo "    plan:write:$T/tree/$kind:new" ;;
        esac
    done >>"$T/c.ini"
    [ $# -eq 0 ] || printf '    %s\n' "$@" >>"$T/c.ini"
}

# Killed before call NUMBER of NAME: die_at NAME NUMBER WORD...
die_at() {
    strace -qq -o "$T/trace" -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" "$TFHOOK" \
        --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" "${@:3}" >"$T/out" 2>&1 </dev/null || true
    grep -q KILL "$T/trace" || fail "was not killed at $1 $2: $(cat "$T/out")"
}

die_in_verify() {
    local pid
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --state-dir "$T/state" -c "$T/c.ini" apply \
        >"$T/out" 2>&1 </dev/null 3>&- &
    pid=$!
    for _ in $(seq 200); do [ ! -e "$T/tree/gone" ] && break; sleep 0.05; done
    kill -9 "$pid"
    wait "$pid" || true
    # A child that it had just forked may still have the lock open for a moment.
    flock -w 10 "$T/state/lock" true
}

# make_start PHASE: the transaction as a run leaves it in that phase, with its tree.
#
#   prep   all is written, nothing renamed     half   killed between the renames
#   open   killed after the last rename        back   a rollback, killed between the renames
#   stuck  a file was foreign at recover       done, undone, gone: what they say
make_start() {
    rm -rf "$T/state"
    make_tree
    write_config
    case $1 in
    prep) die_at renameat 2 -c "$T/c.ini" apply ;;
    half) die_at renameat 4 -c "$T/c.ini" apply ;;
    open | stuck)
        write_config verify:sleep:60
        die_in_verify
        ;;
    undone) write_config verify:finding:fail ;;
    esac
    case $1 in
    "done" | undone | gone | back) tfhook -c "$T/c.ini" apply ;;
    esac
    case $1 in
    back) die_at renameat 4 rollback ;;
    gone) mv "$T/state/transactions/000001.done" "$T/state/transactions/000001.gone" ;;
    stuck)
        printf foreign >"$T/tree/file"
        tfhook recover
        expect_status 6
        printf new >"$T/tree/file"
        ;;
    esac
}

from_start() {
    rm -rf "$T/tree" "$T/state"
    cp -a "$T/starts/$1/tree" "$T/starts/$1/state" "$T"
    SEQ=1
    [ "$1" != back ] || SEQ=2
    DIR=$(echo "$T/state/transactions/00000$SEQ."*)
    JOURNAL=$DIR/journal.json
    # Which tree settling it gives.
    case $1 in
    "done" | gone | back) WANTED=new ;;
    *) WANTED=old ;;
    esac
}

# What a target holds, without a process: content KIND
content() {
    local path=$T/tree/$1
    [ "$1" != inside ] || path=$T/tree/dir/inside
    TEXT=absent
    if [ -d "$path" ]; then
        TEXT=directory
    elif [ -e "$path" ]; then
        IFS= read -r -d '' TEXT <"$path" || true
    fi
}

# -g, for a file is loaded inside a function.
declare -gA OLD=([file]=old [lines]=$'a=1\nb=2\n' [new]=absent [dir]=absent [inside]=absent [gone]=kept)
declare -gA NEW=([file]=new [lines]=$'a=2\nb=2\n' [new]=new [dir]=directory [inside]=new [gone]=absent)
declare -gA IS=()

# TREE: old, new, mixed (each is one or the other), or what is neither.
classify() {
    local kind all=
    TREE=
    for kind in "${KINDS[@]}"; do
        content "$kind"
        case $TEXT in
        "${OLD[$kind]}") IS[$kind]=old ;;
        "${NEW[$kind]}") IS[$kind]=new ;;
        *) IS[$kind]="broken: $kind holds '$TEXT'" TREE=${IS[$kind]} ;;
        esac
        all+=" ${IS[$kind]}"
    done
    [ -z "$TREE" ] || return 0
    case $all in
    *old*new* | *new*old*) TREE=mixed ;;
    *old*) TREE=old ;;
    *) TREE=new ;;
    esac
    WHICH=$all
}

# STRAYS: temporary files and second names that are still there.
find_strays() {
    local name
    STRAYS=
    for name in "$T"/tree/.tfhook-* "$T"/tree/dir/.tfhook-*; do
        [ ! -e "$name" ] || STRAYS+=" ${name#"$T/"}"
    done
}

# --- damage ---

# One bit of a byte: flip FILE POSITION
flip() {
    perl -e 'open F, "+<", $ARGV[0] or die; seek F, $ARGV[1], 0; read F, $c, 1; seek F, $ARGV[1], 0;
        print F chr(ord($c) ^ 1 << $ARGV[1] % 7)' "$1" "$2"
}

# Where a pattern begins in the journal, and N bytes on: position PATTERN N
position() {
    echo $(($(grep -ob -e "$1" "$JOURNAL" | head -n 1 | cut -d: -f1) + $2))
}

# What a disk or a person may make of the journal: damage_journal HOW
JOURNAL_DAMAGES=(missing empty half last-byte zeros huge directory flip-path flip-digest shape number)
damage_journal() {
    local size
    size=$(stat -c %s "$JOURNAL")
    case $1 in
    missing) rm "$JOURNAL" ;;
    empty) : >"$JOURNAL" ;;
    half) truncate -s $((size / 2)) "$JOURNAL" ;;
    last-byte) truncate -s $((size - 1)) "$JOURNAL" ;;
    zeros) truncate -s 0 "$JOURNAL" && truncate -s "$size" "$JOURNAL" ;;
    huge) truncate -s 1T "$JOURNAL" ;;
    directory) rm "$JOURNAL" && mkdir "$JOURNAL" ;;
    flip-path) flip "$JOURNAL" "$(position '"real": ".*/new"' 9)" ;;
    flip-digest) flip "$JOURNAL" "$(position '"new_sha256": "' 20)" ;;
    shape) echo '[{"format": 2}, {}]' >"$JOURNAL" ;;
    number) sed -i 's/"seq": [0-9]*/"seq": 99999999999999999999999/' "$JOURNAL" ;;
    esac
}

# What lies beside the targets or in the transaction's directory: names_of temp|link|backup
names_of() {
    sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}$/\1/p" "$JOURNAL"
}

# A new inode, for a second name shares the target's. How is missing, empty, cut or garbled.
damage_file() {
    local path=$1 how=$2 size
    size=$(stat -c %s "$path")
    cp -a "$path" "$path.copy"
    mv "$path.copy" "$path"
    case $how in
    missing) rm "$path" ;;
    empty) : >"$path" ;;
    cut) truncate -s $((size / 2)) "$path" ;;
    garbled) flip "$path" $((size / 2)) ;;
    esac
}

# --- the judge ---

bad() {
    BAD+="$CASE: $*; it says: $(tail -n 1 "$T/err")"$'\n'
    return 1
}

# Statuses of the contract, and no target that is neither old nor new.
judge_status() {
    [[ $status = [016] ]] || bad "$1 ends with $status" || return
    classify
    [[ $TREE != broken* ]] || bad "after $1 $TREE"
}

# Settled: the tree is what it promises, nothing lies beside it, and an apply works.
judge_settled() {
    local what=$1 wanted=$2
    [ "$TREE" = "$wanted" ] || bad "$what ends with 0, but the tree is $TREE:$WHICH" || return
    find_strays
    [ -z "$STRAYS" ] || bad "$what ends with 0, and leaves$STRAYS" || return
    judge_apply "$what"
}

judge_apply() {
    [ "$LIGHT" = no ] || return 0
    write_config
    tfhook -c "$T/c.ini" apply
    [ "$status" -eq 0 ] || bad "after $1, apply ends with $status" || return
    classify
    find_strays
    [ "$TREE$STRAYS" = new ] || bad "after $1 and apply the tree is $TREE:$WHICH$STRAYS"
}

# A way out that a message names: it is done, or says why not. WORKS counts those that do.
try_way() {
    local way=$1 before
    rm -rf "$T/tree" "$T/state"
    cp -a "$T/copy/tree" "$T/copy/state" "$T"
    classify
    before=$WHICH
    tfhook recover "$way" "$SEQ"
    judge_status "recover $way" || return
    [ "$status" -eq 0 ] || return 0
    WORKS=$((WORKS + 1))
    # What cannot be known without a journal is left to the person who is told of it.
    [[ $told$output != *.tfhook-* ]] || rm -f "$T"/tree/.tfhook-* "$T"/tree/dir/.tfhook-*
    if [ "$way" = --restore ]; then
        judge_settled "recover --restore" "$WANTED" || return
    else
        [ "$WHICH" = "$before" ] || bad "recover --keep changes the tree: $WHICH" || return
        judge_apply "recover --keep"
    fi
}

# A person is needed: what is at fault is named by a path that is there, and so are the ways out.
judge_stuck() {
    local way told=$output
    WORKS=0
    [[ "$told" == *"$FAULT"* ]] || bad "$FAULT is not named" || return
    case $told in
    *"recover --restore $SEQ"* | *"recover --keep $SEQ"*) ;;
    *) bad "no way out is named" || return ;;
    esac
    [ "$LIGHT" = no ] || return 0
    rm -rf "$T/copy"
    mkdir "$T/copy"
    cp -a "$T/tree" "$T/state" "$T/copy"
    for way in --restore --keep; do
        [[ "$told" != *"recover $way $SEQ"* ]] || try_way "$way" || return
    done
    [ "$WORKS" -gt 0 ] || bad "no way out works"
}

# Before a table: bats notes the place of each command, which takes a third of the time.
quick() {
    PLACES=$(trap -p DEBUG)
    trap - DEBUG
}

# judge CASE FAULT: settle what is there. FAULT is a part of the path that a message must name when a
# person is needed; what became of the case is counted by OUTCOMES.
judge() {
    CASE=$1 FAULT=$2
    tfhook recover
    judge_status recover || return 0
    OUTCOMES[$status]=$((${OUTCOMES[$status]:-0} + 1))
    case $status in
    0) judge_settled recover "$WANTED" || true ;;
    1) bad "recover ends with 1, and no way out is named" || true ;;
    6) judge_stuck || true ;;
    esac
}

# Another transaction of the same number, at the path given. 0: settled. Else a person is needed:
# both are named, and when one is taken away it goes on.
judge_twins() {
    local other=$1
    tfhook recover
    judge_status "$CASE" || return
    [ "$status" -ne 0 ] || { judge_settled recover "$WANTED"; return; }
    [ "$status" -eq 6 ] || bad "a person is needed, but the status is $status" || return
    [[ "$output" == *"$DIR"* && "$output" == *"$other"* ]] || bad "not both are named" || return
    rm -r "$other"
    tfhook recover
    judge_status "recover" || return
    [ "$status" -eq 0 ] || bad "when one is gone, recover ends with $status" || return
    judge_settled recover "$WANTED"
}

# The end of a table: how many cases ended how, and all that is wrong.
judged() {
    eval "${PLACES:-:}"
    echo "# 0: ${OUTCOMES[0]:-0}, 1: ${OUTCOMES[1]:-0}, 6: ${OUTCOMES[6]:-0}"
    [ -z "$BAD" ] || fail "$(grep -c . <<<"$BAD") cases are wrong:"$'\n'"$BAD"
}
