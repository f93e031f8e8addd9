#!/bin/bash
# Build tfhook and test it: what is missing is installed first (apt or dnf).
#
#   tests/run.sh              every test once with ASan and UBSan; the smoke tests of the Release build,
#                             with longer samples of the suites below; on Debian 12 the linters over
#                             what differs from origin/main
#   tests/run.sh --full       what that leaves out: see the table in tests/README.md
#   tests/run.sh --on SUITE   either inside a Debian of that release (bullseye is nearest to
#                             TeamForge's own platform), made in a folder by debootstrap; as root
#   tests/run.sh --quick      the tests with sanitizers alone, while developing
#
# Suites of their own, of which a sample is among the tests; each tells more with --help:
#
#   tests/crash/run.sh        kill -9, errors and loss of power at every system call
#   tests/differential/run.sh what a JVM makes of a store, and what we think that it does
#   tests/fuzz/run.sh         the fuzz targets
#   tests/bench/run.py        how fast it is, as ratios against rivals
#
# Builds go to build/ (TFHOOK_BUILD_DIR moves them), other Debians to ${TMPDIR:-/var/tmp}/tfhook-on.
# All tests and linters run under one ctest; its slowest tests, what was skipped, and its summary are
# the last things printed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
build=${TFHOOK_BUILD_DIR:-$top/build}
jobs=$(nproc)
[ "$jobs" -le 2 ] || jobs=2
mode=short
suite=

usage() {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
}

say() {
    printf '\n== %s\n' "$*"
}

# tfhook loads no plugin from a folder that somebody else can write, and a source tree may lie in one.
# open_folder PATH prints the uppermost such folder above it, or nothing.
open_folder() {
    local folder
    folder=$(realpath -m "$1")
    while [ "$folder" != / ]; do
        find "$folder" -maxdepth 0 -perm /022 ! -perm -1000 2>/dev/null
        folder=$(dirname "$folder")
    done | tail -n 1
}

# Then the build goes elsewhere.
choose_build_folder() {
    local folder
    folder=$(open_folder "$build")
    [ -n "$folder" ] || return 0
    build=/var/tmp/tfhook-build-$(id -u)
    [ -d "$build" ] || mkdir -m 755 "$build"
    if [ ! -O "$build" ] || [ -L "$build" ]; then
        echo "run.sh: $build belongs to someone else; set TFHOOK_BUILD_DIR" >&2
        exit 1
    fi
    say "$folder can be written by others, so this builds in $build"
}

# The linters' verdicts differ from release to release, so only Debian 12's count.
lints() {
    # shellcheck source=/dev/null
    [ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = bookworm ]
}

# build_one NAME SOURCE [CMAKE OPTION...]
build_one() {
    local folder=$build/$1 source=$2
    shift 2
    say "building $folder"
    {
        cmake -S "$source" -B "$folder" -G Ninja -DTFHOOK_WERROR=ON "$@" &&
            cmake --build "$folder" --parallel "$jobs"
    } >"$folder.log" 2>&1 || { cat "$folder.log"; return 1; }
}

# One test of the suite at the top of the build folder: add_check NAME COST COMMAND... The costly
# ones begin first. What uses all processors by itself is `alone`.
add_check() {
    local name=$1 cost=$2 word alone=FALSE
    shift 2
    [ "$1" != alone ] || { alone=TRUE; shift; }
    printf 'add_test([=[%s]=]' "$name"
    for word in "$@"; do
        printf ' [=[%s]=]' "$word"
    done
    printf ')\nset_tests_properties([=[%s]=] PROPERTIES COST %s RUN_SERIAL %s TIMEOUT 1200)\n' \
        "$name" "$cost" "$alone"
}

write_short_suite() {
    local check
    if lints; then
        for check in shellcheck clang-format clang-tidy; do
            add_check "style.$check" 60 "$here/style.sh" "$check" "$build" changed
        done
    fi
    printf 'subdirs(debug release)\n'
}

# The Release build's own tests are those of a tree that is writable for the group, as it is unpacked
# where the umask is 002: what reads a file of the tree must not mind.
write_full_suite() {
    local check
    if lints; then
        for check in shellcheck clang-format; do
            add_check "style.$check" 60 "$here/style.sh" "$check" "$build"
        done
        for check in clang-tidy clang-build; do
            add_check "style.$check" 300 alone "$here/style.sh" "$check" "$build"
        done
        add_check fuzz 300 alone "$here/fuzz/run.sh"
    fi
    # That the bench runs; what it measures is for people.
    add_check bench 300 alone env "TFHOOK_BUILD=$build/full" "$here/bench/run.py" --rounds 1
    printf 'subdirs(full)\n'
}

# What was left out, and why: bats, cmocka, the linters and the crash suite say it in the output of
# their tests.
show_skipped() {
    local log=$build/Testing/Temporary/LastTest.log
    local skipped=$build/skipped.txt
    sed -n -e 's/^ok [0-9]* \(.*\) # skip *\(.*\)$/  \1: \2/p' \
        -e 's/^\([a-z-]*\) *skipped: \(.*\)$/  \1: \2/p' \
        -e 's/^\[  SKIPPED \] \([^ ]*\)$/  \1/p' "$log" | sort | uniq -c >"$skipped"
    say "skipped inside the tests above: $(awk '{n += $1} END {print n + 0}' "$skipped")" \
        '(how often, which, why)'
    cat "$skipped"
}

# What the fuzz targets reached, which says what they are worth.
show_fuzzing() {
    local log=$build/Testing/Temporary/LastTest.log
    ! grep -q '^fuzzing: ' "$log" || say "$(sed -n '/^fuzzing: /,/^$/p' "$log")"
}

show_slowest() {
    say 'slowest (seconds):'
    sed -n 's/^ *[0-9]*\/[0-9]* Test *#[0-9]*: \([^ ]*\) .* \([0-9.]*\) sec.*/\2 \1/p' "$1" |
        sort -rn | awk 'NR <= 10 {printf "%8.1f  %s\n", $1, $2}'
}

# More at a time than there are processors, because many wait: for a deadline, a server, a disk.
run_tests() {
    local status=0 said=$build/ctest.txt
    say "running everything, $((jobs + 1)) at a time"
    # ctest's summary is held back until the skipped tests are told.
    (cd "$build" && ctest --output-on-failure --no-tests=error --parallel $((jobs + 1)) </dev/null 2>&1) |
        tee "$said" | sed -u '/^[0-9]*% tests passed/,$d' || status=$?
    show_fuzzing
    show_slowest "$said"
    show_skipped
    say 'ctest:'
    sed -n '/^[0-9]*% tests passed/,$p' "$said"
    return "$status"
}

# The tree of the suite that minds no umask.
make_open_tree() {
    local tree=$build/open-tree
    rm -rf "$tree"
    mkdir -p "$tree"
    "$here/on.sh" --tree | tar -C "$top" --null --verbatim-files-from -T - -cf - |
        tar -C "$tree" -xf - -o
    chmod -R g+w "$tree"
    echo "$tree"
}

run_here() {
    umask 022
    choose_build_folder
    "$here/packages.sh" build test
    mkdir -p "$build"
    case $mode in
    short)
        ! lints || "$here/packages.sh" style
        build_one debug "$top" -DCMAKE_BUILD_TYPE=Debug -DTFHOOK_SANITIZE=ON
        build_one release "$top" -DCMAKE_BUILD_TYPE=Release -DTFHOOK_TESTS=SMOKE
        write_short_suite >"$build/CTestTestfile.cmake"
        ;;
    full)
        ! lints || "$here/packages.sh" style fuzz
        build_one full "$(make_open_tree)" -DCMAKE_BUILD_TYPE=Release -DTFHOOK_TESTS=FULL
        write_full_suite >"$build/CTestTestfile.cmake"
        umask 002
        ;;
    quick)
        build_one debug "$top" -DCMAKE_BUILD_TYPE=Debug -DTFHOOK_SANITIZE=ON
        printf 'subdirs(debug)\n' >"$build/CTestTestfile.cmake"
        ;;
    esac
    set -o pipefail
    run_tests
}

while [ $# -gt 0 ]; do
    case $1 in
    --on)
        [ $# -ge 2 ] || { usage >&2; exit 2; }
        suite=$2
        shift
        ;;
    --full) mode=full ;;
    --quick) mode=quick ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        echo "run.sh: unknown option '$1'" >&2
        usage >&2
        exit 2
        ;;
    esac
    shift
done

if [ -n "$suite" ]; then
    set -- ./tests/run.sh
    [ "$mode" = short ] || set -- "$@" "--$mode"
    exec "$here/on.sh" "$suite" "$@"
fi
run_here
