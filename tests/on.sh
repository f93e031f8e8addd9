#!/bin/bash
# Run a command on this source tree inside another release of Debian: tests/on.sh SUITE COMMAND...
# e.g. `tests/on.sh bullseye ./tests/run.sh` or `tests/on.sh bookworm ./examples/demo.sh`.
# `tests/on.sh --tree` prints the files of the source tree, each ended by a NUL.
#
# The system is made by debootstrap in ${TMPDIR:-/var/tmp}/tfhook-on/SUITE and kept there for the
# next run; remove that folder to begin from nothing. Every mount lives in a mount namespace of its own
# and every process in a process namespace, so both are gone when the command ends, however it ends.
# Needs root.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)

die() {
    echo "on.sh: $*" >&2
    exit 1
}

# Where this machine gets Debian from, if it is one; else nothing, which is debootstrap's default.
mirror() {
    local uri=
    if command -v apt-get >/dev/null; then
        # shellcheck disable=SC2016  # apt-get expands it
        uri=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null |
            grep -E '^https?://.*/debian/$' | head -n 1) || uri=
    fi
    echo "$uri"
}

# How this machine reaches it: proxies and tolerances of apt, for debootstrap and for the inside.
apt_settings() {
    command -v apt-config >/dev/null || return 0
    apt-config dump | grep -E '^Acquire::((https?|ftp|Retries|ForceIPv[46]|Check-)[^ ]*) "[^"]+"' ||
        true
}

proxy_environment() {
    [ -z "${http_proxy:-}" ] || return 0
    http_proxy=$(apt_settings | sed -n 's/^Acquire::http::Proxy "\(.*\)";$/\1/p')
    [ "${http_proxy:-DIRECT}" = DIRECT ] && unset http_proxy && return
    export http_proxy
}

make_system() {
    local folder=$1 suite=$2
    local uri
    uri=$(mirror)
    rm -rf --one-file-system "$folder"
    echo "on.sh: making Debian $suite in $folder" >&2
    debootstrap --variant=minbase "$suite" "$folder" ${uri:+"$uri"} >"$folder.log" 2>&1 || {
        tail -n 20 "$folder.log" >&2
        die "debootstrap failed; all of its output is in $folder.log"
    }
    touch "$folder/.made"
}

# What differs from run to run: how to reach the network, and the tree.
refresh() {
    local folder=$1 ca
    cp -L /etc/resolv.conf /etc/hosts "$folder/etc/"
    apt_settings >"$folder/etc/apt/apt.conf.d/90outer"
    ca=$(apt_settings | sed -n 's/^Acquire::https::CAInfo "\(.*\)";$/\1/p')
    [ -z "$ca" ] || install -D -m 644 "$ca" "$folder$ca"
    printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
    chmod 755 "$folder/usr/sbin/policy-rc.d"
    rm -rf --one-file-system "$folder/src" "$folder"/tmp/*
    mkdir "$folder/src"
    tree | tar -C "$here" --null --verbatim-files-from -T - -cf - | tar -C "$folder/src" -xf - -o
}

# The files of the source tree, separated by NUL: without what git ignores, or build folders.
tree() {
    local file
    cd "$here"
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files -z --cached --others --exclude-standard
    else
        find . -name .git -prune -o -path './build*' -prune -o -type f -print0 -o -type l -print0
    fi | while IFS= read -r -d '' file; do
        # What was deleted and not committed is still listed.
        [ ! -e "$file" ] && [ ! -L "$file" ] || printf '%s\0' "$file"
    done
}

# The part that runs in namespaces of its own, as their first process.
inside() {
    local folder=$1 status=0
    shift
    mount --make-rprivate /
    mount -t proc proc "$folder/proc"
    mount --rbind /sys "$folder/sys"
    mount --rbind /dev "$folder/dev"
    [ "$(stat -f -c %T "$folder/dev/shm")" = tmpfs ] || mount -t tmpfs tmpfs "$folder/dev/shm"
    chroot "$folder" /usr/bin/env -i HOME=/root PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin" \
        TERM="${TERM:-dumb}" LANG=C.UTF-8 CI="${CI:-}" ${http_proxy:+http_proxy="$http_proxy"} \
        ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} \
        /bin/sh -c 'cd /src && exec "$@"' sh "$@" || status=$?
    exit "$status"
}

if [ "${1:-}" = --inside ]; then
    shift
    inside "$@"
fi
if [ "${1:-}" = --tree ]; then
    tree
    exit
fi
[ $# -ge 2 ] || die 'usage: tests/on.sh SUITE COMMAND...'
[ "$(id -u)" -eq 0 ] || die 'a system in a folder needs root'
suite=$1
shift
[[ $suite =~ ^[a-z]+$ ]] || die "'$suite' is no Debian release; one is called bullseye"
"$here/tests/packages.sh" on
systems=${TMPDIR:-/var/tmp}/tfhook-on
[ -d "$systems" ] || mkdir -m 755 "$systems"
if [ ! -O "$systems" ] || [ -L "$systems" ]; then
    die "$systems belongs to someone else"
fi
folder=$systems/$suite
exec 9>"$folder.lock"
flock -n 9 || die "another run is at work in $folder"
proxy_environment
[ -e "$folder/.made" ] || make_system "$folder" "$suite"
refresh "$folder"
status=0
unshare --mount --pid --fork --kill-child "$0" --inside "$folder" "$@" 9>&- || status=$?
exit "$status"
