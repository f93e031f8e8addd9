# shellcheck shell=bash disable=SC2034,SC2153 # run.sh and the parts share their variables
# On what a run works. A file system of its own may keep fewer attributes than that of $WORK, so the
# starts and the two trees are learned anew on each.
#
#   plain   a directory of $WORK
#   small   the same, with stores of three entries, for sections whose points grow with the stores
#   tmpfs   one tmpfs for tree and state directory ($LAYOUT one), or one for each (two)
#   ext4    the same of ext4 in a file, which turns read-only by itself when it finds an error

MEDIUM=
LAYOUT=one

use_medium() {
    [ "$MEDIUM" != "$1" ] || return 0
    drop_medium
    MEDIUM=$1
    LAYOUT=one
    if ! fresh_medium 2>"$WORK/err"; then
        WHY="cannot mount a $1 here: $(tail -n 1 "$WORK/err")"
        MEDIUM=
        return
    fi
    STARTS=$WORK/starts
    if [ "$1" != plain ] && [ ! -d "$STARTS.$1" ]; then
        mkdir "$STARTS.$1"
        cp -a "$STARTS/apply" "$STARTS.$1"
        [ "$1" != small ] || shrink_stores "$STARTS.$1/apply/tree"
    fi
    [ "$1" = plain ] || STARTS=$STARTS.$1
    learn_trees
}

has_mounts() {
    [ "$MEDIUM" != plain ] && [ "$MEDIUM" != small ]
}

drop_medium() {
    local at
    for at in "$NOW/state" "$NOW/tree" "$NOW"; do
        ! mountpoint -q "$at" || umount "$at" || umount -l "$at"
    done
}

# Empty again: $NOW, without tree and state directory where they are not file systems of their own.
fresh_medium() {
    local at
    drop_medium
    rm -rf "$NOW"
    mkdir "$NOW"
    has_mounts || return 0
    for at in $(mount_points); do
        mkdir -p "$at"
        case $MEDIUM in
        tmpfs) mount -t tmpfs -o size=64m,mode=755 tfhook-crash "$at" || return ;;
        ext4)
            make_image "$at" || return
            mount_image "$at" || return
            rmdir "$at/lost+found"
            ;;
        esac
    done
}

make_image() {
    if [ ! -e "$WORK/empty.img" ]; then
        truncate -s 32M "$WORK/empty.img"
        mkfs.ext4 -q -F "$WORK/empty.img" || { rm "$WORK/empty.img"; return 1; }
    fi
    cp --sparse=always "$WORK/empty.img" "$WORK/${1##*/}.img"
}

mount_image() {
    mount -t ext4 -o loop,errors=remount-ro "$WORK/${1##*/}.img" "$1"
}

mount_points() {
    if [ "$LAYOUT" = one ]; then echo "$NOW"; else echo "$NOW/tree" "$NOW/state"; fi
}

layout_of() {
    case $1 in
    one | inodes) LAYOUT=one ;;
    tree | state) LAYOUT=two ;;
    esac
}

# The file system that is meant by one, tree, state or inodes.
path_of() {
    case $1 in
    one | inodes) echo "$NOW" ;;
    *) echo "$NOW/$1" ;;
    esac
}

# What a single point leaves is kept where no unmounting takes it away.
keep_medium() {
    has_mounts || return 0
    cp -a "$NOW" "$WORK/kept"
    drop_medium
    rmdir "$NOW" 2>/dev/null || rm -r "$NOW"
    mv "$WORK/kept" "$NOW"
}

# Pages (or, with the word inodes, files) in use on the file system of a path.
used() {
    if [ "${2:-}" = inodes ]; then
        stat -f -c '%c %d' "$1" | awk '{print $1 - $2}'
    else
        stat -f -c '%b %f' "$1" | awk '{print $1 - $2}'
    fi
}

# limit PATH MORE [inodes]: room for that many more pages or files. No MORE: room enough.
limit() {
    local path=$1 more=$2 what=${3:-}
    if [ -z "$more" ]; then
        mount -o remount,size=64m,nr_inodes=16384 "$path"
    elif [ "$what" = inodes ]; then
        mount -o "remount,nr_inodes=$(($(used "$path" inodes) + more))" "$path"
    else
        mount -o "remount,size=$((($(used "$path") + more) * $(stat -f -c %S "$path")))" "$path"
    fi
}
