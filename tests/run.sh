#!/bin/bash
# Build tfhook and run every test: what is missing is installed first (apt or dnf).
#
#   tests/run.sh              Debug with ASan and UBSan, and Release; linters on Debian 12
#   tests/run.sh --on SUITE   the same inside a Debian of that release (bullseye is nearest to
#                             TeamForge's own platform), made in a folder by debootstrap; as root
#   tests/run.sh --quick      the Debug build alone and no linters, while developing
#   tests/crash/run.sh --full every point of the crash suite, of which the tests try a sample
#   tests/differential/run.sh --full
#                             what a JVM makes of a store, of which the tests try a sample
#   tests/fuzz/run.sh         the fuzz targets for a minute each, as the tests do
#   tests/bench/run.py        how fast it is, as ratios against rivals
#
# Builds go to build/ (TFHOOK_BUILD_DIR moves them), other Debians to ${TMPDIR:-/var/tmp}/tfhook-on.
# All tests and linters run under one ctest, whose summary is the last thing printed.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
build=${TFHOOK_BUILD_DIR:-$here/build}
jobs=$(nproc)
[ "$jobs" -le 2 ] || jobs=2
quick=no
suite=

usage() {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
}

say() {
    printf '\n== %s\n' "$*"
}

# The linters' verdicts differ from release to release, so only Debian 12's count.
lint() {
    # shellcheck source=/dev/null
    [ "$quick" = no ] && [ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = bookworm ]
}

build_one() {
    local folder=$build/$1
    shift
    say "building $folder"
    {
        cmake -S "$here" -B "$folder" -G Ninja -DTFHOOK_WERROR=ON "$@" &&
            cmake --build "$folder" --parallel "$jobs"
    } >"$folder.log" 2>&1 || { cat "$folder.log"; return 1; }
}

# One test of the suite at the top of the build folder: add_check NAME COMMAND...
add_check() {
    local name=$1 word
    shift
    printf 'add_test([=[%s]=]' "$name"
    for word in "$@"; do
        printf ' [=[%s]=]' "$word"
    done
    printf ')\nset_tests_properties([=[%s]=] PROPERTIES RUN_SERIAL TRUE TIMEOUT 900)\n' "$name"
}

# A suite of suites, so that one ctest runs, and sums up, the linters and both builds.
write_suite() {
    if lint; then
        local check
        for check in shellcheck clang-format clang-tidy clang-build; do
            add_check "style.$check" "$here/tests/style.sh" "$check" "$build"
        done
        add_check fuzz "$here/tests/fuzz/run.sh"
    fi
    # That the bench runs; what it measures is for people.
    [ "$quick" = yes ] ||
        add_check bench env "TFHOOK_BUILD=$build/release" "$here/tests/bench/run.py" --rounds 1
    printf 'subdirs(%s)\n' "$*"
}

# What was left out, and why: bats, cmocka and the crash suite say it in the output of their tests.
show_skipped() {
    local log=$build/Testing/Temporary/LastTest.log
    local skipped=$build/skipped.txt
    sed -n -e 's/^ok [0-9]* \(.*\) # skip *\(.*\)$/  \1: \2/p' \
        -e 's/^\([a-z-]*\) *skipped: \(.*\)$/  crash suite, \1: \2/p' \
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

run_tests() {
    local status=0 summary=$build/summary.txt
    : >"$summary"
    say "running everything, $jobs at a time; each suite first in the Debug build, then in Release"
    # ctest's summary is held back until the skipped tests are told.
    (cd "$build" && ctest --output-on-failure --no-tests=error --parallel "$jobs" </dev/null 2>&1) |
        sed -u -e "/^[0-9]*% tests passed/,\$ {w $summary" -e 'd}' || status=$?
    show_fuzzing
    show_skipped
    say 'ctest:'
    cat "$summary"
    return "$status"
}

run_here() {
    "$here/tests/packages.sh" build test
    ! lint || "$here/tests/packages.sh" style fuzz
    mkdir -p "$build"
    build_one debug -DCMAKE_BUILD_TYPE=Debug -DTFHOOK_SANITIZE=ON
    set -- debug
    if [ "$quick" = no ]; then
        build_one release -DCMAKE_BUILD_TYPE=Release
        set -- debug release
    fi
    write_suite "$@" >"$build/CTestTestfile.cmake"
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
    --quick) quick=yes ;;
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
    [ "$quick" = no ] || set -- "$@" --quick
    exec "$here/tests/on.sh" "$suite" "$@"
fi
run_here
