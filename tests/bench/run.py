#!/usr/bin/env python3
"""How fast tfhook is, as ratios against rivals in the same run.

    tests/bench/run.py              the table; about a minute
    tests/bench/run.py --rounds N   medians of N rounds instead of 25
    tests/bench/run.py --only WORD  the rows whose name has that word

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
PASSWORD = "changeit"


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
        self.make_base()
        self.make_base_state()

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_certificate(self, name):
        path = self.path(name + ".crt")
        quiet(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", "-subj",
               f"/CN={name}.example.com", "-keyout", self.path("key"), "-out", path])
        return path

    def make_base(self):
        """The JDK's own store: 140 entries and some, whatever its release."""
        java = os.path.realpath(shutil.which("java"))
        cacerts = os.path.join(os.path.dirname(os.path.dirname(java)), "lib/security/cacerts")
        shutil.copyfile(os.path.realpath(cacerts), self.base)

    def make_base_state(self):
        """A state directory that is in use: the first transaction of all has more to make."""
        shutil.copyfile(self.base, self.store)
        quiet(self.tfhook("apply"))
        quiet([TFHOOK, "--state-dir", self.state, "rollback"])
        os.rename(self.state, self.path("base-state"))

    def reset(self):
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.copytree(self.path("base-state"), self.state)
        shutil.copyfile(self.base, self.store)

    def tfhook(self, command):
        return [TFHOOK, "--plugin-dir", self.plugins, "--state-dir", self.state, command,
                "--plugin", "jks-import", "-o", f"certificate={self.certificate}",
                "-o", f"keystore={self.store}"]


def quiet(command):
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)


def timed(command):
    start = time.perf_counter()
    quiet(command)
    return time.perf_counter() - start


def rows(ground):
    """Name, our command, the rival's name and command, and the largest ratio that is wanted."""
    jks_import = os.path.join(ground.plugins, "jks-import.so")
    apply = ground.tfhook("apply")
    return [
        ("one certificate, applied", apply, "the floor, with apply's 4 child processes",
         [FLOOR, ground.store, "4", jks_import], 2),
        ("one certificate, applied", apply, "the floor, in one process", [FLOOR, ground.store], None),
        ("one certificate, applied", apply, "keytool -importcert",
         ["keytool", "-importcert", "-noprompt", "-alias", "scm1", "-file", ground.certificate,
          "-keystore", ground.store, "-storepass", PASSWORD], 1 / 15),
    ]


def measure(ground, row, rounds):
    ours, theirs = [], []
    for _ in range(rounds + 1):
        ground.reset()
        ours.append(timed(row[1]))
        ground.reset()
        theirs.append(timed(row[3]))
    # The first round warms the caches.
    return statistics.median(ours[1:]), statistics.median(theirs[1:])


def show(row, ours, theirs):
    ratio, limit = ours / theirs, row[4]
    verdict = "" if limit is None else f"at most {limit:.3g}"
    if limit is not None and ratio > limit:
        verdict += "  ABOVE"
    print(f"{row[0]:28} {ours * 1000:8.1f} ms   {row[2]:44} {theirs * 1000:8.1f} ms   "
          f"{ratio:7.3f}  {verdict}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for path in (TFHOOK, FLOOR):
        if not os.access(path, os.X_OK):
            sys.exit(f"run.py: {path} is missing: tests/run.sh builds it")
    with tempfile.TemporaryDirectory(prefix="tfhook-bench.") as folder:
        ground = Ground(folder)
        print(f"{'tfhook':40}   {'rival':57}   {'ratio':>7}  wanted")
        for row in rows(ground):
            if options.only in row[0] or options.only in row[2]:
                show(row, *measure(ground, row, options.rounds))


if __name__ == "__main__":
    main()
