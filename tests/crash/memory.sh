# shellcheck shell=bash disable=SC2034,SC2153 # run.sh and the parts share their variables
# Allocations that fail: a tfhook and plugins that are linked with faulty_alloc.c, once at each of
# their allocations and from each on. Outside strace, so that leaks can be looked for.

# The same command line, with the programs that can be made to fail.
faulty_command_line() {
    command_line "$1"
    CMD=("$TFHOOK_BUILD/faulty/faulty-tfhook" --plugin-dir "$WORK/faulty" "${CMD[@]:3}")
}

# Run CMD with WHAT failing: STATUS, $WORK/out, $WORK/err, and $WORK/leak.PID for each leak.
run_faulty() {
    STATUS=0
    rm -f "$WORK"/leak.*
    {
        ASAN_OPTIONS="log_path=$WORK/leak" TFHOOK_FAULTY=$1 TFHOOK_FAULTY_LOG=$WORK/allocations \
            timeout -s KILL 60 "${CMD[@]}" >"$WORK/out" 2>"$WORK/err" </dev/null || STATUS=$?
    } 2>/dev/null
}

make_faulty() {
    [ ! -d "$WORK/faulty" ] || return 0
    mkdir "$WORK/faulty"
    cp "$TFHOOK_BUILD"/faulty/plugins/*.so "$TFHOOK_BUILD/plugins-test/fake.so" "$WORK/faulty/"
    chmod go-w "$WORK/faulty"/*.so
}

# Each part up to the largest count that a process of it has reached.
list_memory() {
    local command=$1 state=''
    make_faulty
    [ "$command" != recover ] || state=$(middle_state)
    from_start "$(start_of "$command" "$state")"
    faulty_command_line "$command"
    rm -f "$WORK/allocations"
    run_faulty none
    [ "$STATUS" -eq 0 ] || die "without a fault it fails: $(cat "$WORK/err")"
    awk -v state="$state" '$2 > most[$1] {most[$1] = $2} END {
            for (part in most)
                for (n = 1; n <= most[part]; n++)
                    printf "%s:%d %s\n%s:%d+ %s\n", part, n, state, part, n, state
        }' "$WORK/allocations" | shuffle
}

# WHAT [STATE]
try_memory() {
    local command=$1 what=$2 state=${3:-}
    make_faulty
    from_start "$(start_of "$command" "$state")"
    faulty_command_line "$command"
    run_faulty "$what"
    judge_memory "$command"
}

# A crash is one of the program or of a child of it, which it tells of.
judge_memory() {
    local command=$1 leaks status=$STATUS
    OUTCOME=''
    leaks=$(cat "$WORK"/leak.* 2>/dev/null) || true
    if [ -n "$leaks" ]; then
        bad "AddressSanitizer: $(grep -m 1 -E 'ERROR|SUMMARY' <<<"$leaks")"
    elif [ "$status" -ge 128 ] || grep -qE 'crashed: (Segm|Abort|Bus|Illegal|Killed)' "$WORK/err"; then
        bad "it crashed: status $status, $(tail -n 1 "$WORK/err")"
    elif [ "$status" -eq 5 ]; then
        # What cannot be verified is not true.
        judge_status "$command" 1
    elif [ "$status" -eq 7 ] && ! grep -q 'is committed' "$WORK/err"; then
        judge_status "$command" 1
    elif [ "$status" -eq 7 ]; then
        judge_status "$command" 0
    else
        judge_status "$command" "$status"
    fi
    [ "$OUTCOME" = bad ] || [ "$status" -eq 0 ] || [ -s "$WORK/err" ] || bad "it fails without a word"
    ask strays
    [ "$OUTCOME" = bad ] || [ "$command" = recover ] || [ -z "$ANSWER" ] ||
        bad "left behind: $ANSWER"
    [ "$OUTCOME" = bad ] || judge_rest
}

# There are many points: where the whole tree is there, and no transaction is unfinished, there is
# nothing that a recover could do.
judge_rest() {
    ask which tree
    OUTCOME=$ANSWER
    ask strays
    if [ "$OUTCOME" = neither ] || [ -n "$ANSWER" ] ||
        ls -d "$NOW"/state/transactions/*.{prep,open,stuck} >/dev/null 2>&1; then
        judge_once judge_recovery judge_plan
    fi
}
