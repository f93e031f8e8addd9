#!/usr/bin/env bats
# Completion in bash: what is offered is what the program takes, and nothing is said or written.

load helper
load completion

setup() {
    common_setup
    TOP=$BATS_TEST_DIRNAME/../..
    COMPLETION=$TOP/conf/completion/tfhook
    TFHOOK_PLUGINS=$T/p
    mkdir "$T/bin" "$T/home" "$T/p"
    ln -s "$TFHOOK" "$T/bin/tfhook"
    cp "$TFHOOK_BUILD/plugins-test/fake.so" "$T/p/"
    write_driver
}

teardown() {
    common_teardown
}

# A plugin with a key of each type.
make_site_plugin() {
    cat >"$T/site.c" <<'END'
#include <tfhook/plugin.h>
static const struct tfhook_key keys[] = {
    {"text", TFHOOK_STRING, 0, NULL, NULL, 0, 0, "\"name\":\"no-key\",\"choices\":\"none\" \\"},
    {"place", TFHOOK_PATH, 0, NULL, NULL, 0, 0, "{\"name\":\"no-key\"}"},
    {"places", TFHOOK_PATHS, 0, NULL, NULL, 0, 0, "x"},
    {"number", TFHOOK_NUMBER, 0, NULL, NULL, 0, 9, "x"},
    {"really", TFHOOK_FLAG, 0, NULL, NULL, 0, 0, "x"},
    {"colour", TFHOOK_ENUM, 0, NULL, "red green grey $(touch${IFS}hacked)", 0, 0, "x"},
    {"parts", TFHOOK_ENUMS, 0, NULL, "alpha beta gamma", 0, 0, "x"},
};
TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin), .name = "site", .manual = "\"keys\":[ {\"name\":\"no",
    .keys = keys, .key_count = sizeof keys / sizeof *keys, .key_size = sizeof *keys};
END
    cc -I"$TOP/core/include" -shared -fPIC -fvisibility=hidden -o "$T/p/site.so" "$T/site.c"
}

commands() {
    "$TFHOOK" --help | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p' | sed /^tfhook/d
}

phases() {
    sed -n '/config_phases = /,/;/p' "$TOP/core/config/config.c" | grep -o '"[a-z]*"' | tr -d '"'
}

long_options() {
    sed -n '/^const struct cli_option cli_options/,/^}/s/^ *{"\([a-z-]*\)".*/\1/p' "$TOP/core/run/cli.c"
}

@test "the commands are those of the program" {
    "$TFHOOK" --help >"$T/help"
    complete_line ""
    # shellcheck disable=SC2046
    offers $(sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p' "$T/help" | sed '/^tfhook$/d' | sort -u)
    [ "$(wc -l <<<"$output")" -eq 10 ]
    complete_line "p"
    offers plan plugins
    complete_line "nothing"
    offers_nothing
    complete_line "-q --state-dir /x re"
    offers recover
    complete_line "--json re" " plan"
    offers_nothing
}

# For every command and option the program itself is asked whether they belong together.
@test "each command is offered exactly the options that it takes" {
    local command option words belongs offered value count=0
    [ "$(long_options | wc -l)" -ge 23 ]
    for command in $(commands); do
        words=()
        [ "$command" != wrap ] || words=(stop -- /bin/true)
        complete_line "$command --"
        cp "$T/offered" "$T/plain"
        complete_line "$command --plugin fake --"
        for option in $(long_options); do
            value=()
            [[ $option =~ ^(restore|keep|wait)$ ]] && value=(1)
            grep -q "{\"$option\", .*, FLAG(" "$TOP/core/run/cli.c" || value=("${value[0]:-$T}")
            status=0
            "$TFHOOK" --state-dir "$T/none" -c "$T/none.ini" --plugin-dir "$T/none" \
                "--$option" "${value[@]}" "$command" "${words[@]}" </dev/null >"$T/out" 2>&1 || status=$?
            belongs=yes
            ! grep -q 'does not belong to\|no option is called\|needs a value' "$T/out" || belongs=no
            offered=no
            ! grep -qxFe "--$option" "$T/plain" || offered=yes
            # A key is offered only once its plugin is known.
            [ "$option" != option ] || ! grep -qxFe --option "$T/offered" || offered=yes
            [ "$belongs" = "$offered" ] || fail "$command --$option: belongs $belongs, offered $offered"
            count=$((count + 1))
        done
        complete_line "$command -"
        grep -qxFe -h "$T/offered" || fail "$command -h"
    done
    [ "$count" -ge 230 ]
    complete_line "plan --plugin fake -"
    for option in $(sed -n "s/^    {\"[a-z-]*\", '\([a-z]\)', .*/\1/p" "$TOP/core/run/cli.c"); do
        [ "$option" = c ] || offered "-$option"
    done
    complete_line "-"
    offered -c
}

@test "options that the program refuses beside those given are not offered" {
    complete_line "plan --hook pre-stop --"
    not_offered --step
    not_offered --plugin
    not_offered --hook
    complete_line "plan --step a --"
    offered --step
    not_offered --hook
    complete_line "plan --plugin fake --"
    not_offered --config
    complete_line "-qc x plan --"
    not_offered --plugin
    not_offered --verbose
    offered --json
    complete_line "recover --keep 1 --"
    not_offered --restore
    complete_line "--js" " plan --json"
    offers_nothing
}

@test "what stands behind a command with nothing else to name is its own options" {
    complete_line "plan "
    offers --hook --step --plugin --detailed-exitcode
    complete_line "deploy "
    offers --from --to
    complete_line "recover "
    offers --restore --keep
}

@test "hooks and phases are those of the program" {
    local name hooks=(post-failure)
    [ "$(phases | wc -l)" -eq 7 ]
    for name in $(phases); do
        hooks+=("pre-$name" "post-$name")
    done
    complete_line "plan --hook "
    offers "${hooks[@]}"
    complete_line "plan --hook=pre-st"
    offers pre-stop pre-start
    complete_line "plan --hook="
    offers "${hooks[@]}"
    complete_line "wrap "
    # shellcheck disable=SC2046
    offers $(phases)
    complete_line "wrap re"
    offers restart reinitialize
    complete_line "wrap stop "
    offers --
}

@test "steps and phases are those of the config" {
    printf '\xef\xbb\xbf[tfhook]\r\ntimeout = 5\n# [step no]\n[phase stop]\ncommand = /bin/true ; x\n' >"$T/my conf.ini"
    printf '[phase provision]\ncommand = /bin/true\n[step one.1] ; first\nplugin = fake\ndo = a\n   [step no]\n' >>"$T/my conf.ini"
    printf '[step two]\nplugin = fake\n\n; end\n' >>"$T/my conf.ini"
    local quoted
    for quoted in "'$T/my conf.ini'" "\"$T/my conf.ini\"" "$T/my\\ conf.ini"; do
        complete_line "-c $quoted plan --step "
        offers one.1 two
    done
    complete_line "-c 'my conf.ini' plan --step "
    offers one.1 two
    cp "$T/my conf.ini" "$T/home/c.ini"
    for quoted in "-c ~/c.ini" "-c$T/home/c.ini" "-qc $T/home/c.ini" "--config=$T/home/c.ini" "--config $T/home/c.ini"; do
        complete_line "$quoted plan --step "
        offers one.1 two
    done
    complete_line "plan --step " " -c $T/home/c.ini"
    offers one.1 two
    complete_line "-c $T/home/c.ini plan --step one.1 --step="
    offers two
    complete_line "-c $T/home/c.ini plan --step t" "wo"
    offers two
    complete_line "-c $T/home/c.ini deploy --from "
    offers stop provision
    complete_line "-c $T/home/c.ini deploy --from stop --to p"
    offers provision
}

@test "a config that is not there, not readable or broken gives nothing" {
    local bad
    mkfifo "$T/fifo"
    head -c 5000 /dev/urandom >"$T/random"
    printf '[step one]\nplugin = fake\n\0\n' >"$T/nul"
    printf '[step one]\nplugin fake\n' >"$T/no-equals"
    printf '[step one]\nplugin = fake\n[step two\nplugin = fake\n' >"$T/open"
    printf '[step $(touch${IFS}hacked)]\nplugin = fake\n' >"$T/shell"
    for bad in none fifo random nul no-equals open shell p; do
        complete_line "-c $T/$bad plan --step "
        offers_nothing
        complete_line "-c $T/$bad deploy --from "
        offers_nothing
    done
    [ ! -e "$T/hacked" ]
}

@test "plugins are those of the option, of the config or of the installation" {
    make_site_plugin
    complete_here "plan --plugin "
    offers fake site
    complete_here "plugins f"
    offers fake
    complete_here "plugins fake "
    offers_nothing
    printf '[tfhook]\nplugin-dir = %s\n[step one]\nplugin = fake\n' "$T/p" >"$T/c.ini"
    complete_line "-c $T/c.ini plugins "
    offers fake site
    complete_line "--plugin-dir=$T/none plugins "
    offers_nothing
    complete_line "--plugin-dir p plugins "
    offers fake site
    [ ! -e "$T/hacked" ]
}

@test "keys of the plugin behind -o, then the choices of each type" {
    make_site_plugin
    complete_here "plan --plugin site -o "
    offers text= place= places= number= really= colour= parts=
    grep -q -e '-o nospace' "$T/options" || fail "a blank would follow KEY="
    complete_here "plan --plugin site -o place=/x colour=red p"
    offers places= parts=
    complete_here "plan -o n" " --plugin site"
    offers number=
    complete_here "plan --plugin site --option=t"
    offers text=
    complete_here "plan --plugin site -o really="
    offers yes no
    complete_here "plan --plugin site -o colour=g"
    offers green grey
    complete_here "plan --plugin site -o colour="
    offers red green grey
    complete_here "plan --plugin site -oparts="
    offers alpha beta gamma
    complete_here "plan --plugin site -o text=x parts=beta,"
    offers beta,alpha beta,gamma
    complete_here "plan --plugin site -o number="
    offers_nothing
    complete_here "plan --plugin site -o text="
    offers_nothing
    complete_here "plan --plugin none -o "
    offers_nothing
    complete_here "plan -o "
    offers_nothing
    [ ! -e "$T/hacked" ]
}

# The list of a shipped plugin is what the plugin's own source declares.
@test "keys of every shipped plugin are all there" {
    local name source keys
    for source in "$TOP"/plugins/*/plugin.c; do
        name=$(basename "$(dirname "$source")")
        "$TFHOOK" --plugin-dir "$TFHOOK_BUILD/plugins-built" plugins "$name" >"$T/manual"
        keys=$(sed -n 's/^  \([a-z-]\{1,\}\) (.*/\1=/p' "$T/manual")
        [ -n "$keys" ]
        complete_line "--plugin-dir $TFHOOK_BUILD/plugins-built verify --plugin $name -o "
        # shellcheck disable=SC2086
        offers $keys
    done
}

@test "files and directories where a path is due" {
    make_site_plugin
    mkdir -p "$T/f/dir one" "$T/f/home"
    touch "$T/f/file one" "$T/f/hosts"
    local before
    for before in "-c " "--config=" "rollback --skip "; do
        complete_line "$before$T/f/"
        offers "$T/f/dir one" "$T/f/file one" "$T/f/home" "$T/f/hosts"
        grep -qe '-o filenames' "$T/options" || fail "not offered as files"
    done
    for before in "--root " "--root=" "--state-dir " "--plugin-dir="; do
        complete_line "$before$T/f/"
        offers "$T/f/dir one" "$T/f/home"
    done
    complete_line "--root $T/f/dir\\ o"
    offers "$T/f/dir one"
    complete_line "--root '$T/f/dir o"
    offers "$T/f/dir one"
    complete_here "plan --plugin site -o place=$T/f/ho"
    offers "$T/f/home" "$T/f/hosts"
    complete_here "plan --plugin site -o places=/a,$T/f/hos"
    offers "/a,$T/f/hosts"
    complete_here "plan --plugin site -o text=$T/f/hos"
    offers "$T/f/hosts"
    complete_line "--wait "
    offers_nothing
}

@test "numbers of transactions, each where it can be used" {
    local i
    for i in 1 2 3; do
        step fake apply -o "do=plan:write:$T/file:$i"
        expect_status 0
    done
    tfhook rollback 3
    expect_status 0
    complete_here "history "
    offers 1 2 3 4
    # The way back of a way back is one too; what is undone already is refused.
    complete_here "rollback "
    offers 1 2 4 --plan --skip
    tfhook rollback 4 --plan
    expect_status 0
    tfhook rollback 3 --plan
    [ "$status" -ne 0 ]
    complete_here "rollback 2 "
    offers --plan --skip
    complete_here "recover --restore "
    offers_nothing
    mv "$T/state/transactions/000002.done" "$T/state/transactions/000002.stuck"
    complete_here "recover --keep "
    offers 2
    complete_here "recover --restore="
    offers 2
    complete_line "--state-dir=$T/state history 1"
    offers 1
}

@test "a history that is not there or not readable gives nothing, and none is made" {
    complete_here "history "
    offers_nothing
    complete_here "rollback 1"
    offers_nothing
    [ ! -e "$T/state" ]
    touch "$T/state"
    complete_here "history "
    offers_nothing
    [ "$(id -u)" -eq 0 ] || skip "not root"
    rm "$T/state"
    step fake apply -o "do=plan:write:$T/file:1"
    chmod 755 "$T" "$T/p"
    : >"$T/refused"
    printf '#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups "%s" "$@" 2>>%s\n' "$TFHOOK" "$T/refused" >"$T/bin/tfhook.sh"
    chmod 755 "$T/bin/tfhook.sh"
    ln -sf tfhook.sh "$T/bin/tfhook"
    complete_here "history "
    offers_nothing
    grep -q "transactions" "$T/refused" || fail "was not refused: $(cat "$T/refused")"
}

@test "behind wrap PHASE -- the command's own completion" {
    printf '#!/bin/sh\n' >"$T/bin/teamforge-of-test"
    chmod 755 "$T/bin/teamforge-of-test"
    touch "$T/some-file"
    complete_line "wrap stop -- teamforge-of"
    offers teamforge-of-test
    complete_line "wrap stop -- $T/bin/teamforge"
    offers "$T/bin/teamforge-of-test"
    complete_line "wrap stop -- ls some-"
    offers some-file
    cat >"$T/before" <<'END'
_other() { COMPREPLY=("$1|$2|$3|$COMP_CWORD|${#COMP_WORDS[@]}|${COMP_LINE:0:COMP_POINT}"); }
complete -F _other other
END
    BEFORE=$T/before complete_line "--json wrap stop -- other --plugin a"
    offers "other|a|--plugin|2|3|other --plugin a"
    BEFORE=$T/before complete_line "wrap --wait=5 stop -- /bin/other x --hook="
    offers "/bin/other|=|--hook|3|4|/bin/other x --hook="
    # With the package it is asked.
    echo '_command_offset() { COMPREPLY=("offset $1"); }' >>"$T/before"
    BEFORE=$T/before complete_line "wrap stop -- other a"
    offers "offset 4"
}

@test "the program may be missing or broken" {
    rm "$T/bin/tfhook"
    complete_here "plugins "
    offers_nothing
    printf '#!/bin/sh\necho noise >&2\nhead -c 3000 /dev/urandom\nexit 7\n' >"$T/bin/tfhook"
    chmod 755 "$T/bin/tfhook"
    complete_here "plan --plugin fake -o "
    complete_here "recover --keep "
}

@test "the user's own options of the shell and letters beyond ASCII are no hindrance" {
    printf '%s\n' 'set -f' 'shopt -s failglob nocaseglob' "IFS=xp" >"$T/before"
    printf '[step one]\nplugin = fake\n' >"$T/ü.ini"
    BEFORE=$T/before complete_line "-c $T/ü.ini plan --step "
    offers one
    BEFORE=$T/before complete_here "plan --plugin fake -o choice="
    offers one two
    BEFORE=$T/before complete_here "p"
    offers plan plugins
}

@test "installed, the package bash-completion finds it, and TAB in a terminal completes" {
    DESTDIR='' cmake --install "$TFHOOK_BUILD" --prefix "$T/prefix" >/dev/null
    cmp "$COMPLETION" "$T/prefix/share/bash-completion/completions/tfhook"
    [ -r /usr/share/bash-completion/bash_completion ] || skip "no bash-completion here"
    cat >"$T/tab.py" <<'END'
import os, pty, select, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
seen = b""
def until(text):
    global seen
    while text not in seen:
        if not select.select([terminal], [], [], 20)[0]:
            sys.exit("waited for %r, have %r" % (text, seen))
        seen += os.read(terminal, 4096)
    seen = b""
until(b"$ ")
os.write(terminal, b". /usr/share/bash-completion/bash_completion; bind 'set enable-bracketed-paste off'; echo rea$()dy\n")
until(b"ready")
os.write(terminal, b"tfhook plan --hook=pre-prov\t--plugin-dir=" + sys.argv[1].encode() + b" --plugin fa\t-o choice=t\t;")
until(b"--plugin fake -o choice=two ;")
END
    env -i PATH="$T/bin:$PATH" HOME="$T/home" XDG_DATA_DIRS="$T/prefix/share" PS1='$ ' TERM=dumb \
        COLUMNS=300 /usr/bin/python3 "$T/tab.py" "$T/p" || fail "in a terminal"
}
