#!/usr/bin/python3
"""What a strike has left, for look.sh: a line of answer to each line of request.

    learn NAME           from now on the tree that is there is called so, old or new; answers its name
    which KIND           the name of what is there, or neither; KIND is tree, all of it, or files, the
                         files without their attributes
    differences KIND NAME  the first few, for people
    changed NAME         the paths of the files that are not as in NAME
    strays               the paths of temporary files, in the tree and in the state directory
    fingerprint          the same for two states of tree and state directory that only chance has made
                         different; - when it is not the disk alone that the next run will meet
"""
import errno
import fcntl
import hashlib
import json
import os
import re
import stat
import sys

TEMP = '.tfhook-'
RANDOM_NAME = re.compile(r'\.tfhook-[0-9a-f]{16}(?![^/"])')
TIME = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ'
HOLDER = re.compile(r'pid \d+, (tfhook \w+), since %s\n' % TIME)
JOURNAL = re.compile(r'\./state/transactions/[^/]+/journal\.json(\.new)?')


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


# --- the fingerprint ---

def no_duplicates(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError('a member is there twice')
    return dict(pairs)


def sealed_body(data):
    """(text, seal, body) of a journal whose seal is that of its body, else None: then every byte
    counts."""
    try:
        text = data.decode()
        whole = json.loads(text, object_pairs_hook=no_duplicates)
        if list(whole) != ['format', 'sha256', 'body']:
            return None
        body = json.dumps(whole['body'], separators=(',', ':'), ensure_ascii=False).encode()
        if hashlib.sha256(body).hexdigest() != whole['sha256']:
            return None
        return text, whole['sha256'], whole['body']
    except (ValueError, TypeError):
        return None


class State:
    """Random names are known by what the journals say of them: the first that they name is 1. Where no
    journal knows it, nothing but its place, its inode and what that holds tells of a name."""

    def __init__(self, root):
        self.root = root
        self.found = list(walk(root))
        self.numbers = {}
        self.journals = {path: self.journal(path) for path, st in self.found
                         if JOURNAL.fullmatch(path) and stat.S_ISREG(st.st_mode)}

    def journal(self, path):
        data = read(os.path.join(self.root, path))
        sealed = sealed_body(data)
        if sealed is None:
            return 'as it is', data
        text, seal, body = sealed
        text = text.replace(seal, '', 1)  # it covers random names and the time
        if re.fullmatch(TIME, str(body.get('started'))):
            text = text.replace('"started": "%s"' % body['started'], '"started": ""', 1)
        return 'sealed', RANDOM_NAME.sub(lambda name: self.number(name.group()), text)

    def number(self, name):
        return '.tfhook-#%d' % self.numbers.setdefault(name, len(self.numbers) + 1)

    def known_as(self, path):
        folder, name = os.path.split(path)
        if RANDOM_NAME.fullmatch(name):
            name = self.number(name) if name in self.numbers else '.tfhook-?'
        return os.path.join(folder, name)

    def content(self, path, st):
        place = os.path.join(self.root, path)
        if stat.S_ISLNK(st.st_mode):
            return os.readlink(place)
        if not stat.S_ISREG(st.st_mode):
            return st.st_rdev
        if path in self.journals:
            return self.journals[path]
        data = read(place)
        if path == './state/lock':
            holder = HOLDER.fullmatch(data.decode(errors='replace'))
            return holder.group(1) if holder else data
        return hashlib.sha256(data).hexdigest()

    def inodes(self):
        """One record of each, with all its names: so it is told which names are one file."""
        names, first = {}, {}
        for path, st in self.found:
            names.setdefault(inode(st), []).append(self.known_as(path))
            first.setdefault(inode(st), (path, st))
        for key, (path, st) in first.items():
            links = 0 if stat.S_ISDIR(st.st_mode) else st.st_nlink
            yield (sorted(names[key]), st.st_mode, st.st_uid, st.st_gid, links,
                   xattrs(os.path.join(self.root, path)), self.content(path, st))

    def fingerprint(self):
        return hashlib.sha256(repr(sorted(map(repr, self.inodes()))).encode()).hexdigest()


def is_locked(path):
    """By one that still lives, which is no state of the disk."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(fd)


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

    def fingerprint(self):
        if is_locked(os.path.join(self.root, 'state/lock')):
            return '-'
        return State(self.root).fingerprint()


def main():
    looker = Looker(sys.argv[1])
    sys.stdout.reconfigure(errors='surrogateescape')
    for line in sys.stdin:
        request, *words = line.split()
        print(getattr(looker, request)(*words).replace('\n', '\\n'), flush=True)


if __name__ == '__main__':
    main()
