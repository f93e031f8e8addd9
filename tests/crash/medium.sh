# shellcheck shell=bash disable=SC2034,SC2153 # run.sh and the parts share their variables
# On what a run works. A file system of its own may keep fewer attributes than that of $WORK, so the
# starts and the two trees are learned anew on each.
#
#   plain   a directory of $WORK
#   tmpfs   one tmpfs for tree and state directory ($LAYOUT one), or one for each (two)
#   ext4    the same of ext4 in a file, which turns read-only by itself when it finds an error
#   btrfs   the same of btrfs in a file, whose quotas are root's too (ext4's are not)

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
    fi
    [ "$1" = plain ] || STARTS=$STARTS.$1
    learn_trees
}

has_mounts() {
    [ "$MEDIUM" != plain ]
}

drop_medium() {
    local at
    has_mounts || return 0
    for at in "$WORK/top" "$NOW/state" "$NOW/tree" "$NOW"; do
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
        if [ "$MEDIUM" = tmpfs ]; then
            mount -t tmpfs -o size=64m,mode=755 tfhook-crash "$at" || return
            continue
        fi
        make_image || return
        cp --sparse=always "$WORK/empty.$MEDIUM" "$WORK/${at##*/}.img"
        mount_image "$at" || return
        rm -rf "$at/lost+found"
    done
}

mount_points() {
    if [ "$LAYOUT" = one ]; then echo "$NOW"; else echo "$NOW/tree" "$NOW/state"; fi
}

# An empty file system of the medium's kind in a file, made once.
make_image() {
    local image=$WORK/empty.$MEDIUM
    [ ! -e "$image" ] || return 0
    case $MEDIUM in
    ext4) truncate -s 32M "$image" && mkfs.ext4 -q -F "$image" ;;
    btrfs)
        truncate -s 192M "$image" && mkfs.btrfs -q "$image" >/dev/null && mkdir -p "$NOW" &&
            mount -t btrfs -o loop "$image" "$NOW" && btrfs quota enable "$NOW" &&
            btrfs -q subvolume create "$NOW/all" && umount "$NOW"
        ;;
    esac || { rm -f "$image"; return 1; }
}

mount_image() {
    local options=loop,errors=remount-ro
    [ "$MEDIUM" = ext4 ] || options=loop,subvol=all
    mount -t "$MEDIUM" -o "$options" "$WORK/${1##*/}.img" "$1"
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
    rm -rf --one-file-system "$NOW"
    mv "$WORK/kept" "$NOW"
}

# Units of room (pages; 16 KiB, which is a node, of btrfs) or, with the word inodes, files in use on
# the file system of a path.
used() {
    if [ "${2:-}" = inodes ]; then
        stat -f -c '%c %d' "$1" | awk '{print $1 - $2}'
    elif [ "$MEDIUM" = btrfs ]; then
        sync -f "$1"
        btrfs qgroup show --raw -f "$1" | awk '$1 ~ /^0\// {print int($2 / 16384)}'
    else
        stat -f -c '%b %f' "$1" | awk '{print $1 - $2}'
    fi
}

# limit PATH MORE [inodes]: room for that many more units or files. No MORE: room enough.
limit() {
    local path=$1 more=$2 what=${3:-} room
    if [ "$MEDIUM" = btrfs ]; then
        room=none
        [ -z "$more" ] || room=$((($(used "$path") + more) * 16384))
        limit_subvolume "$path" "$room"
    elif [ -z "$more" ]; then
        mount -o remount,size=64m,nr_inodes=16384 "$path"
    elif [ "$what" = inodes ]; then
        mount -o "remount,nr_inodes=$(($(used "$path" inodes) + more))" "$path"
    else
        room=$(($(used "$path") + more))
        # No room at all would be said by 0, which means no limit.
        mount -o "remount,size=$(((room > 0 ? room : 1) * $(stat -f -c %S "$path")))" "$path"
    fi
}

# From the top of the file system: to change a limit takes room too, of the place where it is done.
limit_subvolume() {
    local device
    device=$(findmnt -n -v -o SOURCE --mountpoint "$1")
    mkdir -p "$WORK/top"
    mount -t btrfs -o subvolid=5 "$device" "$WORK/top"
    btrfs qgroup limit "$2" 0/256 "$WORK/top" # the first subvolume that is made
    umount "$WORK/top"
}
