# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # run.sh and the parts share their variables
# shellcheck disable=SC2016 # changes and programs are quoted
#
# What a strike has left, as look.py sees it, and whether that was judged before.
#
# Very many points leave the same state: an apply that is killed while the program is being loaded has
# changed nothing, wherever that was. What comes after a strike (recover, a plan, the next run) depends
# on tree and state directory alone, so it is tried once for each of their states, and what it came to
# is taken over at the points of the section that leave the same. What a run says and how it ends is
# judged at every point.

CHECKED_AGAIN=50 # every so often a state is judged again, though it is known

# LOOKER, which ends with its input.
start_looker() {
    coproc LOOKER { trap '' INT TERM; exec python3 -B "$here/look.py" "$NOW"; }
}

# ANSWER to a request; look.py tells which there are.
ask() {
    printf '%s\n' "$*" >&"${LOOKER[1]}"
    IFS= read -r ANSWER <&"${LOOKER[0]}" || die "look.py has no answer: $*"
}

# By JUDGE..., which set OUTCOME; or as a state like the one that is there was judged before. A bad
# one is never taken over.
judge_once() {
    local state judge known=
    ask fingerprint
    state=$ANSWER
    [ "$state" = - ] || known=${JUDGED[$state]:-}
    if [ "$known" = old ] || [ "$known" = new ]; then
        TAKEN_OVER=$((TAKEN_OVER + 1))
        OUTCOME=$known
        [ $((TAKEN_OVER % CHECKED_AGAIN)) -eq 0 ] || return 0
    fi
    for judge in "$@"; do
        "$judge"
    done
    [ -z "$known" ] || [ "$known" = bad ] || [ "$OUTCOME" = bad ] || [ "$OUTCOME" = "$known" ] ||
        bad "now it is $OUTCOME, but a state of the same fingerprint was $known"
    [ "$state" = - ] || [ "$known" = bad ] || JUDGED[$state]=$OUTCOME
}

forget_judged() {
    declare -gA JUDGED=()
    TAKEN_OVER=0
}

# --- the control ---

# Chance alone makes these differ from what a strike has left: the last has other random names.
SAME_STATES=(
    'touch -d 2001-01-01 tree/pki/store.jks tree/etc'
    'sed -i "s/[0-9]/7/g" state/lock'
    'cp -a tree/data tree/copy && rm -r tree/data && mv tree/copy tree/data'
    'sed -i "s/\"started\": \"2/\"started\": \"3/" "$JOURNAL" && seal'
    'sed -i "s/${TEMP##*-}/0123456789abcdef/" "$JOURNAL" && seal && mv "$TEMP" "$OTHER"'
)

# And each of these is a state of its own.
OTHER_STATES=(
    'printf x | dd of=tree/etc/site-options.conf bs=1 seek=9 conv=notrunc status=none'
    'printf x >>tree/etc/site-options.conf'
    'chmod g+w tree/etc/site-options.conf'
    'chmod o-x tree/etc'
    'chown 1 tree/etc/site-options.conf'
    'chgrp 1 tree/etc'
    'setfacl -m u:1237:- tree/pki/store.jks'
    'setfacl -d -m u:1237:r tree/etc'
    'setfattr -n user.note -v other tree/pki/store.p12'
    'setfattr -x user.note tree/pki/store.p12'
    'setfattr -n user.note -v kept "$TEMP"'
    'ln -sfn ../pki/store.p12 tree/jre/cacerts'
    'rm tree/jre/cacerts && cp tree/pki/store.jks tree/jre/cacerts'
    'echo >tree/extra'
    'mkdir tree/extra'
    'mkfifo tree/extra'
    'rm tree/etc/site-options.conf'
    'mv tree/etc/site-options.conf tree/etc/other'
    'ln tree/etc/site-options.conf tree/etc/other'
    'echo >"$OTHER"'
    'ln tree/pki/store.jks "$OTHER"'
    'ln "$TEMP" "$OTHER"'
    'ln "$TWICE" "$OTHER"'
    'mv "$TEMP" "$OTHER"'
    'mv "$TEMP" tree/pki'
    'rm "$TEMP"'
    'rm "$TWICE"'
    'printf x >>"$TEMP"'
    'chmod 444 "$TEMP"'
    'mv "$TEMP" x && mv "$TWICE" "$TEMP" && mv x "$TWICE"'
    'cp -a "$TWICE" x && mv x "$TWICE"'
    'rm state/lock'
    'echo >>state/lock'
    'rm "${JOURNAL%/*}/0.old"'
    'printf x >>"${JOURNAL%/*}/0.old"'
    'mv "${JOURNAL%/*}" state/transactions/000001.prep'
    'mv "${JOURNAL%/*}" state/transactions/000001.done'
    'mv "${JOURNAL%/*}" state/transactions/000002.open'
    'rm "$JOURNAL"'
    'mv "$JOURNAL" "$JOURNAL.new"'
    'truncate -s -1 "$JOURNAL"'
    'echo >>"$JOURNAL"'
    'sed -i "s/\"seq\": 1/\"seq\": 2/" "$JOURNAL"'
    'sed -i "s/\"old_uid\": 1234/\"old_uid\": 1235/" "$JOURNAL"'
    'sed -i "s/\"old_uid\": 1234/\"old_uid\": 1235/" "$JOURNAL" && seal'
    'sed -i "s/\"started\": \"2/\"started\": \"3/" "$JOURNAL"'
    'sed -i "s/${TEMP##*-}/0123456789abcdef/" "$JOURNAL"'
)

SEAL='
import hashlib, json, sys
with open(sys.argv[1]) as file:
    whole = json.load(file)
body = json.dumps(whole["body"], separators=(",", ":"), ensure_ascii=False)
whole["sha256"] = hashlib.sha256(body.encode()).hexdigest()
with open(sys.argv[1], "w") as file:
    file.write(json.dumps(whole, indent=1, ensure_ascii=False))
'

seal() {
    python3 -B -E -S -c "$SEAL" "$JOURNAL"
}

# What is kept as the start `control`: an apply that was killed. TEMP is a temporary file of it, TWICE
# the second name of site-options.conf, OTHER the name of none.
make_control() {
    local folder=tree/etc
    rm -rf "$STARTS/control"
    mv "$STARTS/$(recover_start "$1")" "$STARTS/control"
    from_start control
    JOURNAL=$(cd "$NOW" && echo state/transactions/*/journal.json)
    TEMP=$(cd "$NOW" && find $folder -name '.tfhook-*' -links 1)
    TWICE=$(cd "$NOW" && find $folder -name '.tfhook-*' -links 2)
    OTHER=$folder/.tfhook-0123456789abcdef
    if [ -z "$TEMP" ] || [ -z "$TWICE" ]; then
        die "the control does not find the temporary files that it is about"
    fi
}

# ANSWER is the fingerprint of the control after CHANGE. False where there are no attributes to change.
fingerprint_after() {
    local change=$1
    from_start control
    (cd "$NOW" && eval "$change") 2>"$WORK/err" || {
        [[ "$change" == setf* ]] || die "the control cannot do: $change: $(tail -n 1 "$WORK/err")"
        return 1
    }
    ask fingerprint
}

# Judge the state that is there, by a judge that comes to an OUTCOME that is told.
come_to() {
    local to=$1
    OUTCOME=''
    judge_once come_so
}

come_so() {
    OUTCOME=$to
}

# What is judged again and what is not; by no run of the tfhook that is tested, which may be defective.
control_judging() {
    local CHECKED_AGAIN=$CHECKED_AGAIN TFHOOK=true outcome
    from_start control
    forget_judged
    judge_once judge_recovery
    [ "$OUTCOME" = bad ] || die "void: a recover that does nothing is not noticed"
    for outcome in old new; do
        come_to "$outcome"
        [ "$OUTCOME" = "$outcome" ] || die "void: a state that was bad is taken over"
    done
    forget_judged
    come_to old
    come_to new
    [ "$OUTCOME" = old ] || die "a state is judged twice"
    exec 8<"$NOW/state/lock"
    flock 8
    come_to new
    exec 8<&-
    [ "$OUTCOME" = new ] || die "void: a state is taken over while somebody holds the lock"
    CHECKED_AGAIN=1
    come_to new
    [ "$OUTCOME" = bad ] || die "void: a state that is known is never judged again"
}

# Two runs that are killed at the same call leave the same; and what is not the same is told apart.
run_look_control() {
    local point state change JOURNAL TEMP TWICE OTHER
    declare -A seen=()
    point=$(middle_state)
    for change in first second; do
        make_control "$point"
        ask fingerprint
        seen[$ANSWER]=$change
    done
    [ ${#seen[@]} -eq 1 ] || die "two runs that were killed at the same call leave different states"
    state=$ANSWER
    for change in "${SAME_STATES[@]}"; do
        fingerprint_after "$change"
        [ "$ANSWER" = "$state" ] || die "it is by chance, but makes another state: $change"
    done
    for change in "${OTHER_STATES[@]}"; do
        fingerprint_after "$change" || continue
        [ -z "${seen[$ANSWER]:-}" ] ||
            die "void: states are not told apart: ${seen[$ANSWER]}, and: $change"
        seen[$ANSWER]=$change
    done
    control_judging
    forget_judged
    printf '%-16s %6d states are told apart  (%d s)\n' 'look (control)' "${#seen[@]}" "$SECONDS"
}
