#!/usr/bin/env bats
# What is wrong with a config, a command line or a plugin is said in one line each, with its place,
# its own exit status, and nothing changed.

load helper

setup() {
    common_setup
    TFHOOK_PLUGINS=$TFHOOK_BUILD/plugins-test
}

teardown() {
    common_teardown
}

# The text is the config.
check() {
    printf '%b' "$1" >"$T/c.ini"
    tfhook -c "$T/c.ini" check
}

rejects() {
    check "$1"
    expect_status 3
    expect_output "$2"
    [ ! -e "$T/state" ]
}

@test "a missing, empty or unreadable config" {
    tfhook -c "$T/none.ini" check
    expect_status 3
    expect_output "cannot read the config $T/none.ini"
    rejects '' "c.ini:1: the file is empty"
    rejects '; only a comment\n' "the file is empty"
    rejects '[tfhook]\ntimeout = 5\n' "there is no [step NAME]"
    chmod 000 "$T/c.ini"
    chmod 755 "$T"
    status=0
    output=$(setpriv --reuid=nobody --regid=nogroup --clear-groups "$TFHOOK" -c "$T/c.ini" check 2>&1) || status=$?
    expect_status 3
    expect_output "Permission denied"
}

@test "unknown sections, keys, hooks, phases and plugins name the nearest valid one" {
    rejects '[stepp one]\nplugin = fake\n' 'c.ini:1: no section is called [stepp one]'
    rejects '[step one]\nplugin = fake\nnumbr = 3\n' 'c.ini:3: the plugin fake has no key numbr; did you mean number?'
    rejects '[tfhook]\nstate-dri = /x\n[step one]\nplugin = fake\n' 'c.ini:2: [tfhook] has no key state-dri; did you mean state-dir?'
    rejects '[step one]\nplugin = fake\nhook = pre-provison\n' 'c.ini:3: no hook is called pre-provison; did you mean pre-provision?'
    rejects '[phase provison]\ncommand = /bin/true\n[step one]\nplugin = fake\n' 'no phase is called provison; did you mean provision?'
    rejects '[step one]\nplugin = fak\n' "no plugin is called fak in $TFHOOK_PLUGINS; did you mean fake?"
    rejects '[site]\npaht = /x\n[step one]\nplugin = fake\n' "c.ini:2: [site]: no step's plugin has a key paht; did you mean path?"
}

@test "all errors are reported together" {
    check '[step one]\nplugin = fake\nnumbr = 3\nhook = pre-provison\n[step two]\nplugin = nothing\n'
    expect_status 3
    expect_output 'c.ini:3:'
    expect_output 'c.ini:4:'
    expect_output 'c.ini:5:'
}

@test "errors come in the order of the file, and a misspelt plugin key is found" {
    check '[step one]\nplugn = fake\nhook = pre-provison\n[step two]\nplugin = fake\nnumber = x\ntimeout = y\n'
    expect_status 3
    [ "$(sed 's/.*c.ini:\([0-9]*\):.*/\1/' "$T/err" | tr '\n' ' ')" = "1 2 3 6 7 " ]
    expect_output 'has no key plugn; did you mean plugin?'
    check "$(printf 'junk\\n%.0s' $(seq 100))"
    [ "$(wc -l <"$T/err")" -le 27 ]
    expect_output "and 75 more like these"
}

@test "a config that others can change is not read, nor what lies in a folder that they can change" {
    mkdir -p "$T/etc/tfhook"
    local config=$T/etc/tfhook/c.ini
    printf '[step one]\nplugin = fake\n' >"$config"
    chmod 666 "$config"
    tfhook -c "$config" check
    expect_status 3
    expect_output "the config $config is not read: $config can be written by others"
    expect_output "(chmod go-w $config)"
    chmod 644 "$config"
    chmod 775 "$T/etc"
    tfhook -c "$config" check
    expect_status 3
    expect_output "$T/etc can be written by others"
    tfhook -c "$config" history
    expect_status 3
    chmod 1777 "$T/etc"
    tfhook -c "$config" check
    expect_status 0
    chown nobody "$config"
    tfhook -c "$config" check
    expect_status 3
    expect_output "$config belongs to another user; make it root's (chown root $config)"
    chown root "$config"
    ln -s etc/tfhook/c.ini "$T/link.ini"
    tfhook -c "$T/link.ini" check
    expect_status 0
}

@test "values are checked by their types" {
    rejects '[step one]\nplugin = fake\nnumber = 0\n' 'c.ini:3: number = 0: expected a whole number from 1 to 100'
    rejects '[step one]\nplugin = fake\nnumber = 7x\n' 'number = 7x'
    rejects '[step one]\nplugin = fake\nchoice = thre\n' 'choice = thre: expected one of: one two'
    rejects '[step one]\nplugin = fake\nflag = true\n' 'flag = true: expected yes or no'
    rejects '[step one]\nplugin = fake\npath = relative/x\n' 'the path must be absolute'
    rejects '[step one]\nplugin = fake\nnumber = 1\n    2\n' 'number needs one value, not a list'
    rejects '[step one]\nplugin = fake\ntimeout = none\n' 'timeout = none'
    rejects '[step one]\nplugin = fake\non-failure = maybe\n' 'expected abort or ignore'
    rejects '[phase stop]\ncommand = "unclosed\n[step one]\nplugin = fake\n' 'command: a " is not closed'
    rejects '[phase stop]\ncommand = teamforge stop\n[step one]\nplugin = fake\n' "the program's path must be absolute"
}

@test "what inih would take in silence is refused" {
    rejects "[step one]\nplugin = fake\ndo = $(head -c 4092 /dev/zero | tr '\0' x)\n" 'c.ini:3: the line is too long: 4097 bytes, at most 4096'
    rejects '[step one]\nplugin = fake\nplugin = fake\n' 'c.ini:3: plugin is set twice; first on line 2'
    rejects '[step one]\nplugin = fake\n[step one]\nplugin = fake\n' 'the section [step one] is there twice; first on line 1'
    rejects '[step one]\n[step two]\nplugin = fake\n' 'c.ini:1: the section [step one] is empty'
    rejects '[step one]\nplugin: fake\n' 'c.ini:2: expected KEY = VALUE'
    rejects '[step one]\nplugin\n' 'c.ini:2: expected KEY = VALUE'
    rejects 'plugin = fake\n' 'c.ini:1: a line before the first [section]'
    rejects '[step one\nplugin = fake\n' "c.ini:1: the section's name is not closed"
    rejects '[step one]\n    indented\nplugin = fake\n' 'c.ini:2: an indented line'
    rejects '[step one]\nplugin = fake\001\n' 'c.ini:2: a control character (byte 0x01)'
    rejects "[step $(head -c 60 /dev/zero | tr '\0' x)]\nplugin = fake\n" 'name is too long'
}

@test "a line of 4096 bytes is taken whole, on the key's line and on an indented one" {
    local path
    path=/$(head -c 4088 /dev/zero | tr '\0' x)
    check "[step one]\nplugin = fake\npath = $path\ndo = check:ok\n    $path\n"
    expect_status 0
    rejects "[step one]\nplugin = fake\nchoice = ${path:0:4000}\n" "choice = ${path:0:4000}: expected one of: one two"
    rejects "[step one]\nplugin = fake\nplugin = fake\ndo = a\n     $(head -c 4092 /dev/zero | tr '\0' x)\n" 'c.ini:5: the line is too long: 4097 bytes, at most 4096'
    expect_output 'c.ini:3: plugin is set twice'
}

@test "a list that could be read in two ways, and blanks that hide a repeated section, are refused" {
    rejects '[step one]\nplugin = fake\ndo = a, b\n    c\n' 'c.ini:3: do: write the list on one line with commas'
    rejects '[step one]\nplugin = fake\n[step  one]\nplugin = fake\n' "c.ini:3: the section's name has blanks too many"
    tfhook --state-dir "" history
    expect_status 2
}

@test "comments, a BOM, CRLF, lists on lines and between commas are fine" {
    check '\xef\xbb\xbf# comment\r\n[tfhook]\r\ntimeout = 60 ; seconds\r\n[step one]\r\nplugin = fake\r\ndo = a, b\r\n; end\r\n[step two]\nplugin = fake\ndo = a\n    b,c\n\n'
    expect_status 0
}

@test "the command line: one line and status 2 for each mistake" {
    local words
    for words in "" "chek" "check --hook pre-start" "plan --hook nope" "--jsn plan" "wrap provision" \
        "wrap nope -- /bin/true" "rollback x" "plan extra" "-q -v plan" "apply -o a=b" "recover --keep x" \
        "--wait x plan" "deploy --from nope" "plan --step a --hook pre-start"; do
        # shellcheck disable=SC2086
        tfhook $words
        expect_status 2
        [ "$(wc -l <"$T/err")" -eq 1 ] || fail "$words: more than one line"
    done
    tfhook chek
    expect_output "did you mean check?"
    tfhook --jsn plan
    expect_output "did you mean --json?"
}

@test "help leads with an example, anywhere; --version says the version" {
    local command
    for command in "" check plan apply verify wrap deploy rollback recover history plugins; do
        # shellcheck disable=SC2086
        tfhook $command --help
        expect_status 0
        [[ "$(head -1 "$T/out")" == Example:* ]] || fail "$command: no example"
    done
    tfhook -h plan
    expect_status 0
    tfhook --version
    expect_output "tfhook 1."
}

@test "a step that is not there is a usage error with the nearest name" {
    printf '[step collect]\nplugin = fake\n' >"$T/c.ini"
    tfhook -c "$T/c.ini" plan --step colect
    expect_status 2
    expect_output "did you mean collect?"
    tfhook -c "$T/c.ini" plan --hook pre-start
    expect_status 2
    expect_output "no step of $T/c.ini is at the hook pre-start"
}

@test "a plugin that others can write, or that lies in such a directory, is not loaded" {
    mkdir -p "$T/p/q"
    cp "$TFHOOK_PLUGINS/fake.so" "$T/p/q/"
    printf '[step one]\nplugin = fake\n' >"$T/c.ini"
    TFHOOK_PLUGINS=$T/p/q
    chmod 775 "$T/p"
    tfhook -c "$T/c.ini" check
    expect_status 3
    expect_output "$T/p can be written by others"
    chmod 755 "$T/p"
    chmod 666 "$T/p/q/fake.so"
    tfhook -c "$T/c.ini" check
    expect_status 3
    expect_output "fake.so can be written by others"
    chmod 644 "$T/p/q/fake.so"
    chown nobody "$T/p/q/fake.so"
    tfhook -c "$T/c.ini" check
    expect_status 3
    expect_output "belongs to another user"
    chown root "$T/p/q/fake.so"
    tfhook -c "$T/c.ini" check
    expect_status 0
}

@test "a file that is no plugin, and a plugin under another name" {
    mkdir "$T/p"
    printf '[step one]\nplugin = junk\n' >"$T/c.ini"
    echo junk >"$T/p/junk.so"
    TFHOOK_PLUGINS=$T/p
    tfhook -c "$T/c.ini" check
    expect_status 3
    expect_output "junk.so cannot be loaded"
    cp "$TFHOOK_BUILD/plugins-test/fake.so" "$T/p/junk.so"
    tfhook -c "$T/c.ini" check
    expect_status 3
    expect_output "says that its name is fake"
}

@test "only-on leaves a step to other hosts, by short or full name" {
    printf '[step one]\nplugin = fake\nonly-on = elsewhere\ndo = check:fail:ran\n' >"$T/c.ini"
    tfhook -c "$T/c.ini" check
    expect_status 0
    expect_output "only on elsewhere; this host is $(hostname)"
    printf '[step one]\nplugin = fake\nonly-on = %s\ndo = check:fail:ran\n' "$(hostname -s).example.com" >"$T/c.ini"
    tfhook -c "$T/c.ini" check
    if [[ "$(hostname)" != *.* ]]; then
        expect_status 1
        expect_output "ran"
    fi
}

@test "plugins lists what is there, and shows the manual of one, as text and JSON" {
    tfhook plugins
    expect_status 0
    expect_output "does what it is told"
    tfhook plugins fake
    expect_output "number (number from 1 to 100; default 7)"
    tfhook --json plugins fake
    expect_output '"default":"one"'
    tfhook plugins fak
    expect_status 3
    expect_output "did you mean fake?"
}
