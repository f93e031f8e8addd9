"""A recorded run, as strace wrote it: `strace -y -xx -s 16777216`, the parent process alone.

-xx writes every string in hexadecimal, so nothing inside one can look like the end of it; -s lets no
write be cut off; -y tells what a descriptor is.
"""
import os
import re
from collections import namedtuple

# args are the words of the call as strace has them; result is None when the call did not return.
Call = namedtuple('Call', 'name args result')

LINE = re.compile(r'(\w+)\((.*)\)\s+= (-?\d+|\?)')
WORD = re.compile(r'"[^"]*"(?:\.\.\.)?|<[^>]*>|[\[{]|[\]}]|,\s*|[^"<\[{\]},]+')
ESCAPE = re.compile(r'\\x([0-9a-f]{2})')


class Stale(Exception):
    """The trace holds something that the model does not know: no verdict can be given."""


def unescape(text):
    """The bytes of a string, without its quotes."""
    if ESCAPE.sub('', text) == '':
        return bytes.fromhex(text.replace('\\x', ''))
    return ESCAPE.sub(lambda m: chr(int(m.group(1), 16)), text).encode('latin-1')


def split_args(text):
    """At the commas that are in no structure."""
    args, word, depth = [], '', 0
    for part in WORD.findall(text):
        if part[0] == ',' and depth == 0:
            args.append(word)
            word = ''
            continue
        depth += (part in '[{') - (part in ']}')
        word += part
    return args + [word] if word else args


def read_calls(path):
    """All calls of a trace. Other lines tell of signals and of the end."""
    calls = []
    with open(path, encoding='latin-1') as trace:
        for line in trace:
            match = LINE.match(line)
            if match is None:
                if re.match(r'\w+\(', line):
                    raise Stale('not understood: ' + line[:200])
                continue
            name, args, result = match.groups()
            calls.append(Call(name, split_args(args), None if result == '?' else int(result)))
    return calls


def arg_bytes(arg):
    if not (arg.startswith('"') and arg.endswith('"')):
        raise Stale('a string is cut off: ' + arg[:80] + '...')
    return unescape(arg[1:-1])


def arg_path(arg, folder=None):
    """An absolute path; folder is the argument that tells what a relative one starts from."""
    path = os.fsdecode(arg_bytes(arg))
    if folder is not None:
        path = os.path.join(fd_path(folder) or '/', path)
    if not os.path.isabs(path):
        raise Stale('a relative path: ' + path)
    return os.path.normpath(path)


def fd_number(arg):
    return int(arg.split('<', 1)[0])


def fd_path(arg):
    """What -y tells of a descriptor, None when it is no file."""
    match = re.match(r'(?:\d+|AT_FDCWD)<(.*)>', arg)
    path = os.fsdecode(unescape(match.group(1))) if match else ''
    return path if path.startswith('/') else None


def names_below(call, root):
    """Does one of its arguments name something at or below root?"""
    for arg in call.args:
        path = fd_path(arg)
        if path is None and arg.startswith('"'):
            path = os.fsdecode(unescape(arg.rstrip('.')[1:-1]))
        if path is not None and (path + '/').startswith(root + '/'):
            return True
    return False
