"""From the calls of a recorded run to the operations of which a crash keeps some and loses some.

The model. An operation is one of

    Entry     one change of names: create, link, symlink, mkdir, rename, unlink, rmdir. A rename changes
              two names at once. What a create or mkdir makes has its first mode and owner with it.
    Attr      one change of an inode's mode, owner or extended attributes
    Write     bytes at a place of a file
    Truncate  a file's size

fsync of a file makes that inode's earlier Write, Truncate and Attr operations durable, not its name;
fdatasync all but Attr. fsync of a directory makes all earlier Entry operations that name something in
it durable, and its own Attr operations; not what those names lead to. Nothing else makes anything
durable. Power is lost after some call: what is durable then is kept, and of the rest

    each Entry and Attr is kept or lost, as one;
    each Write is kept, lost, cut off at a block's end, or has only its first or its last blocks on the
    disk while the size is whole (delayed allocation): zeros then stand for the others, or what was
    there before;
    after a Truncate that is lost, no later Write of that file is kept.

Kept ones take effect in their order: an Entry sets names to inodes, so the last kept one decides what a
name leads to; a directory has one name, also when only the later of two renames is kept; and one that
is lost takes all that is in it along.

The promises that this relies on: a rename is atomic; an fsync that returns 0 is true; a name and the
inode it leads to come into being together. Two orders of file systems lie within it: `subset` lets any
of the volatile operations be kept without the others, as btrfs may where fsync writes a log of one file
alone, or a file system without a journal; `prefix` is a journal as of ext4 and XFS: Entry, Attr and
Truncate are kept in their order, up to some one and at least up to the last that is durable, and only
Writes are free. Every prefix is a subset too.

A call that would change the disk below the root and is not known here raises Stale.
"""
from power_disk import Meta, with_mode, with_owner, with_xattr
from power_trace import Stale, arg_bytes, arg_path, fd_number, names_below

import os
import stat

# These change nothing on a disk, or nothing that one could rely on (sync_file_range).
READERS = set('''access chdir execve faccessat faccessat2 fgetxattr flistxattr flock fstat fstatat64
    getcwd getdents64 getxattr lgetxattr listxattr llistxattr lstat newfstatat pread64 readlink
    readlinkat stat statx sync_file_range'''.split())
# These may change any disk and name nothing below the root.
NEVER = {'io_uring_setup', 'sync', 'syncfs'}


class Operation:
    def __init__(self, text):
        self.text = text
        self.at = self.synced = None  # instants; synced None: never durable

    def is_about(self, inode):
        return self.inode == inode

    def is_durable(self, instant):
        return self.synced is not None and self.synced <= instant


class Entry(Operation):
    def __init__(self, text, names):
        super().__init__(text)
        self.names = names  # (directory, name, inode or None)

    def is_about(self, inode):
        return any(folder == inode for folder, _, _ in self.names)

    def apply(self, tree, _):
        for folder, name, inode in self.names:
            tree.entries[folder].pop(name, None)
            if inode is not None:
                if tree.kinds[inode] == 'dir':
                    tree.forget_names(inode)
                tree.entries[folder][name] = inode


class Attr(Operation):
    def __init__(self, text, inode, change):
        super().__init__(text)
        self.inode, self.change = inode, change

    def apply(self, tree, _):
        tree.metas[self.inode] = self.change(tree.metas[self.inode])


class Truncate(Operation):
    def __init__(self, text, inode, size):
        super().__init__(text)
        self.inode, self.size = inode, size

    def apply(self, tree, _):
        tree.data[self.inode] = tree.data[self.inode][:self.size].ljust(self.size, b'\0')


class Write(Operation):
    def __init__(self, text, inode, offset, data):
        super().__init__(text)
        self.inode, self.offset, self.data = inode, offset, data

    def apply(self, tree, fate):
        """The fate says how much of it: 'whole'; ('cut', n): its first n bytes; ('head', n) and
        ('tail', n): the size is whole, but only the first n bytes, or those after n, are there."""
        start, end = self.offset, self.offset + len(self.data)
        old = tree.data[self.inode]
        if fate == 'whole' and not old and start == 0:
            tree.data[self.inode] = self.data
            return
        shape, n = ('cut', len(self.data)) if fate == 'whole' else fate
        size = max(len(old), start + n if shape == 'cut' else end)
        new = bytearray(old.ljust(size, b'\0'))
        if shape == 'tail':
            new[start + n:end] = self.data[n:]
        else:
            new[start:start + n] = self.data[:n]
        tree.data[self.inode] = bytes(new)


class Recording:
    """A run below root: the tree it began with, its operations, and the instants at which power may be
    lost. An instant is the number of a call that changed or synced something."""

    def __init__(self, root, tree):
        self.root = root
        self.start = tree
        self.live = tree.copy()
        self.operations = []
        self.instants = []  # (instant, its call as NAME:N)
        self.now = 0
        self.umask = os.umask(0)
        os.umask(self.umask)

    def state(self, instant, fates):
        """The tree after a crash; fates: operation -> how much of it. What is not there is lost."""
        tree = self.start.copy()
        cut_off = set()
        for operation in self.operations:
            if operation.at > instant:
                break
            fate = 'whole' if operation.is_durable(instant) else fates.get(operation)
            if isinstance(operation, Truncate) and fate is None:
                cut_off.add(operation.inode)
            if fate is None or isinstance(operation, Write) and operation.inode in cut_off:
                continue
            operation.apply(tree, fate)
        return tree

    def volatile(self, instant):
        return [op for op in self.operations if op.at <= instant and not op.is_durable(instant)]

    # --- from calls ---

    def run(self, calls, is_judged):
        """Take all calls of one process; is_judged: power may be lost in it."""
        count = {}
        self.fds = {}  # descriptor -> [inode, offset, appends]
        for call in calls:
            count[call.name] = count.get(call.name, 0) + 1
            if call.result is None or call.result < 0 or call.name in READERS:
                continue
            handler = getattr(self, 'do_' + call.name, None)
            if handler is None:
                if call.name in NEVER or names_below(call, self.root):
                    raise Stale('a call that the model does not know: %s' % call.name)
                continue
            self.acted = False
            handler(call, *call.args)
            if self.acted:
                if is_judged:
                    self.instants.append((self.now, '%s:%d' % (call.name, count[call.name])))
                self.now += 1

    def add(self, operation):
        operation.at = self.now
        operation.apply(self.live, 'whole')
        self.operations.append(operation)
        self.acted = True

    def sync(self, inode, but=()):
        for operation in self.operations:
            if operation.synced is None and operation.is_about(inode) and \
                    not isinstance(operation, but):
                operation.synced = self.now
        self.acted = True

    def short(self, path):
        return os.path.relpath(path, self.root)

    def is_below(self, path):
        return (path + '/').startswith(self.root + '/')

    def find(self, path):
        """The inode of a path below the root, or None."""
        inode = 0
        for name in self.short(path).split('/'):
            if name != '.':
                if self.live.kinds[inode] != 'dir':
                    raise Stale('%s passes through no directory' % path)
                inode = self.live.entries[inode].get(name)
            if inode is None:
                return None
        return inode

    def place(self, path):
        """(directory, name) of a path below the root; None elsewhere."""
        return (self.find(os.path.dirname(path)), os.path.basename(path)) \
            if self.is_below(path) else None

    def make(self, text, path, kind, mode, data=b''):
        folder, name = self.place(path)
        meta = self.live.metas[folder]
        if meta.mode & stat.S_ISGID or 'system.posix_acl_default' in dict(meta.xattrs):
            raise Stale('what a new file inherits from its directory is not known here')
        inode = self.live.add(kind, Meta(mode, os.geteuid(), os.getegid(), ()), data)
        for tables in (self.start.metas, self.live.metas), (self.start.data, self.live.data):
            tables[0][inode] = tables[1][inode]
        if kind == 'dir':
            self.start.entries[inode] = {}
        self.add(Entry(text, [(folder, name, inode)]))
        return inode

    # --- names ---

    def do_openat(self, call, folder, path, flags, mode='0'):
        path = arg_path(path, folder)
        self.fds.pop(call.result, None)
        if not self.is_below(path):
            return
        if 'O_TMPFILE' in flags:
            raise Stale('O_TMPFILE')
        inode = self.find(path)
        if inode is None:
            inode = self.make('create ' + self.short(path), path, 'file',
                              int(mode, 8) & ~self.umask)
        elif 'O_TRUNC' in flags:
            self.add(Truncate('truncate ' + self.short(path), inode, 0))
        self.fds[call.result] = [inode, 0, 'O_APPEND' in flags]

    def do_mkdir(self, call, path, mode):
        self.mkdir(arg_path(path), mode)

    def do_mkdirat(self, call, folder, path, mode):
        self.mkdir(arg_path(path, folder), mode)

    def mkdir(self, path, mode):
        if self.is_below(path):
            self.make('mkdir ' + self.short(path), path, 'dir', int(mode, 8) & ~self.umask)

    def do_symlink(self, call, target, path):
        self.do_symlinkat(call, target, None, path)

    def do_symlinkat(self, call, target, folder, path):
        path = arg_path(path, folder)
        if self.is_below(path):
            self.make('symlink ' + self.short(path), path, 'symlink', 0o777, arg_bytes(target))

    def do_link(self, call, old, new):
        self.link(arg_path(old), arg_path(new))

    def do_linkat(self, call, old_folder, old, new_folder, new, flags):
        if flags != '0':
            raise Stale('linkat with ' + flags)
        self.link(arg_path(old, old_folder), arg_path(new, new_folder))

    def link(self, old, new):
        if self.is_below(new):
            text = 'link %s %s' % (self.short(old), self.short(new))
            self.add(Entry(text, [self.place(new) + (self.find(old),)]))

    def do_rename(self, call, old, new):
        self.rename(arg_path(old), arg_path(new))

    def do_renameat(self, call, old_folder, old, new_folder, new):
        self.rename(arg_path(old, old_folder), arg_path(new, new_folder))

    def do_renameat2(self, call, old_folder, old, new_folder, new, flags):
        if flags not in ('0', 'RENAME_NOREPLACE'):
            raise Stale('renameat2 with ' + flags)
        self.rename(arg_path(old, old_folder), arg_path(new, new_folder))

    def rename(self, old, new):
        if self.is_below(old) != self.is_below(new):
            raise Stale('a rename into or out of the root')
        # Of two names of one file, none: POSIX has it so.
        if self.is_below(old) and self.find(old) != self.find(new):
            self.add(Entry('rename %s %s' % (self.short(old), self.short(new)),
                           [self.place(old) + (None,), self.place(new) + (self.find(old),)]))

    def do_unlink(self, call, path):
        self.remove('unlink', arg_path(path))

    def do_rmdir(self, call, path):
        self.remove('rmdir', arg_path(path))

    def do_unlinkat(self, call, folder, path, flags):
        self.remove('rmdir' if flags == 'AT_REMOVEDIR' else 'unlink', arg_path(path, folder))

    def remove(self, how, path):
        if self.is_below(path):
            self.add(Entry('%s %s' % (how, self.short(path)), [self.place(path) + (None,)]))

    # --- attributes ---

    def change(self, text, inode, function, *values):
        if inode is not None:
            self.add(Attr(text, inode, lambda meta: function(meta, *values)))

    def by_path(self, path):
        return self.find(path) if self.is_below(path) else None

    def by_fd(self, fd):
        return self.fds.get(fd_number(fd), [None])[0]

    def do_umask(self, call, mask):
        self.umask = int(mask, 8)

    def do_chmod(self, call, path, mode):
        self.change('chmod %s %s' % (mode, self.short(arg_path(path))), self.by_path(arg_path(path)),
                    with_mode, int(mode, 8))

    def do_fchmodat(self, call, folder, path, mode):
        path = arg_path(path, folder)
        self.change('chmod %s %s' % (mode, self.short(path)), self.by_path(path), with_mode,
                    int(mode, 8))

    def do_fchmod(self, call, fd, mode):
        self.change('fchmod ' + mode, self.by_fd(fd), with_mode, int(mode, 8))

    def do_chown(self, call, path, uid, gid):
        self.do_fchownat(call, None, path, uid, gid, '0')

    def do_lchown(self, call, path, uid, gid):
        self.do_fchownat(call, None, path, uid, gid, '0')

    def do_fchownat(self, call, folder, path, uid, gid, flags):
        path = arg_path(path, folder)
        self.change('chown %s:%s %s' % (uid, gid, self.short(path)), self.by_path(path), with_owner,
                    int(uid), int(gid))

    def do_fchown(self, call, fd, uid, gid):
        self.change('fchown %s:%s' % (uid, gid), self.by_fd(fd), with_owner, int(uid), int(gid))

    def do_fsetxattr(self, call, fd, name, value, size, flags):
        name = os.fsdecode(arg_bytes(name))
        if not name.startswith('security.'):
            self.change('fsetxattr ' + name, self.by_fd(fd), with_xattr, name, arg_bytes(value))

    def do_fremovexattr(self, call, fd, name):
        name = os.fsdecode(arg_bytes(name))
        self.change('fremovexattr ' + name, self.by_fd(fd), with_xattr, name, None)

    def do_utimensat(self, call, *args):
        """Times are not looked at."""

    # --- content ---

    def do_write(self, call, fd, data, size):
        file = self.fds.get(fd_number(fd))
        if file is None:
            return
        inode, offset, appends = file
        if appends:
            offset = len(self.live.data[inode])
        self.add(Write('write', inode, offset, arg_bytes(data)[:call.result]))
        file[1] = offset + call.result

    def do_pwrite64(self, call, fd, data, size, offset):
        if self.by_fd(fd) is not None:
            self.add(Write('pwrite', self.by_fd(fd), int(offset), arg_bytes(data)[:call.result]))

    def do_read(self, call, fd, *args):
        if fd_number(fd) in self.fds:
            self.fds[fd_number(fd)][1] += call.result

    def do_lseek(self, call, fd, *args):
        if fd_number(fd) in self.fds:
            self.fds[fd_number(fd)][1] = call.result

    def do_ftruncate(self, call, fd, size):
        if self.by_fd(fd) is not None:
            self.add(Truncate('ftruncate', self.by_fd(fd), int(size)))

    def do_mmap(self, call, address, size, protection, flags, fd, offset):
        if 'MAP_SHARED' in flags and 'PROT_WRITE' in protection and names_below(call, self.root):
            raise Stale('a file is written through a mapping')

    def do_fcntl(self, call, fd, command, *args):
        if 'F_DUPFD' in command and self.by_fd(fd) is not None:
            raise Stale('a descriptor is doubled')

    def do_close(self, call, fd):
        self.fds.pop(fd_number(fd), None)

    def do_fsync(self, call, fd):
        if self.by_fd(fd) is not None:
            self.sync(self.by_fd(fd))

    def do_fdatasync(self, call, fd):
        if self.by_fd(fd) is not None:
            self.sync(self.by_fd(fd), Attr)
