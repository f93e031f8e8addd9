#!/usr/bin/python3
"""The power-loss part of the crash suite: from a recorded run to the disks that a loss of power may
leave, and what recover makes of each. power_model.py says which disks are legal; run.sh calls this.

A state has a name, from which it can be made again: CALL:N, the call after which power is lost, and
what is kept of the operations that are not durable then, which are counted from 0:

    lost  kept             none of them, all of them
    without:I  only:I      all but one, that one alone
    zeros:I  cut:I tail:I  all, but of one write only the size, the first half or the last half
    prefix:I  prefix-data:I  the first I of those that a journal keeps in order, without or with writes
    random:SEED            as the seed has it

and, where there is more than one run of a section, which. On standard output one line a state that
is bad, `bad STATE WHY`, and at the end `count OLD NEW BAD OF`, with tabs between.
"""
import argparse
import os
import random
import re
import signal
import sys

from power_disk import read_tree
from power_judge import Judge, alike, judged
from power_model import Recording, Write
from power_trace import Stale, read_calls

BLOCKS = (512, 4096)


# --- the states of an instant ---

class Crash:
    """Power is lost at an instant of a recording."""

    def __init__(self, recording, instant, call):
        self.recording, self.instant, self.call = recording, instant, call
        self.volatile = recording.volatile(instant)
        self.writes = [op for op in self.volatile if isinstance(op, Write)]
        # What a journal keeps in order: a durable operation brings all before it along.
        durable = [op.at for op in recording.operations
                   if op.is_durable(instant) and not isinstance(op, Write)]
        last = max(durable, default=-1)
        ordered = [op for op in self.volatile if not isinstance(op, Write)]
        self.certain = [op for op in ordered if op.at <= last]
        self.ordered = [op for op in ordered if op.at > last]

    def extremes(self):
        names = ['lost', 'kept']
        for i, operation in enumerate(self.volatile):
            names += ['without:%d' % i, 'only:%d' % i]
            if isinstance(operation, Write):
                names += ['zeros:%d' % i, 'cut:%d' % i, 'tail:%d' % i]
        for i in range(len(self.ordered) + 1):
            names += ['prefix:%d' % i] + ['prefix-data:%d' % i] * bool(self.writes)
        return names

    def fates(self, name):
        """How much is kept of each operation: what Recording.state takes."""
        how, _, number = name.partition(':')
        if how == 'random':
            return self.random_fates(random.Random('%s %s' % (self.call, number)))
        i = int(number or 0)
        if how == 'lost':
            return {}
        if how in ('prefix', 'prefix-data'):
            kept = self.certain + self.ordered[:i] + (self.writes if how == 'prefix-data' else [])
            return dict.fromkeys(kept, 'whole')
        if how == 'only':
            return {self.volatile[i]: 'whole'}
        fates = dict.fromkeys(self.volatile, 'whole')
        if how == 'without':
            del fates[self.volatile[i]]
        elif how != 'kept':
            fates[self.volatile[i]] = torn(self.volatile[i], how)
        return fates

    def random_fates(self, dice):
        share = dice.choice((0.1, 0.5, 0.9))
        if dice.random() < 0.25:
            kept = self.certain + self.ordered[:dice.randint(0, len(self.ordered))]
        else:
            kept = [op for op in self.volatile
                    if not isinstance(op, Write) and dice.random() < share]
        fates = dict.fromkeys(kept, 'whole')
        for write in self.writes:
            shape = dice.choice(('lost', 'whole', 'cut', 'head', 'tail'))
            block = dice.choice(BLOCKS)
            if shape == 'whole':
                fates[write] = shape
            elif shape != 'lost':
                fates[write] = (shape, block * dice.randint(0, len(write.data) // block))
        return fates

    def order(self, fates):
        """The stricter order that allows it."""
        kept = [op for op in self.ordered if op in fates]
        is_prefix = all(op in fates for op in self.certain) and kept == self.ordered[:len(kept)]
        return 'prefix' if is_prefix else 'subset'

    def tell(self, fates):
        print('power is lost after %s; not durable then:' % self.call)
        for i, operation in enumerate(self.volatile):
            print('%4d %-14s %s' % (i, fates.get(operation, 'lost'), operation.text))
        print('the order of file systems that may leave this: %s' % self.order(fates))


def torn(write, how):
    half = len(write.data) // 2 // BLOCKS[0] * BLOCKS[0]
    return {'zeros': ('head', 0), 'cut': ('cut', half), 'tail': ('tail', half)}[how]


# --- recordings ---

class Run:
    """A folder that power.sh has recorded into: the tree before (start) and after (end), the trace of
    the run, and for recover that of the run which was killed before it (trace.killed)."""

    def __init__(self, root, folder, judge):
        self.which = os.path.basename(folder).partition('@')[2]
        self.recording = Recording(root, read_tree(os.path.join(folder, 'start')))
        killed = os.path.join(folder, 'trace.killed')
        if os.path.exists(killed):
            self.recording.run(read_calls(killed), False)
        self.recording.run(read_calls(os.path.join(folder, 'trace')), True)
        end = read_tree(os.path.join(folder, 'end'))
        if self.recording.live.nodes() != end.nodes():
            raise Stale('the model of %s ends with another tree than the run did' % folder)
        self.before = judge.which(judged(self.recording.start))
        self.after = judge.which(judged(end))
        if 'neither' in (self.before, self.after):
            raise Stale('%s is between no trees that are known' % folder)
        self.commits = [name for operation in self.recording.operations
                        for name in re.findall(r'(state/transactions/\d+\.done)$', operation.text)]
        self.crashes = [Crash(self.recording, instant, call)
                        for instant, call in self.recording.instants]

    def late_crashes(self):
        """About the commit: the last calls are its rename, its sync, and what follows."""
        return self.crashes[-3:]

    def wanted(self, crash, nodes):
        """The commit decides which tree recover must give, when the disk has it. But after the last
        call the user was told: it is the tree that was there then."""
        if crash is self.crashes[-1]:
            return self.after
        if not any(commit in nodes for commit in self.commits):
            return self.before
        return 'new' if self.before == 'old' else 'old'


class Section:
    def __init__(self, options, judge):
        self.judge = judge
        self.runs = [Run(options.root, folder, judge) for folder in options.runs]
        self.count = {'old': 0, 'new': 0, 'bad': 0}
        self.seen = set()
        self.digests = {}

    def names(self, dice, randoms):
        """(run, crash, name) of all states: the extremes, and that many random ones, of which an
        instant has the more the more is volatile."""
        crashes = [(run, crash) for run in self.runs for crash in run.crashes]
        share = randoms / sum(len(crash.volatile) + 1 for _, crash in crashes)
        return [(run, crash, name) for run, crash in crashes
                for name in crash.extremes() +
                ['random:%d' % dice.randrange(10**9)
                 for _ in range(int(share * len(crash.volatile)) + 1)]]

    def is_new(self, nodes, wanted):
        """By content. What the lock says of a run that is dead counts for nothing."""
        key = hash((wanted, tuple(sorted((path, node.kind, node.meta, node.links,
                                          '' if path == 'state/lock' else node.data)
                                         for path, node in nodes.items()))))
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def try_state(self, run, crash, name, even_if_known=False):
        """(outcome, faults), or None when this state was tried."""
        fates = crash.fates(name)
        tree = run.recording.state(crash.instant, fates)
        nodes = tree.nodes()
        wanted = run.wanted(crash, nodes)
        if not self.is_new(nodes, wanted) and not even_if_known:
            return None
        faults = self.judge.faults_at_once(tree)
        if self.judge.command:
            tree.write(self.judge.root)
            outcome, more = self.judge.faults_of_recovery(wanted)
            faults += more
        else:
            outcome = self.judge.which(judged(tree))
        if faults:
            faults.append('(order: %s)' % crash.order(fates))
        return 'bad' if faults else outcome, faults

    def try_all(self, names, limit):
        """A reason is told in full ten times: one mended defect mends all of its states. Also when it
        is ended early: what was tried counts."""
        reasons = {}
        try:
            for run, crash, name in names:
                if sum(self.count.values()) >= limit:
                    break
                tried = self.try_state(run, crash, name)
                if tried is not None:
                    self.take(run, crash, name, tried, reasons)
        finally:
            for reason, times in reasons.items():
                if times > 10:
                    print('more\t%d\t%s' % (times - 10, reason))
            print('count\t%d\t%d\t%d\t%d' % (self.count['old'], self.count['new'],
                                             self.count['bad'], len(names)), flush=True)

    def take(self, run, crash, name, tried, reasons):
        outcome, faults = tried
        self.count[outcome] += 1
        if outcome == 'bad':
            reason = alike(faults)
            reasons[reason] = reasons.get(reason, 0) + 1
            if reasons[reason] <= 10:
                words = [crash.call, name] + run.which.split()
                print('bad\t%s\t%s' % (' '.join(words), reason))

    def try_point(self, call, name, which):
        for run in self.runs:
            for crash in run.crashes:
                if (crash.call, run.which) == (call, which):
                    crash.tell(crash.fates(name))
                    run.recording.state(crash.instant, crash.fates(name)).write(
                        self.judge.root + '.crashed')
                    outcome, faults = self.try_state(run, crash, name, True)
                    print('point\t%s\t%s' % (outcome, '; '.join(faults)))
                    return
        raise Stale('there is no call %s %s' % (call, which))


def sample(names, states, dice):
    """In the order to try. What was told to the user must be true: half of a sample is about the
    commit and the last call, which have fewer states than the many calls before."""
    dice.shuffle(names)
    late = [item for item in names if item[1] in item[0].late_crashes()][:states // 2]
    chosen = set(map(id, late))
    return late + [item for item in names if id(item) not in chosen]


def main():
    parser = argparse.ArgumentParser(description='States of a disk after a loss of power.')
    parser.add_argument('--root', required=True, help='where the recorded runs worked')
    parser.add_argument('--old', required=True)
    parser.add_argument('--new', required=True)
    parser.add_argument('--command', default='', help='the recover; none: what is there is judged')
    parser.add_argument('--seed', default='1')
    parser.add_argument('--states', type=int, default=0, help='a sample of that many')
    parser.add_argument('--randoms', type=int, default=10000, help='that many random states')
    parser.add_argument('--point', nargs='+')
    parser.add_argument('runs', nargs='+')
    options = parser.parse_args()
    judge = Judge(options.root, options.command.split(),
                  {'old': judged(read_tree(options.old)), 'new': judged(read_tree(options.new))})
    section = Section(options, judge)
    if options.point:
        section.try_point(options.point[0], options.point[1], ' '.join(options.point[2:]))
        return
    dice = random.Random(options.seed)
    names = section.names(dice, options.randoms)
    if options.states:
        names = sample(names, options.states, dice)
    section.try_all(names, options.states or len(names))


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        main()
    except Stale as why:
        sys.exit('power.py: void: %s' % why)
