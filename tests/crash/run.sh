#!/bin/bash
# The crash suite: tfhook is killed, signalled and failed at its system calls, and power is lost after
# them; every file must be as it was or as it was to be, and the next run must know which.
#
#   tests/crash/run.sh                   a sample of about two minutes
#   tests/crash/run.sh --full            every point of every section; takes long
#   tests/crash/run.sh --points N        a sample of N points, in the power sections of eight times as
#                                        many
#   tests/crash/run.sh --seed N          the sample of that seed (it is printed)
#   tests/crash/run.sh --section NAME    that section alone; may be given more than once
#   tests/crash/run.sh --point 'POINT'   one point, as the list of the bad ones names it; what it
#                                        leaves behind is kept
#
# What recover and the next run make of a state is tried once in a section, however many points leave
# it: the line of a section tells how many states that were. With --point it is tried in any case.
#
# TFHOOK, TFHOOK_PLUGINS and TFHOOK_BUILD say what is tested, as in the other suites. It needs root,
# strace, python3 and a JDK.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# What is mounted goes with a mount namespace of this run, and other processes of the machine, at which
# a plan looks, are not seen from a process namespace of its own: else the calls of a run depend on
# them. In a chroot the root is no mount point, whose propagation cannot be changed: what is left
# mounted is unmounted by the trap in any case.
if [ -z "${TFHOOK_CRASH_INSIDE:-}" ]; then
    export TFHOOK_CRASH_INSIDE=yes
    for propagation in private unchanged; do
        for processes in '--pid --fork --kill-child --mount-proc' ''; do
            # shellcheck disable=SC2086 # words
            ! unshare --mount --propagation "$propagation" $processes true 2>/dev/null ||
                exec unshare --mount --propagation "$propagation" $processes "$0" "$@"
        done
    done
fi
full=no
points=240
seed=
only=
sections=()

usage() {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
}

die() {
    echo "run.sh: $*" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
    --full) full=yes ;;
    --points | --seed | --section | --point)
        [ $# -ge 2 ] || { usage >&2; exit 2; }
        case $1 in
        --points) points=$2 ;;
        --seed) seed=$2 ;;
        --section) sections+=("$2") ;;
        --point) only=$2 ;;
        esac
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done

: "${TFHOOK_BUILD:=$here/../../build/debug}"
: "${TFHOOK:=$TFHOOK_BUILD/tfhook}"
: "${TFHOOK_PLUGINS:=$TFHOOK_BUILD/plugins-built}"
: "${seed:=$(($(date +%s) % 100000))}"
[ "$(id -u)" -eq 0 ] || die "it changes owners, so it must run as root"
for tool in strace python3 keytool openssl setfacl setfattr; do
    command -v "$tool" >/dev/null || die "$tool is missing"
done

WORK=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/tfhook-crash.XXXXXX")")
# Called by the trap.
# shellcheck disable=SC2317
clean_up() {
    drop_medium
    rm -rf --one-file-system "$WORK"
}
trap clean_up EXIT

# The same order for the same seed.
shuffle() {
    awk -v seed="$seed" 'BEGIN {srand(seed)} {printf "%.9f\t%s\n", rand(), $0}' | sort | cut -f2-
}

# shellcheck source=tests/crash/subject.sh
. "$here/subject.sh"
# shellcheck source=tests/crash/look.sh
. "$here/look.sh"
# shellcheck source=tests/crash/medium.sh
. "$here/medium.sh"
# shellcheck source=tests/crash/strike.sh
. "$here/strike.sh"
# shellcheck source=tests/crash/judge.sh
. "$here/judge.sh"
# shellcheck source=tests/crash/sections.sh
. "$here/sections.sh"
# shellcheck source=tests/crash/power.sh
. "$here/power.sh"
# shellcheck source=tests/crash/full_disk.sh
. "$here/full_disk.sh"
# shellcheck source=tests/crash/read_only.sh
. "$here/read_only.sh"
# shellcheck source=tests/crash/lock.sh
. "$here/lock.sh"

# SECTION is kill-apply and the like; POINT the words after it.
try_point() {
    local section=$1
    shift
    OUTCOME='' WHY=''
    : >"$WORK/trace"
    "try_${section%-*}" "${section#*-}" "$@"
}

repeat() {
    printf 'TFHOOK_BUILD=%s TFHOOK=%s TFHOOK_PLUGINS=%s tests/crash/run.sh --point "%s"' \
        "$TFHOOK_BUILD" "$TFHOOK" "$TFHOOK_PLUGINS" "$*"
}

# The points of a section: all, or its share of the sample.
select_points() {
    local section=$1 share=$((points / ${#sections[@]}))
    "list_${section%-*}" "${section#*-}" >"$WORK/all"
    [ -s "$WORK/all" ] || die "$section has no points"
    if [ "$full" = yes ]; then
        cat "$WORK/all"
    else
        shuffle <"$WORK/all" | head -n "$((share > 0 ? share : 1))"
    fi
}

declare -A count=()

run_section() {
    local section=$1 point
    count=([old]=0 [new]=0 [bad]=0)
    WHY=
    forget_judged
    use_medium "$(medium_of "$section")"
    [ -z "$WHY" ] || { printf '%-16s skipped: %s\n' "$section" "$WHY"; return; }
    if [[ "$section" == power-* ]]; then
        run_power "$section"
        return
    fi
    select_points "$section" >"$WORK/points"
    while read -r point <&3; do
        # shellcheck disable=SC2086 # a point is words
        try_point "$section" $point
        count[$OUTCOME]=$((${count[$OUTCOME]} + 1))
        [ "$OUTCOME" != bad ] ||
            printf '%s\n    %s\n' "$WHY" "$(repeat "$section" "$point")" | tee -a "$WORK/bad"
    done 3<"$WORK/points"
    tell "$section"
}

# Also when the run is ended early: what was tried counts.
stop_early() {
    [[ "$section" != power-* ]] || take_verdicts "$section"
    tell "$section"
    echo "ended early, in this section"
    finish || true
    exit 1
}

tell() {
    local states=
    [ ${#JUDGED[@]} -eq 0 ] || states="${#JUDGED[@]} states; "
    printf '%-16s %6d points: %6d old %6d new %6d bad  (of %d; %s%d s)\n' "$1" \
        "$((count[old] + count[new] + count[bad]))" "${count[old]}" "${count[new]}" \
        "${count[bad]}" "$(wc -l <"$WORK/all")" "$states" "$SECONDS"
}

run_control() {
    local point calls='^(openat|write|close):'
    count=([old]=0 [new]=0 [bad]=0)
    [ "$full" = no ] || calls=.
    control_calls "$calls" >"$WORK/all"
    while read -r point <&3; do
        OUTCOME=''
        try_control "$point"
        count[$OUTCOME]=$((${count[$OUTCOME]} + 1))
    done 3<"$WORK/all"
    tell 'keytool (control)'
    [ "${count[bad]}" -gt 0 ] ||
        die "void: the harness does not see that keytool, killed, destroys its store"
}

show_point() {
    trap - EXIT
    use_medium "$(medium_of "${only%% *}")"
    # shellcheck disable=SC2086 # a point is words
    try_point $only
    keep_medium
    printf '%s: %s\n%s\n' "$only" "$OUTCOME" "$WHY"
    printf 'kept: %s (trace, out, err; then out.next, err.next of the run after it; now/)\n' "$WORK"
    [ ! -d "$NOW.crashed" ] || printf 'and what the loss of power left: %s\n' "$NOW.crashed"
    [ "$OUTCOME" != bad ]
}

finish() {
    [ -s "$WORK/bad" ] || return 0
    printf '\nbad points, and how to repeat each:\n'
    cat "$WORK/bad"
    return 1
}

forget_judged
start_looker
make_subject
use_medium plain
if [ -n "$only" ]; then
    show_point
    exit
fi
[ ${#sections[@]} -gt 0 ] || sections=("${SECTIONS[@]}" "${POWER_SECTIONS[@]}")
[ "$full" = yes ] || echo "seed $seed"
: >"$WORK/bad"
if [ "${sections[*]}" != lock ]; then # they show nothing of locks
    run_control
    run_look_control
    run_power_controls
fi
trap stop_early TERM INT
for section in "${sections[@]}"; do
    run_section "$section"
done
finish
