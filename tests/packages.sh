#!/bin/bash
# Install the packages that a build, the demo or the tests need: tests/packages.sh GROUP...
#
#   build   what compiles tfhook
#   demo    a JDK, PostgreSQL and openssl, for examples/demo.sh
#   test    what the tests need besides
#   style   linters (Debian 12 only: other releases would judge differently)
#   fuzz    what tests/fuzz/run.sh needs
#   on      what makes a Debian of another release in a folder (tests/run.sh --on)
#
# Does nothing, and needs neither network nor root, when all of it is there. Services that come with
# the packages (PostgreSQL, sshd) are installed, not started.
set -eu

apt_packages() {
    case $1 in
    build) echo gcc libc6-dev cmake ninja-build pkg-config libssl-dev libjansson-dev libinih-dev ;;
    demo) echo default-jdk-headless postgresql openssl ;;
    test)
        echo libcmocka-dev bats default-jdk-headless postgresql openssl openssh-server \
            openssh-client acl attr strace perl procps g++ python3 \
            python3-jsonschema e2fsprogs btrfs-progs p11-kit p11-kit-modules bash-completion \
            abigail-tools
        ;;
    style) echo clang clang-format clang-tidy shellcheck ;;
    fuzz) echo clang llvm libclang-rt-dev ;;
    on) echo debootstrap util-linux ;;
    *) unknown "$1" ;;
    esac
}

dnf_packages() {
    local jdk=java-17-openjdk-devel
    [ "$(release_major)" != 8 ] || jdk=java-11-openjdk-devel
    [ "$(release_major)" -lt 10 ] || jdk=java-21-openjdk-devel
    case $1 in
    build)
        echo gcc cmake ninja-build pkgconf-pkg-config openssl-devel jansson-devel inih-devel
        ;;
    demo) echo "$jdk" postgresql-server openssl ;;
    test)
        echo libcmocka-devel libasan libubsan bats "$jdk" postgresql-server openssl \
            openssh-server openssh-clients acl attr strace perl procps-ng gcc-c++ python3 \
            python3-jsonschema e2fsprogs p11-kit p11-kit-trust bash-completion
        ;;
    style) ;;
    fuzz) echo clang llvm compiler-rt ;;
    on) echo debootstrap util-linux ;;
    *) unknown "$1" ;;
    esac
}

# What some releases do not have. Tests that need it say that they are skipped.
dnf_optional() {
    case $1 in
    test) echo libabigail ;;
    esac
}

unknown() {
    echo "packages.sh: no group '$1'; there are: build demo test style fuzz on" >&2
    exit 2
}

release_major() {
    # shellcheck source=/dev/null
    (. /etc/os-release && echo "${VERSION_ID%%.*}")
}

need_root() {
    [ "$(id -u)" -eq 0 ] && return
    echo "packages.sh: missing: $*" >&2
    echo "packages.sh: not root, so they cannot be installed; run this once as root" >&2
    exit 1
}

# --- Debian and its kin ---

apt_missing() {
    local package state
    for package in "$@"; do
        # shellcheck disable=SC2016  # dpkg-query expands it
        state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=
        [ "$state" = installed ] || echo "$package"
    done
}

# While packages are installed no service may start: a policy that says so, unless there is one.
hold_services() {
    [ ! -e /usr/sbin/policy-rc.d ] || return 0
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
}

apt_install() {
    local install="apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends install"
    export DEBIAN_FRONTEND=noninteractive
    hold_services
    # A simulation tells whether the lists of packages are there at all.
    $install --simulate "$@" >/dev/null 2>&1 || apt-get -q update
    # Lists that are too old name files that are gone.
    $install "$@" </dev/null || { apt-get -q update && $install "$@" </dev/null; }
}

# --- Red Hat and its kin ---

dnf_missing() {
    local package
    for package in "$@"; do
        rpm -q --quiet "$package" || echo "$package"
    done
}

# inih, cmocka and ninja are in the builder's repository, bats and debootstrap in EPEL.
dnf_repositories() {
    local major id
    major=$(release_major)
    # shellcheck source=/dev/null
    id=$(. /etc/os-release && echo "$ID")
    if [ "$id" = rhel ]; then
        subscription-manager repos \
            --enable "codeready-builder-for-rhel-$major-$(uname -m)-rpms" || true
    else
        dnf -q -y install dnf-plugins-core
        case $id-$major in
        ol-*) dnf config-manager --set-enabled "ol${major}_codeready_builder" ;;
        *-8) dnf config-manager --set-enabled powertools ;;
        *) dnf config-manager --set-enabled crb ;;
        esac
    fi
    rpm -q --quiet epel-release || dnf -q -y install epel-release ||
        dnf -q -y install "oracle-epel-release-el$major" ||
        echo "packages.sh: EPEL could not be enabled; add it as its project page says" >&2
}

dnf_install() {
    dnf -q -y install "$@" </dev/null && return
    dnf_repositories
    dnf -q -y install "$@" </dev/null
}

dnf_try() {
    local group package
    for group in "$@"; do
        for package in $(dnf_optional "$group"); do
            rpm -q --quiet "$package" || dnf -q -y install "$package" </dev/null >&2 ||
                echo "packages.sh: $package is not to be had here; its tests are skipped" >&2
        done
    done
}

main() {
    local manager group wanted=() missing groups=("$@")
    if command -v apt-get >/dev/null; then
        manager=apt
    elif command -v dnf >/dev/null; then
        manager=dnf
    else
        echo "packages.sh: neither apt-get nor dnf is here; install by hand what the README lists" >&2
        exit 1
    fi
    [ $# -gt 0 ] || unknown ''
    for group in "$@"; do
        # shellcheck disable=SC2207  # package names have no blanks
        wanted+=($("${manager}_packages" "$group"))
    done
    missing=$("${manager}_missing" "${wanted[@]}" | sort -u)
    [ -n "$missing" ] || exit 0
    # shellcheck disable=SC2086  # one word each
    set -- $missing
    need_root "$@"
    echo "packages.sh: installing $*" >&2
    "${manager}_install" "$@" >&2
    [ "$manager" = apt ] || dnf_try "${groups[@]}"
}

main "$@"
