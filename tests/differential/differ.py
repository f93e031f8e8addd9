#!/usr/bin/env python3
"""Called by run.sh, whose usage says what this does."""
import argparse
import collections
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

import compare
import mutate
import peers
import rules
import stores

CHUNK = 200
MOST_SHOWN = 100


class Run:
    def __init__(self, options):
        self.options = options
        self.work = tempfile.mkdtemp(prefix="tfhook-differential.")
        self.bad = os.path.join(self.work, "bad")
        os.mkdir(self.bad)
        self.model = peers.Model(options.build)
        self.jvms = []
        self.counts = collections.Counter()
        self.unexplained = collections.OrderedDict()  # key -> [count, text]

    def start(self):
        homes, left_out = peers.jdks()
        for home in left_out:
            print("left out, as it runs no source file: %s" % home)
        self.jvms = [peers.Jvm(home) for home in homes]
        if not self.jvms:
            sys.exit("differential: no JDK from 11 on is here")
        print("seed %d, %s" % (self.options.seed, " and ".join(map(str, self.jvms))))
        if len(self.jvms) == 1:
            print("only one JDK is here: nothing is said of others")

    def finish(self):
        for peer in [self.model] + self.jvms:
            peer.close()
        if self.unexplained:
            print("what was kept to look at: %s" % self.bad)
        else:
            shutil.rmtree(self.work)

    # --- asking ---

    def ask(self, items):
        """Items are (path, password, type); gives (Ours, [Java]) for each."""
        asked = [self.model] + self.jvms
        ours, *java = peers.ask_all(asked, items)
        return [(compare.Ours(lines), [compare.Java(answers[i]) for answers in java])
                for i, lines in enumerate(ours)]

    def judge(self, path, ours, java):
        """Counts and explains the differences; True when none is unexplained."""
        sound = True
        for jvm, said in zip(self.jvms, java):
            for difference in compare.differences(ours, said):
                sound = self.explain(path, jvm, difference) and sound
        return sound

    def explain(self, path, jvm, difference):
        for rule in rules.RULES:
            if rule.kind == difference.kind and rule.holds(difference):
                rule.count += 1
                return True
        self.report(path, "%s: %s" % (jvm, difference.key()), difference.detail)
        return False

    def report(self, path, key, detail):
        seen = self.unexplained.setdefault(key, [0, ""])
        seen[0] += 1
        if seen[0] == 1:
            kept = os.path.join(self.bad, "%d-%s" % (len(self.unexplained), os.path.basename(path)))
            shutil.copy(path, kept)
            seen[1] = "%s\n    %s" % (kept, detail)

    # --- random stores ---

    def random_stores(self):
        pool = stores.Pool(self.options.seed)
        self.import_ready(pool)
        for first in range(0, self.options.stores, CHUNK):
            made = [(n, stores.store(self.options.seed, n, pool))
                    for n in range(first, min(first + CHUNK, self.options.stores))]
            self.random_chunk(made, pool)

    def random_chunk(self, made, pool):
        paths = [self.put("store%d" % n, store.data) for n, store in made]
        items = [(path, store.password, store.type) for path, (_, store) in zip(paths, made)]
        wrong = [(path, store.password + "x", store.type) for path, (_, store) in zip(paths, made)]
        for path, (ours, java) in zip(paths, self.ask(wrong)):
            self.judge(path, ours, java)
        before = self.ask(items)
        imported = []
        for path, (n, store), (ours, java) in zip(paths, made, before):
            outcome = "refused"
            if self.judge(path, ours, java) and ours.opens:
                outcome = "opened"
            self.counts["%-9s %s" % (store.form, outcome)] += 1
            if self.try_import(path, store, ours, pool):
                imported.append((path, n, store, ours))
        after = self.ask([(path, store.password, store.type) for path, _, store, _ in imported])
        for (path, n, store, before), (ours, java) in zip(imported, after):
            self.check_import(path, n, store, before, ours, java)
        for path in paths:
            os.unlink(path)

    def put(self, name, data):
        path = os.path.join(self.work, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    # --- the import ---

    def import_ready(self, pool):
        self.new_file = self.put("new.crt", pool.new)
        self.new_digest = hashlib.sha256(pool.new).hexdigest()

    def apply(self, path, password):
        state = os.path.join(self.work, "state")
        file = self.put("password", (password + "\n").encode())
        argv = [self.options.tfhook, "--plugin-dir", self.options.plugins, "--state-dir", state,
                "apply", "--plugin", "jks-import", "-o",
                "certificate=%s as %s" % (self.new_file, stores.NEW_ALIAS), "-o",
                "keystore=" + path, "-o", "password-file=" + file]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=120)
        shutil.rmtree(state, ignore_errors=True)
        return done.returncode, done.stdout.decode(errors="replace")

    def try_import(self, path, store, ours, pool):
        """True when it was to be imported, and was, with the bytes that were meant."""
        code, said = self.apply(path, store.password)
        with open(path, "rb") as f:
            now = f.read()
        wanted = store.added if ours.opens else None
        if wanted is None:
            self.counts["import    refused"] += 1
            if code != 1 or now != store.data:
                self.report(path, "import: it is to refuse and leave the store alone",
                            "status %d\n%s" % (code, said))
            return False
        self.counts["import    done"] += 1
        if code != 0:
            self.report(path, "import: it fails", "status %d\n%s" % (code, said))
            return False
        if now != wanted(pool.new, self.date_of(now, store)):
            self.report(path, "import: other bytes than were meant", said)
        return True

    @staticmethod
    def date_of(data, store):
        """The one that the import gave its entry, the last: it is now."""
        if store.form.startswith("p12"):
            return 0
        at = data.rfind(stores.NEW_ALIAS.encode()) + len(stores.NEW_ALIAS)
        return int.from_bytes(data[at:at + 8], "big", signed=True)

    def check_import(self, path, n, store, before, ours, java):
        self.check_new(path, before, ours, java)
        if n % self.options.keytool_every == 0:
            self.keytool(path, store, ours)

    def check_new(self, path, before, ours, java):
        self.judge(path, ours, java)
        if not ours.opens or ours.trusted != before.trusted | {self.new_digest}:
            self.report(path, "import: our model sees other than old and new", ours.reason)
        alias = "-" + stores.NEW_ALIAS.encode("utf-16-be").hex()
        for jvm, said in zip(self.jvms, java):
            if said.trusted != before.trusted | {self.new_digest} or \
                    said.aliases.get(alias) != self.new_digest:
                self.report(path, "import: %s sees other than old and new" % jvm, said.reason)

    def keytool(self, path, store, ours):
        """It lists what Java loads, but for a store with a ghost, at which it gives up."""
        if ours.has("upper-case letter") or max(map(ord, store.password)) > 127:
            return
        kind = ["-storetype", "JCEKS"] if store.type == "JCEKS" else []
        for jvm in self.jvms:
            done = subprocess.run(
                [os.path.join(jvm.home, "bin", "keytool"), "-list", "-keystore", path, "-storepass",
                 store.password, "-alias", stores.NEW_ALIAS] + kind,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.counts["keytool   listed"] += 1
            if done.returncode != 0:
                self.report(path, "keytool of %s does not list the new store" % jvm,
                            done.stdout.decode(errors="replace"))

    # --- mutations ---

    def mutations(self):
        pool = stores.Pool(self.options.seed)
        jks, p12 = mutate.bases(pool)
        self.import_ready(pool)
        count = self.options.mutations
        for group, share in ((jks, count * 5 // 6), (p12, count - count * 5 // 6)):
            chunk = []
            for n, made in enumerate(mutate.universe(group, self.options.seed, share)):
                chunk.append((n, made))
                if len(chunk) == CHUNK:
                    self.mutation_chunk(chunk)
                    chunk = []
            self.mutation_chunk(chunk)

    def mutation_chunk(self, chunk):
        items = []
        for n, (base, data) in chunk:
            items.append((self.put("%s-%d" % (base.form, n), data), mutate.PASSWORD, base.type))
        imported = []
        for item, (n, (base, data)), (ours, java) in zip(items, chunk, self.ask(items)):
            self.judge(item[0], ours, java)
            self.counts["mutated %-9s %s" % (base.form, "opened" if ours.opens else "refused")] += 1
            if n % self.options.import_every == 0 and self.import_mutated(item, data, ours):
                imported.append((item, ours))
        for (item, before), (ours, java) in zip(imported, self.ask([i for i, _ in imported])):
            self.check_new(item[0], before, ours, java)
        for path, _, _ in items:
            os.unlink(path)

    def import_mutated(self, item, data, ours):
        """True when it was to be imported, and was. What does not decode only verify sees."""
        path, password, _ = item
        code, said = self.apply(path, password)
        with open(path, "rb") as f:
            written = f.read() != data
        self.counts["mutated, import %s" % ("done" if written else "refused")] += 1
        wanted = 0 if ours.opens else 1
        if ours.status != "undecodable" and code != wanted or written != (code == 0):
            self.report(path, "import of a mutated store: it is to %s" %
                        ("be done" if ours.opens else "refuse and leave the store alone"),
                        "status %d\n%s" % (code, said))
        return ours.opens and written

    # --- telling ---

    def tell(self):
        for key in sorted(self.counts):
            print("%-28s %6d" % (key, self.counts[key]))
        print("differences that are meant:")
        for rule in rules.RULES:
            if rule.count:
                print("%7d %s: %s" % (rule.count, rule.name, rule.why))
        if not self.unexplained:
            print("differences that are not: none")
            return
        print("differences that are not:")
        for key, (count, text) in list(self.unexplained.items())[:self.options.show]:
            print("%7d %s\n    %s" % (count, key, text))
        print("in all: %d, of %d kinds" % (sum(n for n, _ in self.unexplained.values()),
                                           len(self.unexplained)))


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--stores", type=int, required=True)
    parser.add_argument("--mutations", type=int, required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--tfhook", required=True)
    parser.add_argument("--plugins", required=True)
    parser.add_argument("--keytool-every", type=int, default=25)
    parser.add_argument("--import-every", type=int, default=100)
    parser.add_argument("--show", type=int, default=MOST_SHOWN)
    return parser.parse_args()


def main():
    run = Run(options())
    run.start()
    try:
        run.random_stores()
        run.mutations()
    except (peers.Died, subprocess.TimeoutExpired) as e:
        run.tell()
        sys.exit("differential: %s" % e)
    run.tell()
    run.finish()
    return 1 if run.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
