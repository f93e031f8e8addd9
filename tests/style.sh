#!/bin/bash
# One linter over the whole tree: tests/style.sh CHECK BUILD, called by tests/run.sh through ctest.
set -eu

check=$1
build=$2
cd "$(dirname "$0")/.."
jobs=$(nproc)
[ "$jobs" -le 2 ] || jobs=2

sources() {
    find core plugins tests examples -name '*.[ch]' -not -path '*/data/*' | sort
}

case $check in
shellcheck)
    find tests examples conf .ci -name '*.sh' -o -path .ci/run -o -path examples/demo/teamforge \
        -o -path conf/completion/tfhook |
        sort | xargs shellcheck --external-sources
    # Suites and their helper share variables and functions, which one file alone does not show.
    find tests/integration -name '*.bats' -o -name '*.bash' | sort |
        xargs shellcheck --shell=bats --severity=warning --exclude=SC2034,SC2120,SC2154
    ;;
clang-format) sources | xargs clang-format --dry-run -Werror ;;
clang-tidy)
    # It is clang inside, so it needs a build's flags as clang has them.
    cmake -S . -B "$build/tidy" -G Ninja -DCMAKE_C_COMPILER=clang -DTFHOOK_TESTS=OFF \
        -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >/dev/null
    find core plugins -name '*.c' | sort |
        xargs -P "$jobs" -n 8 clang-tidy --quiet -p "$build/tidy"
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
