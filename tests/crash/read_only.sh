# shellcheck shell=bash disable=SC2034,SC2153 # run.sh and the parts share their variables
# The section read-only: the file system turns read-only in the middle of a run, and stays so to its
# end. A run is stopped behind a call, and goes on when that has happened.
#
#   error     as ext4 does it by itself when it finds an error: what was not synced by then is lost,
#             as with the power; for the whole, the tree or the state directory alone
#   remount   by an administrator, of the tree alone, behind calls that change names. The kernel
#             refuses it while a file there is open for writing, as the lock always is, and new
#             content is until all of it is written: then the run must end as if nothing had been

NAME_CALLS='^(renameat|linkat|unlinkat|mkdir|mkdirat):'

list_read() {
    local command state='' where calls
    for command in apply rollback recover; do
        [ "$command" != recover ] || state=$(middle_state)
        calls=$(calls_of "$command" "$(start_of "$command" "$state")" "$NOW/" |
            grep -E "$ERROR_CALLS" | grep -v '^mmap:')
        for where in one tree state; do
            awk -v point="$command $where error" -v state="$state" '{print point, $0, state}' \
                <<<"$calls"
        done
        grep -E "$NAME_CALLS" <<<"$calls" |
            awk -v point="$command tree remount" -v state="$state" '{print point, $0, state}'
    done
}

# Start CMD, and wait until it is stopped behind CALL:N, or has ended before. TRACER is to be waited
# for.
stop_behind() {
    timeout -s KILL 60 strace -y -o "$WORK/trace" -e "trace=${1%:*}" \
        -e "inject=${1%:*}:signal=STOP:when=${1#*:}" "${CMD[@]}" \
        >"$WORK/out" 2>"$WORK/err" </dev/null &
    TRACER=$!
    while ! is_stopped && kill -0 "$TRACER" 2>/dev/null; do
        sleep 0.01
    done
}

is_stopped() {
    grep -qs '^--- stopped by SIGSTOP' "$WORK/trace"
}

# strace is timeout's child, and the run is strace's.
go_on() {
    ! is_stopped || pkill -CONT -P "$(pgrep -P "$TRACER")"
    STATUS=0
    wait "$TRACER" || STATUS=$?
}

turn_read_only() {
    local path=$1 how=$2 device
    HINDERED=yes
    if [ "$how" = remount ]; then
        mount -o remount,ro "$path" 2>"$WORK/err.mount" || refused_as_busy
        return
    fi
    device=$(findmnt -n -o SOURCE --mountpoint "$path")
    echo 1 >"/sys/fs/ext4/${device##*/}/trigger_fs_error"
}

refused_as_busy() {
    grep -q 'is busy' "$WORK/err.mount" || die "cannot remount: $(cat "$WORK/err.mount")"
    HINDERED=no
}

turn_back() {
    local path=$1 how=$2
    if [ "$how" = remount ]; then
        mount -o remount,rw "$path"
        return
    fi
    # Its parts first, when it is the whole.
    umount "$path"
    mount_image "$path"
}

# 6 is true here: what hinders the work hinders the undoing too.
judge_read_only() {
    local command=$1 status=$STATUS
    OUTCOME='' THERE=any
    [ "$HINDERED" = yes ] || [ "$status" -eq 0 ] ||
        bad "status $status, but nothing hindered it: $(tail -n 1 "$WORK/err")"
    [ "$status" -eq 6 ] || judge_status "$command" "$status"
    [ "$OUTCOME" != bad ] && [ "$status" -ne 0 ] || return 0
    grep -qF -e "${MESSAGES[EROFS]}" -e "${MESSAGES[EIO]}" "$WORK/err" ||
        bad "the reason is not told: $(tail -n 1 "$WORK/err")"
    grep -qF "$NOW/" "$WORK/err" || bad "no path is told: $(tail -n 1 "$WORK/err")"
    [ "$status" -ne 6 ] || judge_stuck "$command"
}

# A recover finds no help yet; it may not make it worse, or call it done.
judge_still_read_only() {
    tfhook recover
    case $STATUS in
    0 | 1 | 6) ;;
    *) bad "then a recover ends with $STATUS: $(tail -n 1 "$WORK/err.next")" ;;
    esac
}

# The section's second word, then COMMAND WHERE HOW CALL:N [STATE]
try_read() {
    local command=$2 where=$3 how=$4 point=$5 state=${6:-} path start status told
    path=$(path_of "$where")
    LAYOUT=one
    start=$(start_of "$command" "$state")
    layout_of "$where"
    from_start "$start"
    sync -f "$NOW/tree" "$NOW/state" 2>/dev/null || sync -f "$NOW/tree"
    command_line "$command"
    stop_behind "$point"
    turn_read_only "$path" "$how"
    go_on
    status=$STATUS
    judge_read_only "$command"
    told=$THERE
    [ "$OUTCOME" = bad ] || judge_still_read_only
    turn_back "$path" "$how"
    [ "$OUTCOME" != bad ] || return 0
    judge_recovery
    [ "$OUTCOME" = bad ] || [ "$told" = any ] || [ "$command,$status" = recover,1 ] ||
        [ "$OUTCOME" = "$told" ] ||
        bad "status $status and the files were $told, but after recover they are $OUTCOME"
    judge_plan
    judge_next_run
}
