#!/usr/bin/env python3
"""How fast tfhook is, as ratios against rivals in the same run.

    tests/bench/run.py              the table; some minutes
    tests/bench/run.py --rounds N   medians of N rounds instead of 25 (of many certificates, of 5 at most)
    tests/bench/run.py --only WORD  the rows whose text has that word

A row runs tfhook and its rival in turn, each from the same start, and compares the medians. The
machine's load cancels out, mostly; a ratio above its limit is marked, and is a reason to look, not a
failed test. Builds and runs the Release build in build/release (TFHOOK_BUILD moves it).
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("TFHOOK_BUILD", os.path.join(HERE, "../../build/release")))
TFHOOK = os.path.join(BUILD, "tfhook")
PLUGINS = os.path.join(BUILD, "plugins-built")
FLOOR = os.path.join(BUILD, "tests", "floor")
FAKE = os.path.join(BUILD, "plugins-test", "fake.so")
PASSWORD = "changeit"
MIB = 1 << 20


def quiet(command):
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)


class Ground:
    """The work folder: a store of 144 entries, certificates to import, and a copy to work on."""

    def __init__(self, folder):
        self.folder = folder
        self.base = self.path("base.jks")
        self.store = self.path("store.jks")
        self.state = self.path("state")
        self.plugins = self.path("plugins")
        shutil.copytree(PLUGINS, self.plugins)
        for name in os.listdir(self.plugins):
            os.chmod(os.path.join(self.plugins, name), 0o755)
        self.certificate = self.make_certificate("scm1")
        self.one = ["-o", f"certificate={self.certificate}"]
        os.mkdir(self.path("test-plugins"), 0o755)
        shutil.copy(FAKE, self.path("test-plugins"))
        os.chmod(self.path("test-plugins/fake.so"), 0o755)
        self.make_base()
        self.make_base_state()

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_certificate(self, name):
        path = self.path(name + ".crt")
        quiet(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", "-subj",
               f"/CN={name}.example.com", "-set_serial", "0x4242424242424242", "-keyout",
               self.path("key"), "-out", path])
        return path

    def make_base(self):
        """The JDK's own store: 140 entries and some, whatever its release."""
        java = os.path.realpath(shutil.which("java"))
        cacerts = os.path.join(os.path.dirname(os.path.dirname(java)), "lib/security/cacerts")
        shutil.copyfile(os.path.realpath(cacerts), self.base)

    def make_base_state(self):
        """A state directory that is in use: the first transaction of all has more to make."""
        shutil.copyfile(self.base, self.store)
        quiet(self.tfhook("apply", self.one))
        quiet([TFHOOK, "--state-dir", self.state, "rollback"])
        os.rename(self.state, self.path("base-state"))

    def make_many(self, count):
        """A directory of that many certificates: one, each with a serial number of its own. No reader
        of stores looks at signatures."""
        folder = self.path(f"many-{count}")
        if os.path.isdir(folder):
            return folder
        os.mkdir(folder)
        der = subprocess.run(["openssl", "x509", "-in", self.certificate, "-outform", "DER"],
                             check=True, stdout=subprocess.PIPE).stdout
        for i in range(count):
            with open(os.path.join(folder, f"s{i:06}.crt"), "wb") as file:
                file.write(der.replace(b"\x42" * 8, b"\x42" * 4 + i.to_bytes(4, "big"), 1))
        return folder

    def many(self, count):
        return ["-o", f"certificates={self.make_many(count)}"]

    def make_source(self, count):
        """The same as a store, for keytool -importkeystore, which takes no files."""
        source = self.path(f"source-{count}.jks")
        if not os.path.exists(source):
            quiet(self.tfhook("apply", self.many(count) + ["-o", "create=yes"], source))
        return source

    def reset(self):
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.copytree(self.path("base-state"), self.state)
        shutil.copyfile(self.base, self.store)

    def tfhook(self, command, what, store=None):
        return [TFHOOK, "--plugin-dir", self.plugins, "--state-dir", self.state, command,
                "--plugin", "jks-import", "-o", f"keystore={store or self.store}"] + what

    def keytool_one(self):
        return ["keytool", "-importcert", "-noprompt", "-alias", "scm1", "-file", self.certificate,
                "-keystore", self.store, "-storepass", PASSWORD]

    def keytool_many(self, count):
        return ["keytool", "-importkeystore", "-noprompt", "-srckeystore", self.make_source(count),
                "-srcstorepass", PASSWORD, "-destkeystore", self.store, "-deststorepass", PASSWORD]

    def jvm_many(self, count):
        if not os.path.exists(self.path("Add.class")):
            quiet(["javac", "-d", self.folder, os.path.join(HERE, "Add.java")])
        return ["java", "-cp", self.folder, "Add", self.store, PASSWORD, self.make_many(count)]

    def steps(self, count):
        """A verify of that many steps whose plugin does nothing: each is called twice."""
        config = self.path(f"steps-{count}.ini")
        with open(config, "w") as file:
            for i in range(count):
                file.write(f"[step s{i}]\nplugin = fake\nhook = pre-provision\n")
        return [TFHOOK, "--plugin-dir", self.path("test-plugins"), "--state-dir", self.state, "-c",
                config, "verify"]

    def timed(self, command):
        """Seconds of one run from the start."""
        self.reset()
        start = time.perf_counter()
        quiet(command)
        return time.perf_counter() - start


def medians(ground, ours, theirs, rounds):
    """Of both, run in turn. The first round warms the caches."""
    times = [(ground.timed(ours), ground.timed(theirs)) for _ in range(rounds + 1)][1:]
    return tuple(statistics.median(column) for column in zip(*times))


class Table:
    def __init__(self, ground, options):
        self.ground = ground
        self.options = options
        print(f"{'tfhook':41}   {'rival':57}   {'ratio':>7}  wanted")

    def wants(self, *words):
        return any(self.options.only in word for word in words)

    def show(self, name, ours, rival, theirs, limit, unit="ms"):
        ratio = ours / theirs
        verdict = "" if limit is None else f"at most {limit:.3g}"
        if limit is not None and ratio > limit:
            verdict += "  ABOVE"
        print(f"{name:28} {ours:8.1f} {unit:3}   {rival:44} {theirs:8.1f} {unit:3}   "
              f"{ratio:7.3f}  {verdict}", flush=True)

    def compare(self, name, ours, rival, theirs, limit, most_rounds=None):
        """A command against another. Both are functions, so that nothing is made in vain."""
        if not self.wants(name, rival):
            return
        rounds = min(self.options.rounds, most_rounds or self.options.rounds)
        mine, others = medians(self.ground, ours(), theirs(), rounds)
        self.show(name, mine * 1000, rival, others * 1000, limit)

    def linear(self, few, many):
        name, rival = f"{many:,} certificates, for each", f"{few:,} certificates, for each"
        if not self.wants(name, rival):
            return
        ground = self.ground
        mine, others = medians(ground, ground.tfhook("apply", ground.many(many)),
                               ground.tfhook("apply", ground.many(few)),
                               min(self.options.rounds, 5))
        self.show(name, mine * 1e6 / many, rival, others * 1e6 / few, 1, "us")

    def memory(self, count):
        name, rival = f"{count:,} certificates, memory", "20 MiB and three times the new store"
        if not self.wants(name, rival):
            return
        ground = self.ground
        ground.reset()
        process = subprocess.Popen(ground.tfhook("apply", ground.many(count)),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        if status != 0:
            sys.exit("run.py: an apply has failed")
        # The largest of the process and its children, in KiB.
        self.show(name, usage.ru_maxrss / 1024, rival, 20 + 3 * os.path.getsize(ground.store) / MIB,
                  1, "MiB")

    def calls(self, few, many):
        """What one call of a plugin costs, and whether it stays the same with many steps."""
        name, rival = "a plugin's call", "fork, load, exit"
        linear, fewer = f"a call, of {many} steps", f"a call, of {few} steps"
        if not self.wants(name, rival, linear, fewer):
            return
        ground = self.ground
        rounds = min(self.options.rounds, 5)

        def each(command, rival_command, ours, theirs):
            mine, others = medians(ground, command, rival_command, rounds)
            return mine * 1000 / ours, others * 1000 / theirs

        plugin = os.path.join(ground.path("test-plugins"), "fake.so")
        mine, others = each(ground.steps(many), [FLOOR, ground.store, str(2 * many), plugin],
                            2 * many, 2 * many)
        self.show(name, mine, rival, others, 1.5)
        self.show(name, mine, "5 ms", 5, 1)
        mine, others = each(ground.steps(many), ground.steps(few), 2 * many, 2 * few)
        self.show(linear, mine, fewer, others, 1)

    def no_op(self):
        name, rival = "nothing to do, planned", "30 ms"
        if not self.wants(name, rival):
            return
        ground = self.ground
        times = []
        ground.reset()
        quiet(ground.tfhook("apply", ground.one))
        for _ in range(self.options.rounds):
            start = time.perf_counter()
            quiet(ground.tfhook("plan", ground.one))
            times.append(time.perf_counter() - start)
        self.show(name, statistics.median(times) * 1000, rival, 30, 1)


def run(table, ground):
    jks_import = os.path.join(ground.plugins, "jks-import.so")
    name, many = "one certificate, applied", "1,000 certificates, applied"

    def apply_one():
        return ground.tfhook("apply", ground.one)

    def apply_many():
        return ground.tfhook("apply", ground.many(1000))

    table.compare(name, apply_one, "the floor, with apply's 4 child processes",
                  lambda: [FLOOR, ground.store, "4", jks_import], 2)
    table.compare(name, apply_one, "the floor, in one process", lambda: [FLOOR, ground.store], None)
    table.compare(name, apply_one, "keytool -importcert", ground.keytool_one, 1 / 15)
    table.compare(many, apply_many, "keytool -importkeystore", lambda: ground.keytool_many(1000),
                  1 / 20, 5)
    table.compare(many, apply_many, "one JVM that adds them", lambda: ground.jvm_many(1000), 1 / 30,
                  5)
    table.linear(1000, 10000)
    table.memory(10000)
    table.no_op()
    table.calls(10, 100)


def main():
    os.umask(0o022)  # tfhook reads no config that others can write
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for path in (TFHOOK, FLOOR):
        if not os.access(path, os.X_OK):
            sys.exit(f"run.py: {path} is missing: tests/run.sh builds it")
    with tempfile.TemporaryDirectory(prefix="tfhook-bench.") as folder:
        ground = Ground(folder)
        run(Table(ground, options), ground)


if __name__ == "__main__":
    main()
