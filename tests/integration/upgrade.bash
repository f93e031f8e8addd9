# Loaded by upgrade.bats, after `load helper`: the sites of fixtures/f54454d, laid out in $T.

FIXTURE=$BATS_TEST_DIRNAME/fixtures/f54454d

# lay_out SITE: as it was when f54454d left it, in $R, which is a --root. STATE is its state directory.
lay_out() {
    local from=$FIXTURE/$1 kind mode owner path rest
    R=$T/$1
    STATE=$R/var/lib/tfhook
    mkdir "$R"
    while read -r kind mode owner path rest; do
        case $kind in
        directory) mkdir "$R/$path" ;;
        text) printf %b "$rest" >"$R/$path" ;;
        file) cp "$from/$path" "$R/$path" ;;
        link) ln "$R/$rest" "$R/$path" ;;
        esac
        chown "$owner" "$R/$path"
        chmod "$mode" "$R/$path"
    done <"$from/names"
    for path in "$STATE"/transactions/*/journal.json; do
        sed -i "s|@ROOT@|$R|" "$path"
        reseal "$path"
    done
}

# The program at the site that was laid out.
tfhook() {
    status=0
    "$TFHOOK" --plugin-dir "$TFHOOK_PLUGINS" --root "$R" "$@" >"$T/out" 2>"$T/err" </dev/null ||
        status=$?
    output=$(cat "$T/out" "$T/err")
}

# What is there outside the state directory: type, mode, owner and group, path, and the text of a file.
listing() {
    (
        cd "$R" || exit
        find etc srv -printf '%y %m %U:%G %p\n' | sort -k 4 | while read -r kind mode owner path; do
            echo "$kind $mode $owner $path$([ "$kind" = d ] || awk '{printf " %s", $0}' "$path")"
        done
    )
}

# expect_files TEXT: the lines of the files and directories that listing() must give below etc and srv.
expect_files() {
    diff <(listing) <(echo "$1") >&2 || fail "these are not the files that were expected"
}

# How all sites were before f54454d's apply.
BEFORE='d 755 0:0 etc
f 644 0:0 etc/lines a = 1 k = old b = 2
f 604 1236:0 etc/removed kept
f 640 1234:2345 etc/replaced old
d 755 0:0 srv'

expect_phase() {
    [ -d "$STATE/transactions/$1" ] || fail "not there: $1, but $(ls "$STATE/transactions")"
}

# expect_kept PATH COPY TEXT: the conflict copy of PATH is told of, for root alone, and holds TEXT.
expect_kept() {
    expect_output "$1: what something else had written is kept, as $STATE/transactions/$2;"
    [ "$(cat "$STATE/transactions/$2")" = "$3" ] || fail "$2 is not what was kept"
    [ "$(stat -c %a "$STATE/transactions/$2")" = 600 ]
}
