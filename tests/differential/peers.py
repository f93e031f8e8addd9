"""Who is asked about a store: our model, and a JVM of each JDK. Each is one process that lives as
long as the run, so that a question takes less than a millisecond."""
import glob
import os
import re
import subprocess
import threading

HERE = os.path.dirname(os.path.abspath(__file__))


class Died(Exception):
    pass


class Peer:
    """ask() takes a list of stores and gives a list of answers, each a list of lines."""

    def __init__(self, argv):
        # C.UTF-8: what a JVM takes for the encoding of a path.
        env = dict(os.environ, LC_ALL="C.UTF-8")
        for name in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"):
            env.pop(name, None)
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        encoding="utf-8", errors="replace", env=env)

    def ask(self, asked):
        writer = threading.Thread(target=self._write, args=(asked,))
        writer.start()
        answers = []
        for path, _, _ in asked:
            lines = []
            for line in self.process.stdout:
                if line == ".\n":
                    break
                lines.append(line.rstrip("\n"))
            else:
                self.process.kill()
                writer.join()
                raise Died("%s: ended with %d at %s" % (self, self.process.wait(), path))
            answers.append(lines)
        writer.join()
        return answers

    def _write(self, asked):
        try:
            for path, password, kind in asked:
                self.process.stdin.write(self.question(path, password.encode().hex(), kind))
            self.process.stdin.flush()
        except OSError:
            pass  # it died; ask() says so

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


class Model(Peer):
    def __init__(self, build):
        super().__init__([os.path.join(build, "tests", "differential-model")])

    def __str__(self):
        return "our model"

    def question(self, path, password, _kind):
        return "%s\t%s\n" % (path, password)


class Jvm(Peer):
    def __init__(self, home):
        self.home = home
        super().__init__([os.path.join(home, "bin", "java"), "-Xmx384m",
                          "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                          os.path.join(HERE, "Ask.java")])
        self.version = self.process.stdout.readline().strip()
        if not self.version:
            raise Died("%s: does not run Ask.java" % home)

    def __str__(self):
        return "JDK %s" % self.version

    def question(self, path, password, kind):
        return "%s\t%s\t%s\n" % (path, password, kind)


def jdks():
    """Homes of the JDKs at hand from 11 on, which run a source file; and those left out."""
    found, left_out = [], []
    for tool in glob.glob("/usr/lib/jvm/*/bin/keytool") + glob.glob("/usr/java/*/bin/keytool"):
        home = os.path.dirname(os.path.dirname(os.path.realpath(tool)))
        if home in found or not os.path.exists(os.path.join(home, "bin", "javac")):
            continue
        try:
            with open(os.path.join(home, "release")) as f:
                version = re.search(r'JAVA_VERSION="(\d+)', f.read())
        except OSError:
            version = None
        (found if version and int(version.group(1)) >= 11 else left_out).append(home)
    return sorted(found), sorted(set(left_out))


def ask_all(peers, asked):
    """The answers of each peer; all are asked at once."""
    results, errors = [None] * len(peers), []

    def one(i):
        try:
            results[i] = peers[i].ask(asked)
        except Died as e:
            errors.append(e)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(peers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
