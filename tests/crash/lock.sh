# shellcheck shell=bash disable=SC2034,SC2153 # run.sh and the parts share their variables
# shellcheck disable=SC2154 # $full is run.sh's
#
# The section lock: RUNS applies at once, each with a line of its own for one file that all share and
# a file of its own. In the variant killed, half of them are killed while they hold the lock.

RUNS=50
ROUNDS=100 # of each variant in a full run; one in a sample

list_lock() {
    local rounds=1 round
    [ "$full" = no ] || rounds=$ROUNDS
    for round in $(seq "$rounds"); do
        echo "$round all"
        echo "$round killed"
    done
}

lock_start() {
    fresh_medium
    mkdir "$NOW/tree"
    echo first >"$NOW/tree/shared"
    # So that the lock's file is there, and can be seen to stay.
    tfhook recover
    INODE=$(stat -c %i "$NOW/state/lock")
    local run
    for run in $(seq "$RUNS"); do
        printf '[step one]\nplugin = fake\ndo =\n    %s\n    %s\n' \
            "plan:edit:$NOW/tree/shared::line-$run" "plan:write:$NOW/tree/own.$run:content-$run" \
            >"$WORK/lock.$run.ini"
    done
}

PATIENCE=300 # seconds for all of them

# A run that is to be killed is started as it is, so that its pid is known; else timeout sees to it
# that it ends.
start_runs() {
    local variant=$1 run limit
    PIDS=()
    declare -gA VICTIMS=()
    for run in $(seq "$RUNS"); do
        limit=(timeout -s KILL "$PATIENCE")
        [ "$variant" = all ] || [ $((run % 2)) -ne 0 ] || limit=()
        "${limit[@]}" "$TFHOOK" --plugin-dir "$WORK/plugins" --state-dir "$NOW/state" -q \
            --wait $((PATIENCE - 20)) -c "$WORK/lock.$run.ini" apply \
            >/dev/null 2>"$WORK/lock.$run.err" </dev/null &
        PIDS[run]=$!
        [ ${#limit[@]} -gt 0 ] || VICTIMS[$!]=$run
    done
}

# While there are victims: the one that holds the lock is killed at a random moment of its turn, which
# takes some hundredths of a second, or some tenths with sanitizers.
kill_holders() {
    local pid deadline=$((SECONDS + PATIENCE))
    while [ ${#VICTIMS[@]} -gt 0 ] && [ "$SECONDS" -lt "$deadline" ]; do
        pid=
        read -r _ pid _ <"$NOW/state/lock" || true
        pid=${pid%,}
        if [ -n "$pid" ] && [ -n "${VICTIMS[$pid]:-}" ]; then
            case $((RANDOM % 3)) in
            0) sleep "0.0$((RANDOM % 4))" ;;
            1) sleep "0.$((RANDOM % 3))$((RANDOM % 10))" ;;
            esac
            kill -KILL "$pid" || true
            unset "VICTIMS[$pid]"
        fi
        sleep 0.003
        for pid in "${!VICTIMS[@]}"; do
            kill -0 "$pid" || unset "VICTIMS[$pid]"
        done
    done
    [ ${#VICTIMS[@]} -eq 0 ] || kill -KILL "${!VICTIMS[@]}" || true
    [ "$SECONDS" -lt "$deadline" ] || bad "some did not end within $PATIENCE s"
}

# STATUSES of all runs; nobody but who is to be killed may end with another than 0.
wait_for_runs() {
    local variant=$1 run status
    STATUSES=()
    for run in $(seq "$RUNS"); do
        status=0
        wait "${PIDS[run]}" || status=$?
        STATUSES[run]=$status
        case $status in
        0) ;;
        137)
            if [ "$variant" = all ] || [ $((run % 2)) -ne 0 ]; then
                bad "run $run hung: $(tail -n 1 "$WORK/lock.$run.err")"
            fi
            ;;
        *) bad "run $run ends with $status: $(tail -n 1 "$WORK/lock.$run.err")" ;;
        esac
    done
}

# The line and the own file of a run: both or none, and both when it said that it is done.
judge_run() {
    local run=$1 lines own=
    lines=$(grep -cx "line-$run" "$NOW/tree/shared") || true
    [ ! -e "$NOW/tree/own.$run" ] || own=$(<"$NOW/tree/own.$run")
    case "$lines,$own" in
    "1,content-$run") DONE=$((DONE + 1)) ;;
    0,) [ "${STATUSES[run]}" -ne 0 ] || bad "run $run ended with 0, and its line is not there" ;;
    *) bad "run $run: its line is there $lines times, its file holds '$own'" ;;
    esac
}

judge_lock() {
    local run left
    tfhook recover
    [ "$STATUS" -eq 0 ] || bad "then recover ends with $STATUS: $(tail -n 1 "$WORK/err.next")"
    DONE=0
    for run in $(seq "$RUNS"); do
        judge_run "$run"
    done
    [ "$(wc -l <"$NOW/tree/shared") $(head -n 1 "$NOW/tree/shared")" = "$((DONE + 1)) first" ] ||
        bad "the file that all share has other lines than theirs"
    left=$(find "$NOW/tree" -mindepth 1 ! -name shared ! -name 'own.*')
    [ -z "$left" ] || bad "left behind: $left"
    [ "$(stat -c %i "$NOW/state/lock")" = "$INODE" ] || bad "the lock is another file now"
}

# The section's second word, then ROUND VARIANT
try_lock() {
    local variant=$3
    OUTCOME=new
    lock_start
    start_runs "$variant"
    # bash tells of killed children by itself.
    { [ "$variant" = all ] || kill_holders; wait_for_runs "$variant"; } 2>/dev/null
    judge_lock
    if [ "$variant" = killed ] && [[ " ${STATUSES[*]} " != *' 137 '* ]]; then
        bad "void: nobody was killed"
    fi
    [ "$OUTCOME" = bad ] || [ "$DONE" -eq "$RUNS" ] || OUTCOME=old # some were killed in time
}
