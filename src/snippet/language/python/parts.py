# Runs the parts of a program in sequence, and prints a secret line on standard output between two of them.
#
# The program's file has `pass` between two parts. The secrets are in no file, variable or frame of the program.
import sys

PYTHON_ONLY_AST, TOP_LEVEL_AWAIT = 0x400, 0x2000


def steps(path, names, lines, secrets, asynchronous=False):
    """The calls that run the program at `path`, whose parts begin on `lines`. Nothing else holds this iterator."""
    with open(path, "rb") as file:
        text = file.read()
    flags = TOP_LEVEL_AWAIT if asynchronous else 0
    if not lines:
        return iter([Step(eval, compile(text, path, "exec", flags, True), names)])
    import __future__ as future

    known = sum(getattr(future, name).compiler_flag for name in future.all_feature_names)
    flags |= compile(text, path, "exec", flags, True).co_flags & known
    tree = compile(text, path, "exec", flags | PYTHON_ONLY_AST, True)
    bodies = [[]]
    for statement in tree.body:
        if len(bodies) <= len(lines) and statement.lineno >= lines[len(bodies) - 1]:
            bodies.append([])
        bodies[-1].append(statement)
    calls = []
    for number, body in enumerate(bodies):
        if number > 0:
            calls.append(Step(separate, secrets[number - 1]))
        part = type(tree)(body, [])
        calls.append(Step(eval, compile(part, path, "exec", flags, True), names))
    return iter(calls)


class Step:
    """A call that works once and reveals nothing about itself."""

    __slots__ = ("call",)

    def __init__(self, function, *arguments):
        self.call = lambda: function(*arguments)

    def __call__(self):
        call = self.call
        del self.call
        return call()


def separate(secret):
    for stream in (sys.stdout, sys.__stdout__):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass
    import os

    data = secret.encode() + b"\n"
    while data:
        data = data[os.write(1, data) :]
