# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # run.sh and the parts share their variables
# Loss of power: a run is recorded once, and power.py makes and judges the disks that a loss of power at
# any of its calls may leave.

POWER_SECTIONS=(power-apply power-undo power-rollback power-recover)
POWER=$WORK/power

# What recover is recorded on: an apply or rollback that was killed at one of these calls, each that
# changes a name, and the last sync, when the commit is made but not durable. CALL:N@COMMAND
power_killed_states() {
    local command
    for command in apply rollback; do
        calls_of "$command" "$command" "$NOW/" >"$WORK/calls"
        { grep -E '^(renameat|linkat|unlinkat|mkdir|mkdirat):' "$WORK/calls"
            grep '^fsync:' "$WORK/calls" | tail -n 1; } | sed "s/\$/@$command/"
    done
}

# Run CMD and keep its whole trace as FILE. OPTION... as strike takes them.
record_calls() {
    local file=$1
    shift
    strike -xx -s 16777216 "$@"
    mv "$WORK/trace" "$file"
}

# The undo is an apply whose verification fails. Where a file system has no hard links (linkless), it
# goes by the backups.
undo_command_line() {
    { cat "$WORK/crash.ini"; echo "    verify:finding:fail"; } >"$WORK/undo.ini"
    command_line apply
    CMD=("${CMD[@]//crash.ini/undo.ini}")
}

# Record COMMAND; the recover's is one that was killed at STATE, the undo's may be linkless.
record_run() {
    local command=$1 state=${2:-} start=apply expected=0 options=() folder call
    folder=$POWER/$command${state:+@$state}
    [[ "$command@$state" != *rollback* ]] || start=rollback
    rm -rf "$folder"
    mkdir -p "$folder"
    from_start "$start"
    cp -a "$NOW" "$folder/start"
    case $command in
    recover)
        command_line "$start"
        call=${state%@*}
        record_calls "$folder/trace.killed" -e "inject=${call%:*}:signal=KILL:when=${call#*:}"
        grep -q '+++ killed by SIGKILL' "$folder/trace.killed" || die "nothing was killed at $state"
        command_line recover
        ;;
    undo)
        undo_command_line
        expected=5
        [ "$state" != linkless ] || options=(-e inject=linkat:error=EPERM)
        ;;
    *) command_line "$command" ;;
    esac
    record_calls "$folder/trace" "${options[@]}"
    [ "$STATUS" -eq "$expected" ] ||
        die "the $command to record ends with $STATUS: $(tail -n 1 "$WORK/err")"
    cp -a "$NOW" "$folder/end"
    RUNS+=("$folder")
}

# power FOLDER... [OPTION...]: into $WORK/verdicts. Redirected here, not by the caller: a trap that runs
# meanwhile has the output of the function.
power() {
    python3 -B "$here/power.py" --root "$NOW" --old "$STARTS/apply" --new "$STARTS/rollback" \
        --command "$TFHOOK --plugin-dir $WORK/plugins --state-dir $NOW/state recover" "$@" \
        >"$WORK/verdicts"
}

# The runs of a section: all, or few of the many that recover has.
power_record() {
    local command=$1 state
    RUNS=()
    case $command in
    recover)
        power_killed_states | shuffle >"$WORK/states"
        [ "$full" = yes ] || sed -i '5,$d' "$WORK/states"
        while read -r state <&4; do
            record_run recover "$state"
        done 4<"$WORK/states"
        ;;
    undo)
        record_run undo
        record_run undo linkless
        ;;
    *) record_run "$command" ;;
    esac
}

# The lines of power.py: bad states go on the list, the counts to tell.
take_verdicts() {
    local section=$1 kind first second new bad of
    while IFS=$'\t' read -r kind first second; do
        case $kind in
        bad) printf '%s\n    %s\n' "$second" "$(repeat "$section" "$first")" | tee -a "$WORK/bad" ;;
        more) printf '%s\n    and %d more states for this reason\n' "$second" "$first" |
            tee -a "$WORK/bad" ;;
        count)
            IFS=$'\t' read -r new bad of <<<"$second"
            count=([old]=$first [new]=$new [bad]=$bad)
            seq "$of" >"$WORK/all"
            ;;
        esac
    done <"$WORK/verdicts"
}

# A state costs an eighth of what a point of the other sections does, so a sample has more of them.
run_power() {
    local section=$1 states=$((points * 8 / ${#sections[@]} + 1))
    [ "$full" = no ] || states=0 # all
    count=([old]=0 [new]=0 [bad]=0)
    : >"$WORK/all"
    : >"$WORK/verdicts"
    power_record "${section#*-}"
    power "${RUNS[@]}" --states "$states" --seed "$seed" ||
        die "$section: no verdict"
    take_verdicts "$section"
    tell "$section"
}

# POINT NAME [STATE]: one state. What a crash left is kept as now.crashed, what recover made as now.
try_power() {
    local command=$1 line
    shift
    RUNS=()
    record_run "$command" "${@:3}"
    power "${RUNS[@]}" --point "$@" || die "no verdict"
    grep -v '^point' "$WORK/verdicts"
    line=$(grep '^point' "$WORK/verdicts")
    IFS=$'\t' read -r _ OUTCOME WHY <<<"$line"
}

# --- the control ---

# Writers whose files a loss of power may tear, and one whose it may not: what the first two do is
# bad, or the section is void; the third is not to be blamed. What a fourth does is not in the model,
# which must say so.
WRITER='
import os, sys
how, path = sys.argv[1:]
temp = os.path.join(os.path.dirname(path), ".tfhook-temp")
fd = os.open(path if how == "truncate" else temp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
os.write(fd, b"n" * 12000)
if how == "careful":
    os.fsync(fd)
os.close(fd)
if how == "unknown":
    os.truncate(temp, 12000)
if how != "truncate":
    os.rename(temp, path)
if how == "careful":
    os.fsync(os.open(os.path.dirname(path), os.O_RDONLY))
'

# Record and judge one; without a recover, since none of them has one.
power_control() {
    local how=$1 folder=$POWER/control-$1
    mkdir -p "$folder/start/tree"
    head -c 10000 /dev/zero | tr '\0' o >"$folder/start/tree/file"
    rm -rf "$NOW"
    cp -a "$folder/start" "$NOW"
    CMD=(python3 -B -E -S -c "$WRITER" "$how" "$NOW/tree/file")
    record_calls "$folder/trace"
    [ "$STATUS" -eq 0 ] || die "the control's writer fails: $(cat "$WORK/err")"
    cp -a "$NOW" "$folder/end"
    python3 -B "$here/power.py" --root "$NOW" --old "$folder/start" --new "$folder/end" \
        --randoms 500 "$folder" >"$WORK/verdicts" 2>"$WORK/err"
}

run_power_controls() {
    local how fault
    for how in rename truncate careful; do
        power_control "$how" || die "the control has no verdict: $(cat "$WORK/err")"
        take_verdicts control >/dev/null
        tell "$how (control)"
        [ "$how" != careful ] || break
        for fault in empty torn; do
            grep -q "^bad.*is $fault" "$WORK/verdicts" ||
                die "void: a writer without fsync ($how) leaves no file $fault"
        done
    done
    : >"$WORK/bad"
    [ "${count[bad]}" -eq 0 ] || die "void: a writer that syncs is blamed"
    ! power_control unknown || die "void: a call that the model does not know is not noticed"
    grep -q 'does not know: truncate' "$WORK/err" || die "the control fails: $(cat "$WORK/err")"
}
