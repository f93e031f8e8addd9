# shellcheck shell=bash disable=SC2034,SC2153 # run.sh and the parts share their variables
# One run under strace, and the calls at which one can be struck.
#
# A point is CALL:N, the Nth call of that name in the parent process. It is counted by name, because
# a count over all calls shifts with each poll() and wait4() that happens to be needed. strace runs
# without -f: the parent alone touches the disk; children only compute, report through a pipe, and
# are killed by the kernel when the parent dies (PR_SET_PDEATHSIG).

# Run CMD with what strace shall do: strike [OPTION...]. STATUS is its exit status, 137 when killed;
# $WORK/trace, $WORK/out and $WORK/err tell more.
strike() {
    STATUS=0
    # bash tells of a killed child by itself: the outer redirection keeps that quiet.
    {
        timeout -s KILL 30 strace -y -o "$WORK/trace" "$@" "${CMD[@]}" \
            >"$WORK/out" 2>"$WORK/err" </dev/null || STATUS=$?
    } 2>/dev/null
}

# Once, or from there on with CALL:N+: inject CALL:N ACTION, e.g. openat:3 error=EIO
inject() {
    strike -e "trace=${1%:*}" -e "inject=${1%:*}:$2:when=${1#*:}"
}

# timeout's own KILL leaves no such line.
was_killed() {
    grep -q '+++ killed by SIGKILL' "$WORK/trace"
}

# All calls of a run of COMMAND from START, each as CALL:N, in their order.
#
# With a MARK, only those from the first call on that names it. Errors are injected from there: what
# the dynamic loader does before is not ours. The mark is the config for apply, which is the first
# file that the program opens by itself, and the state directory for commands without a config.
calls_of() {
    local command=$1 start=$2 mark=${3:-}
    from_start "$start"
    command_line "$command"
    strike
    awk -v mark="$mark" '
        /^[a-z_0-9]+\(/ {
            name = $0
            sub(/\(.*/, "", name)
            count[name]++
            # The first line is execve with its arguments, which name the mark too.
            if (mark == "" || (NR > 1 && index($0, mark) > 0))
                seen = 1
            if (seen)
                print name ":" count[name]
        }' "$WORK/trace"
}

mark_of() {
    if [ "$1" = apply ]; then echo "$WORK/crash.ini"; else echo "$NOW/state"; fi
}

# Where an apply is killed, so that recover has something to do: at each call that changes a name.
recover_states() {
    calls_of apply apply "$NOW/" | grep -E '^(renameat|linkat|unlinkat|mkdir|mkdirat):'
}

# The state that recover starts from when apply was killed at POINT; made when first needed.
recover_start() {
    local start=recover@$1
    if [ ! -d "$STARTS/$start" ]; then
        from_start apply
        command_line apply
        inject "$1" signal=KILL
        was_killed || die "apply was not killed at $1"
        keep_start "$start"
    fi
    echo "$start"
}

# The state directory's first rename is prep -> open, the last one the commit: the middle is open.
middle_state() {
    recover_states | grep '^renameat:' | awk '{line[NR] = $0} END {print line[int(NR / 2) + 1]}'
}
