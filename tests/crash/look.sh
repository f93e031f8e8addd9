# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # run.sh and the parts share their variables
# What a strike has left, as look.py sees it.

# LOOKER, which ends with its input.
start_looker() {
    coproc LOOKER { trap '' INT TERM; exec python3 -B "$here/look.py" "$NOW"; }
}

# ANSWER to a request; look.py tells which there are.
ask() {
    printf '%s\n' "$*" >&"${LOOKER[1]}"
    IFS= read -r ANSWER <&"${LOOKER[0]}" || die "look.py has no answer: $*"
}
