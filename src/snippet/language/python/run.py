# Runs a program of several parts, or one with `await` at its top level: `python3 -c THIS LINES ASYNC block.py`.
# The secrets between the parts, one per line, come on standard input before the program's own input.
import os


def read_secrets(number):
    data = b""
    while len(data) < 33 * number:
        chunk = os.read(0, 33 * number - len(data))
        if not chunk:
            break
        data += chunk
    return data.decode().split("\n")


def become_main(path):
    """Makes the module that the program runs in, as if Python was started with the program."""
    sys.path[0] = os.path.dirname(path)
    main = type(sys)("__main__")
    main.__file__, main.__builtins__ = path, __builtins__
    main.__cached__, main.__loader__ = None, __loader__
    sys.modules["__main__"] = main
    return main.__dict__


def start():
    lines, asynchronous, path = [int(line) for line in sys.argv[1].split(",") if line], sys.argv[2] == "async", sys.argv[3]
    sys.argv[:] = sys.argv[3:]
    return steps(path, become_main(path), lines, read_secrets(len(lines)), asynchronous)


async def run_async():
    for step in start():
        result = step()
        if hasattr(result, "__await__"):
            await result


def run():
    if sys.argv[2] == "async":
        import asyncio

        asyncio.run(run_async())
    else:
        for step in start():
            step()


failed = False
try:
    run()
except (SystemExit, KeyboardInterrupt):
    raise
except BaseException as error:
    # The traceback begins in the program, not here.
    trace, path = error.__traceback__, sys.modules["__main__"].__dict__.get("__file__")
    while trace is not None and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    sys.excepthook(type(error), error.with_traceback(trace), trace)
    failed = True
if failed:
    sys.exit(1)
