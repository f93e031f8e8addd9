#!/usr/bin/env bats
# `tfhook plugins NAME`: the manual of any plugin, also of a site's own, from its descriptor.

load helper

setup() {
    common_setup
    mkdir "$T/p"
    cat >"$T/site.c" <<'END'
#include <tfhook/plugin.h>

static const struct tfhook_key keys[] = {
    {"text", TFHOOK_STRING, 1, NULL, NULL, 0, 0, "any text"},
    {"place", TFHOOK_PATH, 0, "/etc/place", NULL, 0, 0, "a place"},
    {"names", TFHOOK_LIST, 0, "a, b", NULL, 0, 0, "some names"},
    {"places", TFHOOK_PATHS, 0, NULL, NULL, 0, 0, "some places"},
    {"count", TFHOOK_NUMBER, 0, "7", NULL, -3, 100, "a count"},
    {"really", TFHOOK_FLAG, 0, "no", NULL, 0, 0, "whether"},
    {"colour", TFHOOK_ENUM, 0, "red", "red green", 0, 0, "which"},
    {"parts", TFHOOK_ENUMS, 0, NULL,
     "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron", 0, 0,
     "A help of more words than one line of a terminal holds, so that it is broken where a blank "
     "is and not within a word, \"quoted\" or \303\274ml\303\244uted."},
    {"odd", TFHOOK_STRING, 0, "\377\033[1m", NULL, 0, 0, NULL},
};

static int verify(const struct tfhook_host *host)
{
    (void)host;
    return TFHOOK_OK;
}

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .name = "site",
    .version = "2.1",
    .summary = "what a site needs",
    .manual = "The first paragraph is long, as an author writes it: one line of text in the source "
              "that the reader's terminal would break anywhere.\n\n"
              "    an example  that  stays as it is, however long it may be, since it is indented, "
              "as here\n"
              "An end.",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .key_size = sizeof *keys,
    .verify = verify,
};
END
    build site "$T/site.c"
    TFHOOK_PLUGINS=$T/p
}

teardown() {
    common_teardown
}

build() {
    cc -std=c99 -Wall -Wextra -Werror -I"$BATS_TEST_DIRNAME/../../core/include" -shared -fPIC \
        -fvisibility=hidden -o "$T/p/$1.so" "$2"
}

@test "the manual has summary, text and each key with type, choices, range, default and help" {
    tfhook plugins site
    expect_status 0
    expect_output "site 2.1: what a site needs"
    expect_output "$T/p/site.so"
    expect_output $'\n  The first paragraph is long'
    expect_output $'\n  text (text; required)\n      any text\n'
    expect_output $'\n  place (path; default /etc/place)\n      a place\n'
    expect_output $'\n  names (list; default a, b)\n      some names\n'
    expect_output $'\n  places (list of paths)\n      some places\n'
    expect_output $'\n  count (number from -3 to 100; default 7)\n      a count\n'
    expect_output $'\n  really (yes or no; default no)\n      whether\n'
    expect_output $'\n  colour (one of red green; default red)\n      which\n'
    expect_output '"quoted" or ümläuted.'
    expect_output '  odd (text; default \xff\x1b[1m)'
    [ ! -s "$T/err" ] || fail "said something"
}

@test "the manual is broken at blanks before the 80th column, its examples are not" {
    tfhook plugins site
    local line
    while IFS= read -r line; do
        [[ ${#line} -le 80 || $line == *"an example  that  stays"*"as here" ]] || fail "long: $line"
    done < <(sed 2d "$T/out")
    grep -q 'an example  that  stays .* as here$' "$T/out" || fail "the example is broken"
    # The words and their order are those of the source.
    [[ $(tr -s ' \n' ' ' <"$T/out") == *"The first paragraph is long, as an author writes it: one line of text in the source that the reader's terminal would break anywhere. "* ]] || fail "paragraph"
    [[ $(tr -s ' \n' ' ' <"$T/out") == *"parts (list of alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron) A help of more words"* ]] || fail "choices"
    # No line that could have taken the next word ends early.
    awk '/^  The first/ {on = 1} /^$/ {on = 0}
        on && last != "" && length(last) + 1 + length($1) <= 80 {bad = 1}
        {last = on ? $0 : ""} END {exit bad}' "$T/out" || fail "a line ends early"
}

@test "JSON has all that the manual has" {
    tfhook --json plugins site
    expect_status 0
    /usr/bin/python3 - "$T/out" "$T/p/site.so" <<'END' || fail "the object"
import json, sys
report = json.load(open(sys.argv[1]))
assert report["error"] is None and report["command"] == "plugins" and report["schema"] == 1
plugin, = report["plugins"]
assert plugin["name"] == "site" and plugin["version"] == "2.1", plugin
assert plugin["summary"] == "what a site needs" and plugin["file"] == sys.argv[2], plugin
assert plugin["manual"].startswith("The first paragraph") and plugin["manual"].endswith("\nAn end.")
assert plugin["plans"] is False and plugin["verifies"] is True
keys = {key.pop("name"): key for key in plugin["keys"]}
assert list(keys) == "text place names places count really colour parts odd".split(), list(keys)
def key(type, help, choices=None, least=None, most=None, required=False, default=None):
    return {"type": type, "help": help, "choices": choices, "minimum": least, "maximum": most,
            "required": required, "default": default}
assert keys["text"] == key("text", "any text", required=True), keys["text"]
assert keys["place"] == key("path", "a place", default="/etc/place"), keys["place"]
assert keys["names"] == key("list", "some names", default="a, b"), keys["names"]
assert keys["places"] == key("list of paths", "some places"), keys["places"]
assert keys["count"] == key("number", "a count", None, -3, 100, default="7"), keys["count"]
assert keys["really"] == key("yes or no", "whether", default="no"), keys["really"]
assert keys["colour"] == key("one of", "which", "red green", default="red"), keys["colour"]
assert keys["parts"]["type"] == "list of" and keys["parts"]["choices"].endswith(" omicron")
assert '"quoted" or ümläuted.' in keys["parts"]["help"]
assert keys["odd"] == key("text", "", default="\\xff\\x1b[1m"), keys["odd"]
END
}

@test "a plugin without keys and without words has a manual too" {
    printf '%s\n' '#include <tfhook/plugin.h>' \
        'TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {' \
        '.size = sizeof(struct tfhook_plugin), .name = "bare"};' >"$T/bare.c"
    build bare "$T/bare.c"
    tfhook plugins bare
    expect_status 0
    expect_output "It has no keys."
    refuse_output "null"
    tfhook --json plugins bare
    expect_output '"keys":[]'
}

@test "JSON keeps to the schema that is shipped, for the shipped plugins, one that fails, and none" {
    local schema=$BATS_TEST_DIRNAME/../../conf/plugins.schema.json
    cp "$TFHOOK_BUILD"/plugins-built/*.so "$T/p/"
    echo junk >"$T/p/junk.so"
    echo junk >"$T/p/rubbish.so"
    chmod go-w "$T"/p/*.so
    local words
    for words in "" verify junk nothing; do
        # shellcheck disable=SC2086 # none or one
        tfhook --json plugins $words
        [ "$(wc -l <"$T/out")" -eq 1 ] || fail "not one line"
        /usr/bin/python3 - "$schema" "$T/out" <<'END' || fail "$words: against the schema"
import json, sys
import jsonschema
jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))
END
    done
    tfhook plugins
    expect_status 3
    expect_output "jks-import"
    expect_output "junk.so cannot be loaded"
    expect_output "rubbish.so cannot be loaded"
    [ "$(wc -l <"$T/err")" -eq 2 ] || fail "a line for each"
}

@test "a plugin directory that cannot be used is told once, whatever needs it" {
    printf '[step %s]\nplugin = verify\nhook = pre-provision\n' a b c >"$T/c.ini"
    local where reason
    mkdir "$T/open"
    chmod 777 "$T/open"
    for where in "$T/open" "$T/nowhere"; do
        reason="$T/open can be written by others"
        [ "$where" = "$T/open" ] || reason="cannot read the plugin directory $T/nowhere"
        TFHOOK_PLUGINS=$where
        tfhook -c "$T/c.ini" check
        expect_status 3
        expect_output "$reason"
        [ "$(wc -l <"$T/err")" -eq 1 ] || fail "told more than once"
        tfhook plugins
        expect_status 3
        expect_output "$reason"
        [ "$(wc -l <"$T/err")" -eq 1 ] || fail "told more than once"
    done
}

@test "who reads no further has seen enough" {
    { sleep 0.3; "$TFHOOK" --plugin-dir "$T/p" --state-dir "$T/state" plugins 2>"$T/err"; } | true
    [ ! -s "$T/err" ] || fail "$(cat "$T/err")"
}
