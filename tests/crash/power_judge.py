"""What a disk may hold after power was lost, and what `tfhook recover` must make of it."""
import os
import re
import subprocess

from power_disk import read_tree

NOTHING_LEFT = b'Nothing is left to recover.\n'


def is_ours(path):
    return os.path.basename(path).startswith('.tfhook-')


def judged(tree):
    """path -> Node of what is judged: the site's tree, and plugins' notes, which are targets too; not
    the files beside them, and so not how many names a file has."""
    return {path: node._replace(links=1) for path, node in tree.nodes().items() if not is_ours(path) and
            (path.split('/')[0] == 'tree' or path.startswith('state/notes/') and node.kind != 'dir')}


def differences(there, wanted):
    """The first few, for people."""
    told = []
    for path in sorted(set(there) | set(wanted)):
        now, then = there.get(path), wanted.get(path)
        if now == then:
            continue
        if now is None or then is None:
            told.append('%s is %s' % (path, 'missing' if now is None else 'too many'))
        else:
            told += ['%s has other %s' % (path, what) for what, is_same in (
                ('content', (now.kind, now.data) == (then.kind, then.data)),
                ('mode %04o, not %04o' % (now.meta.mode, then.meta.mode),
                 now.meta.mode == then.meta.mode),
                ('owner', now.meta[1:3] == then.meta[1:3]),
                ('attributes', now.meta.xattrs == then.meta.xattrs)) if not is_same]
    return ', '.join(told[:4])


class Judge:
    """trees: the judged trees that may be, by their names, old and new."""

    def __init__(self, root, command, trees):
        self.root = root
        self.command = command
        self.trees = trees

    def which(self, nodes):
        return next((name for name, tree in self.trees.items() if nodes == tree), 'neither')

    def faults_at_once(self, tree):
        """Before any recovery each file is whole, with its owner and attributes: as it was or as it
        is to be, or absent where one of the two has none."""
        nodes = judged(tree)
        names = set(nodes).union(*self.trees.values())
        faults = []
        for path in sorted(names):
            node = nodes.get(path)
            may_be = [tree.get(path) for tree in self.trees.values()]
            is_dir = 'dir' in [other.kind for other in may_be + [node] if other is not None]
            if not is_dir and node not in may_be:
                faults.append('at once %s is %s' % (path, describe(node, may_be)))
        return faults

    def recover(self):
        done = subprocess.run(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def faults_of_recovery(self, wanted):
        """Run recover on what root holds; wanted is the tree that must come of it. (tree, faults)"""
        faults = []
        status, _, err = self.recover()
        if status != 0:
            faults.append('recover ends with %d: %s' % (status, last_line(err)))
        tree = read_tree(self.root)
        there = self.which(judged(tree))
        if there != wanted:
            faults.append('after recover the tree is %s and must be %s%s' % (
                there, wanted, '' if there != 'neither' else
                ': ' + differences(judged(tree), self.trees[wanted])))
        left = [path for path in tree.nodes() if is_ours(path)]
        if left:
            faults.append('left behind: ' + ' '.join(sorted(left)))
        if status == 0:
            status, out, err = self.recover()
            if status != 0 or out != NOTHING_LEFT:
                faults.append('the second recover ends with %d: %s' % (status, last_line(out + err)))
        return there, faults


def describe(node, may_be):
    if node is None:
        return 'missing'
    data = [other.data for other in may_be if other is not None]
    if node.data in data:
        return 'whole, but with a wrong owner, mode or attribute'
    if not node.data:
        return 'empty'
    return 'torn' if data else 'there, and nobody knows it'


def last_line(text):
    lines = text.decode(errors='replace').strip().splitlines()
    return lines[-1] if lines else 'without a word'


def alike(faults):
    """One name for all states that are bad for the same reason: without random names."""
    return re.sub(r'\.tfhook-[0-9a-f]{16}', '.tfhook-*', '; '.join(faults))
