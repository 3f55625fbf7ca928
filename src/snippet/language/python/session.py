# Runs the inputs of an interactive session: `python3 -c THIS LINES SKIPPED session.py`. A secret line comes between the
# outputs of two inputs. The secrets, one per line, come on standard input before the session's own input.
import os
import sys
import traceback


def read_secrets(number):
    data = b""
    while len(data) < 33 * number:
        chunk = os.read(0, 33 * number - len(data))
        if not chunk:
            break
        data += chunk
    return data.decode().split("\n")


def read_inputs(path, separators):
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")
    starts = [0] + separators
    ends = [line - 1 for line in separators] + [len(lines)]
    return ["\n".join(lines[start:end]) + "\n" for start, end in zip(starts, ends)]


def flush():
    for stream in (sys.stdout, sys.__stdout__):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass


class Interpreter:
    """Runs inputs as `python3` does at its prompt, and keeps what `from __future__` asks for."""

    def __init__(self):
        import __future__ as future

        self.known = sum(getattr(future, name).compiler_flag for name in future.all_feature_names)
        self.flags = 0
        main = type(sys)("__main__")
        sys.modules["__main__"] = main
        self.names = main.__dict__

    def compile(self, text):
        try:
            return compile(text, "<stdin>", "single", self.flags, True)
        except SyntaxError:
            # A prelude has several statements.
            return compile(text, "<stdin>", "exec", self.flags, True)

    def run(self, text):
        try:
            code = self.compile(text)
        except (SyntaxError, ValueError, OverflowError) as error:
            traceback.print_exception(type(error), error, None, file=sys.stdout)
            return
        self.flags |= code.co_flags & self.known
        try:
            exec(code, self.names)
        except SystemExit:
            raise
        except BaseException as error:
            flush()
            traceback.print_exception(type(error), error, error.__traceback__.tb_next, file=sys.stdout)


def main():
    separators = [int(line) for line in sys.argv[1].split(",") if line]
    skipped = {int(number) for number in sys.argv[2].split(",") if number}
    inputs, secrets = read_inputs(sys.argv[3], separators), read_secrets(len(separators))
    sys.argv[:] = [""] + sys.argv[4:]
    # A terminal shows both.
    os.dup2(1, 2)
    sys.stderr = sys.stdout
    interpreter = Interpreter()
    for number, text in enumerate(inputs):
        if number > 0:
            flush()
            os.write(1, secrets[number - 1].encode() + b"\n")
        if number not in skipped:
            interpreter.run(text)
    flush()


main()
