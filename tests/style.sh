#!/bin/bash
# One linter over the tree: tests/style.sh CHECK BUILD [changed], called by tests/run.sh through ctest.
# With `changed` only files that differ from origin/main, committed or not.
set -euo pipefail

check=$1
build=$2
which=${3:-all}
cd "$(dirname "$0")/.."
jobs=$(nproc)
[ "$jobs" -le 2 ] || jobs=2

# Where there is nothing to compare with, all files count.
if [ "$which" = changed ] && ! git rev-parse --verify --quiet origin/main >/dev/null 2>&1; then
    which=uncompared
fi

if [ "$which" = changed ] && git diff --quiet origin/main -- . &&
    [ -z "$(git ls-files --others --exclude-standard)" ]; then
    echo "$check skipped: no file differs from origin/main; tests/run.sh --full looks at all"
    exit 0
fi

# Of the paths on stdin those that this run is about.
choose() {
    if [ "$which" != changed ]; then
        cat
        return
    fi
    { git diff --relative --name-only --no-renames --diff-filter=d origin/main
        git ls-files --others --exclude-standard; } >"$build/changed.$check"
    grep -Fxf "$build/changed.$check" || true
}

sources() {
    find core plugins tests examples -name '*.[ch]' -not -path '*/data/*' | sort | choose
}

# It is clang inside, so it needs a build's flags as clang has them.
clang_tidy() {
    local files
    files=$(find core plugins -name '*.c' | sort | choose)
    [ -n "$files" ] || return 0
    cmake -S . -B "$build/tidy" -G Ninja -DCMAKE_C_COMPILER=clang -DTFHOOK_TESTS=OFF \
        -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >/dev/null
    echo "$files" | xargs -P "$jobs" -n 8 clang-tidy --quiet -p "$build/tidy"
}

case $check in
shellcheck)
    find tests examples conf .ci -name '*.sh' -o -path .ci/run -o -path examples/demo/teamforge \
        -o -path conf/completion/tfhook |
        sort | choose | xargs -r shellcheck --external-sources
    # Suites and their helper share variables and functions, which one file alone does not show.
    find tests/integration -name '*.bats' -o -name '*.bash' | sort | choose |
        xargs -r shellcheck --shell=bats --severity=warning --exclude=SC2034,SC2120,SC2154
    ;;
clang-format) sources | xargs -r clang-format --dry-run -Werror ;;
clang-tidy)
    if [ "$which" = uncompared ]; then
        echo 'clang-tidy skipped: no origin/main to compare with; tests/run.sh --full looks at all'
    else
        clang_tidy
    fi
    ;;
clang-build)
    cmake -S . -B "$build/clang" -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release \
        -DTFHOOK_WERROR=ON >/dev/null
    cmake --build "$build/clang" --parallel "$jobs" -- --quiet
    ;;
*)
    echo "style.sh: no check '$check'" >&2
    exit 2
    ;;
esac
