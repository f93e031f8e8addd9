#!/bin/bash
# Build the fuzz targets with clang, AddressSanitizer and UndefinedBehaviorSanitizer, and run them.
#
#   tests/fuzz/run.sh                  each target for 60 seconds, two at a time
#   tests/fuzz/run.sh --seconds N      for N seconds
#   tests/fuzz/run.sh NAME...          those alone: jks pkcs12 pem tokens ini records journal
#
# Begins with the seeds in corpus/NAME (for stores, those of the unit tests) and adds to a copy of
# them. An input that breaks a target is kept, and its path is printed. Ends with the coverage of the
# files that are fuzzed. The build goes to build/fuzz (TFHOOK_BUILD_DIR moves it).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${TFHOOK_BUILD_DIR:-$here/../../build}/fuzz
seconds=60
names=()

# What of our code each target is there for.
declare -A SOURCES=(
    [jks]='plugins/lib/truststore/jks.c plugins/lib/truststore/jks_alias.c
        plugins/lib/truststore/truststore.c plugins/lib/truststore/truststore_edit.c
        plugins/lib/java/java_cert_structure.c'
    [pkcs12]='plugins/lib/truststore/pkcs12.c plugins/lib/truststore/pkcs12_read.c
        plugins/lib/truststore/pkcs12_bags.c plugins/lib/asn1/der.c
        plugins/lib/truststore/pkcs12_encrypted.c plugins/lib/truststore/pkcs12_mac.c
        plugins/lib/java/java_accepts.c'
    [pem]='plugins/lib/x509/cert.c plugins/lib/x509/cert_read.c plugins/lib/x509/cert_facts.c
        plugins/lib/x509/cert_parse.c'
    [tokens]='plugins/lib/teamforge/site_options.c plugins/lib/teamforge/site_options_edit.c
        core/changes/line_edit.c'
    [ini]='core/config/ini_text.c core/config/config.c core/config/value.c'
    [records]='core/host/wire.c core/plugin/call_result.c'
    [journal]='core/txn/journal_json.c'
)

usage() {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
}

while [ $# -gt 0 ]; do
    case $1 in
    --seconds)
        [ $# -ge 2 ] || { usage >&2; exit 2; }
        seconds=$2
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        [ -n "${SOURCES[$1]:-}" ] || { usage >&2; exit 2; }
        names+=("$1")
        ;;
    esac
    shift
done
[ ${#names[@]} -gt 0 ] || names=(jks pkcs12 pem tokens ini records journal)

seeds() {
    case $1 in
    jks) echo "$here"/../unit/data/stores/*.jks ;;
    pkcs12) echo "$here"/../unit/data/stores/*.p12 ;;
    *) echo "$here/corpus/$1"/* ;;
    esac
}

build_targets() {
    mkdir -p "$build"
    {
        cmake -S "$here/../.." -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang \
            -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG="-g -O1" -DTFHOOK_SANITIZE=ON \
            -DTFHOOK_FUZZ=ON -DTFHOOK_WERROR=ON &&
            cmake --build "$build" -- "${names[@]/#/fuzz_}"
    } >"$build.log" 2>&1 || { cat "$build.log"; return 1; }
}

# Run one: its last lines, and 1 when an input breaks it.
run_target() {
    local name=$1 work=$build/work/$1 status=0
    rm -rf "$work"
    mkdir -p "$work/corpus"
    # shellcheck disable=SC2046 # paths of ours
    cp $(seeds "$name") "$work/corpus/"
    LLVM_PROFILE_FILE=$work/profile ASAN_OPTIONS=detect_leaks=1 \
        "$build/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
        -max_len=65536 -artifact_prefix="$work/broken-" -print_final_stats=1 "$work/corpus" \
        >"$work/log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 40 "$work/log"
        echo "$name: BROKEN by $(echo "$work"/broken-*)"
        return 1
    fi
    printf '%-8s %9d runs in %d s, %d inputs kept of which %d were seeds\n' "$name" \
        "$(sed -n 's/^stat::number_of_executed_units: //p' "$work/log")" "$seconds" \
        "$(find "$work/corpus" -type f | wc -l)" "$(seeds "$name" | wc -w)"
}

# Lines of the files that each target is there for.
show_coverage() {
    local name file files
    for name in "${names[@]}"; do
        files=()
        for file in ${SOURCES[$name]}; do
            files+=("$here/../../$file")
        done
        llvm-profdata merge -o "$build/work/$name/merged" "$build/work/$name/profile"
        llvm-cov report "$build/fuzz/fuzz_$name" -instr-profile="$build/work/$name/merged" \
            "${files[@]}" | awk -v name="$name" '/\.c / {
                n = split($1, path, "/")
                printf "%-8s %-24s %5d lines, %6s covered\n", name, path[n], $8, $10
            }'
    done
}

"$here/../packages.sh" build fuzz
build_targets
echo "fuzzing: ${names[*]}"
status=0
for ((i = 0; i < ${#names[@]}; i += 2)); do
    run_target "${names[i]}" &
    pids=($!)
    if [ $((i + 1)) -lt ${#names[@]} ]; then
        run_target "${names[i + 1]}" &
        pids+=($!)
    fi
    for pid in "${pids[@]}"; do
        wait "$pid" || status=1
    done
done
[ "$status" -ne 0 ] || show_coverage
exit "$status"
