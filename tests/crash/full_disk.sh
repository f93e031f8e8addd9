# shellcheck shell=bash disable=SC2034,SC2153 # run.sh and the parts share their variables
# The section full-disk: a file system without room for all that is to be written, at each size from
# "not even the first file" to "all of it". The room ends for the whole (tree and state directory are
# on one), for the tree or the state directory alone, or for new files (inodes). And the section quota:
# the same with room enough, but not for us.

SIZES=200 # that many sizes at most of each kind, spread evenly

# What COMMAND needs at most, which is when all is prepared: then it opens, by its second rename (the
# first gives the journal its name).
need_of() {
    local command=$1 where=$2 path before
    path=$(path_of "$where")
    layout_of "$where"
    from_start "$command"
    before=$(used "$path" "$where")
    command_line "$command"
    inject renameat:2 signal=KILL
    was_killed || die "$command was not killed when it opened"
    echo $(($(used "$path" "$where") - before))
}

# 0 to what is needed and one more, SIZES of them at most.
sizes() {
    seq 0 $(($1 + 1)) | awk -v sizes="$SIZES" '{line[NR] = $0}
        END {step = NR > sizes ? (NR - 1) / (sizes - 1) : 1
             for (i = 0; i < NR && int(i * step + 0.5) < NR; i++) print line[int(i * step + 0.5) + 1]}'
}

# Undoing goes by the second names and needs next to nothing.
RECOVER_SIZES=4

list_full() {
    list_limited one tree state inodes
}

list_quota() {
    list_limited one tree state
}

list_limited() {
    local where command size state
    for where in "$@"; do
        for command in apply rollback; do
            for size in $(sizes "$(need_of "$command" "$where")"); do
                echo "$command $where $size"
            done
        done
    done
    LAYOUT=one
    for state in $(recover_states | awk '{line[NR] = $0} END {print line[int(NR / 2)]; print line[NR]}'); do
        for where in "$@"; do
            for size in $(sizes "$RECOVER_SIZES"); do
                echo "recover $where $size $state"
            done
        done
    done
}

# A run on a full disk says which path and why, and leaves nothing beside its files: to remove needs
# no room (but on btrfs). Undoing may need some where recover starts, which is told as 6.
judge_limited() {
    local command=$1 error=$2 status=$STATUS
    OUTCOME='' THERE=any
    [ "$command $status" = 'recover 6' ] || judge_status "$command" "$status"
    [ "$OUTCOME" != bad ] && [ "$status" -ne 0 ] || return 0
    grep -qF "${MESSAGES[$error]}" "$WORK/err" ||
        bad "the reason is not told: $(tail -n 1 "$WORK/err")"
    grep -qF "$NOW/" "$WORK/err" || bad "no path is told: $(tail -n 1 "$WORK/err")"
    ask strays
    [ "$command" = recover ] || [ "$error" = EDQUOT ] || [ -z "$ANSWER" ] ||
        bad "left behind on the full disk: $ANSWER"
}

# The section's second word, then COMMAND WHERE SIZE [STATE]
try_full() {
    shift
    try_limited ENOSPC "$@"
}

try_quota() {
    shift
    try_limited EDQUOT "$@"
}

try_limited() {
    local error=$1 command=$2 where=$3 size=$4 state=${5:-} path told start
    path=$(path_of "$where")
    # A recover's start is the state of an apply that was killed; made on a disk with room.
    LAYOUT=one
    start=$(start_of "$command" "$state")
    layout_of "$where"
    from_start "$start"
    limit "$path" "$size" "$where"
    command_line "$command"
    STATUS=0
    timeout -s KILL 60 "${CMD[@]}" >"$WORK/out" 2>"$WORK/err" </dev/null || STATUS=$?
    judge_limited "$command" "$error"
    told=$THERE
    limit "$path" ''
    [ "$OUTCOME" != bad ] || return 0
    judge_recovery
    [ "$OUTCOME" = bad ] || [ "$command" = recover ] || [ "$OUTCOME" = "$told" ] ||
        bad "the files were $told, but after recover they are $OUTCOME"
    judge_plan
    judge_next_run
}
