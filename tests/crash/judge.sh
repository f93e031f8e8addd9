# shellcheck shell=bash disable=SC2034,SC2153 # run.sh and the parts share their variables
# What a struck run may leave. Each judge sets OUTCOME (old, new or bad) and WHY.

declare -A MESSAGES=(
    [EIO]='Input/output error' [ENOSPC]='No space left on device' [EDQUOT]='Disk quota exceeded'
    [EROFS]='Read-only file system' [EACCES]='Permission denied' [EINTR]='Interrupted system call'
    [ENOMEM]='Cannot allocate memory' [EMFILE]='Too many open files'
)

bad() {
    OUTCOME=bad
    WHY=$*
}

# recover ends well and leaves a whole tree, old or new, with nothing beside it.
judge_recovery() {
    tfhook recover
    if [ "$STATUS" -ne 0 ]; then
        bad "recover ends with $STATUS: $(tail -n 1 "$WORK/err.next")"
        return
    fi
    ask which tree
    OUTCOME=$ANSWER
    if [ "$OUTCOME" = neither ]; then
        ask differences tree old
        bad "the tree is neither old nor new: $ANSWER"
        return
    fi
    ask strays
    [ -z "$ANSWER" ] || bad "left behind: $ANSWER"
}

# A plan afterwards knows what is to be done.
judge_plan() {
    [ "$OUTCOME" != bad ] || return 0
    local expected=10
    [ "$OUTCOME" = old ] || expected=0
    tfhook -c "$WORK/again.ini" plan --detailed-exitcode
    [ "$STATUS" -eq "$expected" ] ||
        bad "then a plan ends with $STATUS: $(tail -n 1 "$WORK/err.next")"
}

# And the next run goes the other way, whole.
judge_next_run() {
    local after=$OUTCOME
    case $OUTCOME in
    bad) return ;;
    old) tfhook -c "$WORK/crash.ini" apply ;;
    new) tfhook rollback ;;
    esac
    if [ "$STATUS" -ne 0 ]; then
        bad "then the next run ends with $STATUS: $(tail -n 1 "$WORK/err.next")"
        return
    fi
    ask which tree
    case $ANSWER in
    "$after" | neither) bad "then the next run does not give the other tree" ;;
    esac
}

judge_killed() {
    if [ "$STATUS" -eq 137 ] && ! was_killed; then
        bad "it hung"
        return
    fi
    judge_once judge_recovery judge_plan judge_next_run
}

# The tree that COMMAND is to make, and the one from which it comes.
wanted_tree() {
    if [ "$1" = apply ]; then echo new; else echo old; fi
}

tree_before() {
    case $1 in
    apply) echo old ;;
    rollback) echo new ;;
    recover) echo any ;; # half of each is what it is there for
    esac
}

# The status is true: 0, it is done; 1 or 3, all files are as before. Of the directories and of temp
# files that could not be removed the next run takes care.
judge_status() {
    local command=$1 status=$2
    ask which files
    THERE=$ANSWER
    case $status in
    0) [ "$THERE" = "$(wanted_tree "$command")" ] || bad "status 0, but the files are: $THERE" ;;
    1 | 3)
        [ "$(tree_before "$command")" = any ] || [ "$THERE" = "$(tree_before "$command")" ] ||
            bad "status $status, but the files are: $THERE"
        ;;
    *) bad "status $status: $(tail -n 1 "$WORK/err")" ;;
    esac
}

# Of 6: every file that is not as it was is listed, and what a person can do.
judge_stuck() {
    local command=$1 path
    grep -q 'tfhook recover' "$WORK/err" || bad "status 6, and no way out is named"
    [ "$command" != recover ] || return 0
    ask changed "$(tree_before "$command")"
    for path in $ANSWER; do
        grep -qF "$NOW/tree/${path#./}" "$WORK/err" ||
            bad "status 6, and $path, which is not as it was, is not listed"
    done
}

# A signal: as told by the status, or dead before the program minds it.
judge_signalled() {
    local command=$1 number=$2 status=$STATUS
    OUTCOME=
    if [ "$status" -eq $((128 + number)) ]; then
        ask which files
        [ "$(tree_before "$command")" = any ] || [ "$ANSWER" = "$(tree_before "$command")" ] ||
            bad "killed by the signal, but the files are: $ANSWER"
    else
        judge_status "$command" "$status"
    fi
    [ "$OUTCOME" = bad ] || judge_once judge_recovery judge_plan
}

# Path and reason are named where the failing call was about a file of ours.
judge_message() {
    local error=$1 line
    line=$(grep -m 1 INJECTED "$WORK/trace")
    [[ "$line" == *"$NOW/"* ]] || return 0
    grep -qF "${MESSAGES[$error]}" "$WORK/err" ||
        bad "the reason (${MESSAGES[$error]}) is not told: $(tail -n 1 "$WORK/err")"
    grep -qF "$NOW/" "$WORK/err" || bad "no path is told: $(tail -n 1 "$WORK/err")"
}

# The pages of a file whose fsync failed are lost: a second fsync would lie. A directory is another
# matter: it is synced again after the rename that follows.
judge_no_second_fsync() {
    ! awk '/^fsync/ {
            path = $0
            sub(/^[^<]*</, "", path)
            sub(/>.*/, "", path)
            if (failed != "" && path == failed && path ~ /\/(\.tfhook-|journal\.json|[0-9]+\.old)/)
                again = 1
            failed = /INJECTED/ ? path : ""
        } END {exit !again}' "$WORK/trace" || bad "a failed fsync is tried again"
}

# Statuses that are true of some errors only: 6 when the undoing itself was hindered, which takes
# a second error or a recover, and 7 when memory is out.
may_end_with() {
    local command=$1 error=$2 how=$3 status=$4
    case $status in
    6) [ "$how" = ever ] || [ "$command" = recover ] ;;
    7) [ "$error" = ENOMEM ] ;;
    *) false ;;
    esac
}

judge_error() {
    local command=$1 error=$2 how=$3 status=$STATUS told=
    OUTCOME='' THERE=any
    # AddressSanitizer's own end when memory is out comes before ours.
    ! grep -q 'ERROR: Failed to mmap' "$WORK/err" || status=7
    if ! may_end_with "$command" "$error" "$how" "$status"; then
        judge_status "$command" "$status"
        [ "$status" -eq 0 ] || told=$THERE
    fi
    [ "$OUTCOME" = bad ] || [ "$how" = ever ] || [ "$status" -eq 0 ] || [ "$status" -eq 7 ] ||
        judge_message "$error"
    [ "$OUTCOME" = bad ] || [ "$how" = ever ] || judge_no_second_fsync
    [ "$OUTCOME" != bad ] || return 0
    judge_once judge_recovery judge_plan
    [ "$OUTCOME" = bad ] || [ "$status" -ne 0 ] || [ "$OUTCOME" = "$THERE" ] ||
        bad "status 0 and the files were $THERE, but after recover they are $OUTCOME"
    [ -z "$told" ] || [ "$told" = neither ] || [ "$OUTCOME" = bad ] || [ "$command" = recover ] ||
        [ "$OUTCOME" = "$told" ] ||
        bad "status $status and the files were $told, but after recover they are $OUTCOME"
}
