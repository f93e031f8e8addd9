"""What a disk holds: a tree of inodes, read from a real one, changed by operations, written out again.

Times are left out, and so are security.* attributes, which the kernel gives by itself.
"""
import os
import shutil
import stat
import struct
from collections import namedtuple

Meta = namedtuple('Meta', 'mode uid gid xattrs')  # xattrs: sorted pairs
Node = namedtuple('Node', 'kind meta data links')  # kind: file, dir or symlink; data: its target

ACL = 'system.posix_acl_access'
ACL_USER_OBJ, ACL_GROUP_OBJ, ACL_MASK, ACL_OTHER = 1, 4, 16, 32


# --- metadata: an ACL and the mode are two views of one thing ---

def acl_entries(value):
    return [list(entry) for entry in struct.iter_unpack('<HHI', value[4:])]


def acl_tags(value):
    """Which entry stands for which bits of the mode: tag -> shift."""
    tags = {entry[0] for entry in acl_entries(value)}
    return {ACL_USER_OBJ: 6, ACL_MASK if ACL_MASK in tags else ACL_GROUP_OBJ: 3, ACL_OTHER: 0}


def with_xattr(meta, name, value):
    """value None removes it."""
    xattrs = dict(meta.xattrs)
    mode = meta.mode
    xattrs.pop(name, None)
    if value is not None:
        xattrs[name] = value
    if name == ACL and value is not None:
        shifts = acl_tags(value)
        for tag, perm, _ in acl_entries(value):
            if tag in shifts:
                mode = mode & ~(7 << shifts[tag]) | perm << shifts[tag]
        if len(acl_entries(value)) == 3:  # says no more than the mode: the kernel keeps none
            del xattrs[name]
    return meta._replace(mode=mode, xattrs=tuple(sorted(xattrs.items())))


def with_mode(meta, mode):
    meta = meta._replace(mode=mode)
    value = dict(meta.xattrs).get(ACL)
    if value is None:
        return meta
    shifts = acl_tags(value)
    packed = value[:4]
    for tag, perm, who in acl_entries(value):
        perm = mode >> shifts[tag] & 7 if tag in shifts else perm
        packed += struct.pack('<HHI', tag, perm, who)
    return with_xattr(meta, ACL, packed)


def with_owner(meta, uid, gid):
    """-1 leaves one as it is. The kernel drops set-id bits."""
    return meta._replace(uid=meta.uid if uid < 0 else uid, gid=meta.gid if gid < 0 else gid,
                         mode=meta.mode & ~0o6000)


# --- a tree ---

class Tree:
    """Inodes by number, 0 the root: kinds and metas; data of files and symlinks, entries of
    directories. A number without a name is a file that nobody can reach."""

    def __init__(self):
        self.kinds = []  # shared by all copies: what an inode is never changes
        self.metas = {}
        self.data = {}
        self.entries = {}

    def copy(self):
        copy = Tree()
        copy.kinds = self.kinds
        copy.metas = dict(self.metas)
        copy.data = dict(self.data)
        copy.entries = {folder: dict(names) for folder, names in self.entries.items()}
        return copy

    def add(self, kind, meta, data=b''):
        inode = len(self.kinds)
        self.kinds.append(kind)
        self.metas[inode] = meta
        self.data[inode] = data
        if kind == 'dir':
            self.entries[inode] = {}
        return inode

    def forget_names(self, inode):
        for names in self.entries.values():
            for name in [name for name, other in names.items() if other == inode]:
                del names[name]

    def walk(self):
        """(path, inode) of all that can be reached, parents first; '' is the root."""
        todo = [('', 0)]
        while todo:
            path, inode = todo.pop()
            yield path, inode
            for name, child in sorted(self.entries.get(inode, {}).items()):
                todo.append((os.path.join(path, name), child))

    def nodes(self):
        """path -> Node"""
        paths = dict(self.walk())
        links = {}
        for inode in paths.values():
            links[inode] = links.get(inode, 0) + 1
        return {path: Node(self.kinds[inode], self.metas[inode], self.data[inode], links[inode])
                for path, inode in paths.items()}

    def write(self, root):
        """Make root hold this tree, whatever it held."""
        shutil.rmtree(root, ignore_errors=True)
        first = {}
        for path, inode in self.walk():
            place = os.path.join(root, path) if path else root
            if inode in first:
                os.link(first[inode], place, follow_symlinks=False)
                continue
            first[inode] = place
            kind, meta = self.kinds[inode], self.metas[inode]
            if kind == 'dir':
                os.mkdir(place)
            elif kind == 'symlink':
                os.symlink(self.data[inode], place)
            else:
                with open(place, 'wb', buffering=0) as file:
                    file.write(self.data[inode])
            os.chown(place, meta.uid, meta.gid, follow_symlinks=False)
            for name, value in meta.xattrs:
                os.setxattr(place, name, value, follow_symlinks=False)
            if kind != 'symlink':
                os.chmod(place, meta.mode)


def read_meta(path):
    st = os.lstat(path)
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:  # a file system without attributes
        names = []
    xattrs = tuple(sorted((name, os.getxattr(path, name, follow_symlinks=False))
                          for name in names if not name.startswith('security.')))
    return st, Meta(stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid, xattrs)


def read_tree(root):
    """The tree that root holds."""
    tree = Tree()
    seen = {}
    todo = [(root, None, None)]
    while todo:
        path, parent, name = todo.pop()
        st, meta = read_meta(path)
        inode = seen.get((st.st_dev, st.st_ino))
        if inode is None:
            inode = read_inode(tree, path, st, meta)
            seen[(st.st_dev, st.st_ino)] = inode
        if parent is not None:
            tree.entries[parent][name] = inode
        if stat.S_ISDIR(st.st_mode):
            todo += [(os.path.join(path, child), inode, child) for child in os.listdir(path)]
    return tree


def read_inode(tree, path, st, meta):
    if stat.S_ISDIR(st.st_mode):
        return tree.add('dir', meta)
    if stat.S_ISLNK(st.st_mode):
        return tree.add('symlink', meta, os.fsencode(os.readlink(path)))
    with open(path, 'rb') as file:
        return tree.add('file', meta, file.read())
