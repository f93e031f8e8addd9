# shellcheck shell=bash disable=SC2034,SC2153 # run.sh and the parts share their variables
# The sections of the suite. list_SECTION prints its points, one a line; try_SECTION tries one.

SECTIONS=(kill-apply kill-rollback kill-recover signal-apply signal-rollback signal-recover
    stream-apply stream-rollback stream-recover error-apply error-rollback error-recover
    full-disk quota read-only lock)

# On what a section's runs work: see medium.sh.
medium_of() {
    case $1 in
    full-*) echo tmpfs ;;
    read-*) echo ext4 ;;
    quota) echo btrfs ;;
    *) echo plain ;;
    esac
}

ERROR_CALLS='^(openat|read|write|pwrite64|fsync|close|renameat|linkat|unlinkat|mkdir|mkdirat|chmod|fchown|fchmod|fsetxattr|ftruncate|flock|mmap):'
ERRORS=(EIO ENOSPC EDQUOT EROFS EACCES EINTR ENOMEM EMFILE)

# Start of a run of COMMAND; the recover's is an apply that was killed at STATE.
start_of() {
    case $1 in
    recover) recover_start "$2" ;;
    *) echo "$1" ;;
    esac
}

# --- kill -9 at every call ---

list_kill() {
    local command=$1 state
    if [ "$command" != recover ]; then
        calls_of "$command" "$command"
        return
    fi
    for state in $(recover_states); do
        calls_of recover "$(recover_start "$state")" | sed "s/\$/ $state/"
    done
}

# POINT [STATE]
try_kill() {
    local command=$1 point=$2 state=${3:-}
    from_start "$(start_of "$command" "$state")"
    command_line "$command"
    inject "$point" signal=KILL
    judge_killed
}

# --- TERM, INT, HUP at some calls ---

SIGNALLED=150 # points of a full run, each a signal at a call

list_signal() {
    local command=$1 state='' signal
    [ "$command" != recover ] || state=$(middle_state)
    for signal in TERM INT HUP; do
        calls_of "$command" "$(start_of "$command" "$state")" "$(mark_of "$command")" |
            sed "s/\$/ $signal $state/"
    done | shuffle | head -n "$SIGNALLED"
}

# POINT SIGNAL [STATE]
try_signal() {
    local command=$1 point=$2 signal=$3 state=${4:-}
    from_start "$(start_of "$command" "$state")"
    command_line "$command"
    inject "$point" "signal=$signal"
    judge_signalled "$command" "$(kill -l "$signal")"
}

# --- streams that are closed, full or broken ---

list_stream() {
    local command=$1 state=
    [ "$command" != recover ] || state=$(middle_state)
    local how
    for how in closed all-closed full broken; do
        echo "$how $state"
    done
}

# HOW [STATE]
try_stream() {
    local command=$1 how=$2 state=${3:-}
    from_start "$(start_of "$command" "$state")"
    command_line "$command"
    STATUS=0
    : >"$WORK/err"
    case $how in
    closed) "${CMD[@]}" >&- 2>"$WORK/err" || STATUS=$? ;;
    all-closed) "${CMD[@]}" <&- >&- 2>&- || STATUS=$? ;;
    full) "${CMD[@]}" >/dev/full 2>"$WORK/err" || STATUS=$? ;;
    broken) "${CMD[@]}" 2>"$WORK/err" > >(:) || STATUS=$? ;;
    esac
    OUTCOME=
    [ "$STATUS" -eq 0 ] || bad "status $STATUS: $(tail -n 1 "$WORK/err")"
    [ "$OUTCOME" = bad ] || judge_status "$command" 0
    [ "$OUTCOME" = bad ] || judge_recovery
    judge_plan
}

# --- errors ---

# Once and for ever; but a call that is interrupted for ever is none that any kernel has.
list_error() {
    local command=$1 state='' call error
    [ "$command" != recover ] || state=$(middle_state)
    calls_of "$command" "$(start_of "$command" "$state")" "$(mark_of "$command")" |
        grep -E "$ERROR_CALLS" >"$WORK/calls"
    while read -r call; do
        for error in "${ERRORS[@]}"; do
            echo "$call $error once $state"
            [ "$error" = EINTR ] || echo "$call $error ever $state"
        done
    done <"$WORK/calls" | shuffle
}

# POINT ERROR HOW [STATE]
try_error() {
    local command=$1 point=$2 error=$3 how=$4 state=${5:-}
    from_start "$(start_of "$command" "$state")"
    command_line "$command"
    [ "$how" = once ] || point=$point+
    inject "$point" "error=$error"
    if [ "$STATUS" -eq 137 ]; then
        bad "it hung"
    else
        judge_error "$command" "$error" "$how"
    fi
}

# --- the control ---

# The same harness on keytool, which truncates its store and then writes: a suite that does not see
# a store destroyed here would not see one anywhere. The JVM works in a thread of its own, so strace
# follows it (-f), and only calls on the store count (-P).
control_calls() {
    cp "$STARTS/apply/tree/pki/store.jks" "$WORK/control.jks"
    CMD=(keytool -importcert -noprompt -alias scm1 -file "$WORK/certs/scm1.crt"
        -keystore "$WORK/control.jks" -storepass changeit)
    strike -f -P "$WORK/control.jks"
    awk '$2 ~ /^[a-z_0-9]+\(/ {
            name = $2
            sub(/\(.*/, "", name)
            print name ":" ++count[name]
        }' "$WORK/trace" | grep -E "$1"
}

try_control() {
    cp "$STARTS/apply/tree/pki/store.jks" "$WORK/control.jks"
    strike -f -P "$WORK/control.jks" -e "trace=${1%:*}" \
        -e "inject=${1%:*}:signal=KILL:when=${1#*:}"
    if cmp -s "$STARTS/apply/tree/pki/store.jks" "$WORK/control.jks"; then
        OUTCOME=old
    elif [ -s "$WORK/control.jks" ] && keytool -list -alias scm1 -keystore "$WORK/control.jks" \
        -storepass changeit >/dev/null 2>&1; then
        OUTCOME=new
    else
        bad "the store is destroyed: $(stat -c %s "$WORK/control.jks") bytes"
    fi
}
