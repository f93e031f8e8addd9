#!/usr/bin/python3
"""What a strike has left, for look.sh: a line of answer to each line of request.

    learn NAME           from now on the tree that is there is called so, old or new; answers its name
    which KIND           the name of what is there, or neither; KIND is tree, all of it, or files, the
                         files without their attributes
    differences KIND NAME  the first few, for people
    changed NAME         the paths of the files that are not as in NAME
    strays               the paths of temporary files, in the tree and in the state directory
"""
import errno
import hashlib
import os
import stat
import sys

TEMP = '.tfhook-'


# --- what is there ---

def walk(root, path='.'):
    """(path, its lstat) of all that is there, in the order of the names."""
    place = os.path.join(root, path)
    st = os.lstat(place)
    yield path, st
    if stat.S_ISDIR(st.st_mode):
        for name in sorted(os.listdir(place)):
            yield from walk(root, path + '/' + name)


def is_temp(path):
    return os.path.basename(path).startswith(TEMP)


def inode(st):
    return st.st_dev, st.st_ino


def read(place):
    with open(place, 'rb') as file:
        return file.read()


def xattrs(place):
    """Sorted pairs. To the kernel, an ACL is one of them."""
    try:
        names = os.listxattr(place, follow_symlinks=False)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        names = []
    return [(name, os.getxattr(place, name, follow_symlinks=False)) for name in sorted(names)]


# --- which tree it is ---

def facts(place, st, temps):
    """One file, for people; temps is how many of its names are temporary ones."""
    told = '%s %d:%d' % (stat.filemode(st.st_mode), st.st_uid, st.st_gid)
    if not stat.S_ISDIR(st.st_mode):
        told += ' %d' % (st.st_nlink - temps)
    if stat.S_ISLNK(st.st_mode):
        told += ' -> ' + os.readlink(place)
    elif stat.S_ISREG(st.st_mode):
        told += ' ' + hashlib.sha256(read(place)).hexdigest()
    return told


def manifests(root):
    """path -> facts of all but temporary files: as the kinds tree and files have it."""
    found = list(walk(root))
    temps = [inode(st) for path, st in found if is_temp(path)]
    tree, files = {}, {}
    for path, st in found:
        if is_temp(path):
            continue
        place = os.path.join(root, path)
        tree[path] = facts(place, st, temps.count(inode(st)))
        if not stat.S_ISDIR(st.st_mode):
            files[path] = tree[path]
        tree[path] += ''.join(' %s=%s' % (name, value.hex()) for name, value in xattrs(place))
    return {'tree': tree, 'files': files}


def changed(there, wanted):
    return [path for path in sorted(set(there) | set(wanted))
            if there.get(path) != wanted.get(path)]


# --- requests ---

class Looker:
    def __init__(self, root):
        self.root = root
        self.known = {}

    def there(self):
        return manifests(os.path.join(self.root, 'tree'))

    def learn(self, name):
        self.known[name] = self.there()
        return name

    def which(self, kind):
        there = self.there()[kind]
        return next((name for name, tree in self.known.items() if tree[kind] == there), 'neither')

    def differences(self, kind, name):
        there, wanted = self.there()[kind], self.known[name][kind]
        return '; '.join('%s: %s; in the %s tree: %s' % (path, there.get(path, 'missing'), name,
                                                         wanted.get(path, 'missing'))
                         for path in changed(there, wanted)[:4])

    def changed(self, name):
        return ' '.join(changed(self.there()['files'], self.known[name]['files']))

    def strays(self):
        return ' '.join(path for path, _ in walk(self.root) if is_temp(path))


def main():
    looker = Looker(sys.argv[1])
    sys.stdout.reconfigure(errors='surrogateescape')
    for line in sys.stdin:
        request, *words = line.split()
        print(getattr(looker, request)(*words).replace('\n', '\\n'), flush=True)


if __name__ == '__main__':
    main()
