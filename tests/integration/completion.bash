# Loaded by completion.bats: completes a line as bash does when TAB is pressed.

# The words of a line as readline cuts them: breaks of COMP_WORDBREAKS are words of their own.
write_driver() {
    cat >"$T/driver" <<'END'
line=$1
COMP_POINT=${#line}
COMP_LINE=$line${2-}
COMP_WORDS=()
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
word= quote= at_word=no
flush() { [ "$at_word" = no ] || COMP_WORDS+=("$word"); word= at_word=no; }
for ((i = 0; i < ${#COMP_LINE}; i++)); do
    c=${COMP_LINE:i:1}
    if ((i == COMP_POINT)); then
        # At a blank the word at the cursor is an empty one, behind a break it is the break.
        case ${COMP_LINE:i-1:1}${quote:-none} in
        ' none') COMP_WORDS+=(''); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) ;;
        *) COMP_CWORD=${#COMP_WORDS[@]} ;;
        esac
    fi
    if [[ -n $quote ]]; then
        word+=$c
        [[ $c != "$quote" ]] || quote=
    elif [[ $c == \\ ]]; then
        word+=${COMP_LINE:i:2} at_word=yes
        i=$((i + 1))
    elif [[ $c == \' || $c == \" ]]; then
        word+=$c quote=$c at_word=yes
    elif [[ $c == ' ' ]]; then
        flush
    elif [[ $c == [=:] ]]; then
        [[ $at_word == no || $word == [=:]* ]] || flush
        word+=$c at_word=yes
    else
        [[ $word != [=:]* ]] || flush
        word+=$c at_word=yes
    fi
done
flush
if [[ -z ${2-} ]]; then
    [[ $COMP_LINE != *' ' || -n $quote ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
fi
compopt() { printf '%s\n' "$*" >>"$OPTIONS"; }
[[ -z ${BEFORE-} ]] || . "$BEFORE"
. "$COMPLETION"
[[ "$(complete -p tfhook)" == *' -F _tfhook tfhook' ]] || exit 3
_tfhook tfhook "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
END
}

# What TAB offers behind `tfhook LINE`, sorted, in $output; with what follows the cursor as well:
# complete LINE [REST]. A word that is said on stderr, or a state that is made, fails the test.
complete_line() {
    : >"$T/options"
    (cd "$T" && env -i PATH="$T/bin:/usr/bin:/bin" HOME="$T/home" COMPLETION="$COMPLETION" \
        OPTIONS="$T/options" BEFORE="${BEFORE:-}" \
        bash --norc --noprofile -u "$T/driver" "tfhook $1" ${2+"$2"} </dev/null \
        >"$T/offered" 2>"$T/said") || fail "the completion of '$1' failed: $(cat "$T/said")"
    [ ! -s "$T/said" ] || fail "the completion of '$1' says: $(cat "$T/said")"
    output=$(sort "$T/offered")
}

# The same for a line that names the plugins and the state of the test.
complete_here() {
    complete_line "--plugin-dir $T/p --state-dir $T/state $1" ${2+"$2"}
}

# offers WORD...: exactly these, in any order.
offers() {
    [ "$output" = "$(printf '%s\n' "$@" | sort)" ] || fail "expected: $*"
}

offers_nothing() {
    [ -z "$output" ] || fail "expected nothing"
}

offered() {
    grep -qxF -e "$1" <<<"$output" || fail "expected among the rest: $1"
}

not_offered() {
    ! grep -qxF -e "$1" <<<"$output" || fail "not expected: $1"
}
