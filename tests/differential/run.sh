#!/bin/bash
# Our model of what Java does with a trust store, against the JDKs that are here (from 11 on).
#
#   tests/differential/run.sh                 a sample: 30 stores, 600 mutations
#   tests/differential/run.sh --full          1,000 stores, 60,000 mutations; takes some minutes
#   tests/differential/run.sh --stores N      N random stores of every form; one more certificate is
#                                             imported into each
#   tests/differential/run.sh --mutations N   N mutations of small stores, five of JKS and JCEKS to
#                                             one of PKCS#12
#   tests/differential/run.sh --seed N        those of that seed (it is printed)
#
# What differs is counted by the rules that explain it (rules.py); what no rule explains is shown,
# its store is kept, and the run fails. Our model may open and trust less than Java, never more.
#
# TFHOOK, TFHOOK_PLUGINS and TFHOOK_BUILD say what is tested, as in the other suites. It needs
# python3 and a JDK.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
stores=30
mutations=600
seed=

usage() {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
}

while [ $# -gt 0 ]; do
    case $1 in
    --full)
        stores=1000
        mutations=60000
        ;;
    --stores | --mutations | --seed)
        [[ "${2:-}" =~ ^[0-9]+$ ]] || { usage >&2; exit 2; }
        case $1 in
        --stores) stores=$2 ;;
        --mutations) mutations=$2 ;;
        --seed) seed=$2 ;;
        esac
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done

: "${TFHOOK_BUILD:=$here/../../build/release}"
: "${TFHOOK:=$TFHOOK_BUILD/tfhook}"
: "${TFHOOK_PLUGINS:=$TFHOOK_BUILD/plugins-built}"
: "${seed:=$(($(date +%s) % 100000))}"

PYTHONDONTWRITEBYTECODE=1 exec python3 "$here/differ.py" --seed "$seed" --stores "$stores" \
    --mutations "$mutations" --build "$TFHOOK_BUILD" --tfhook "$TFHOOK" --plugins "$TFHOOK_PLUGINS"
