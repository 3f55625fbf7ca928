# A warm parent for short programs. It starts inside the sandbox, forks a child for each program, and reports the result.
# It omits programs that do not end soon and by themselves; docgen runs those alone.
#
# It imports only modules that a fresh interpreter has loaded, and the modules below, which children forget again.
import sys

baseline = set(sys.modules)

import atexit
import ctypes
import gc
import os
import select
import time

SOON = 2.0
CREATE, ADD_RULE, RESTRICT = 444, 445, 446
WRITE_FILE, TRUNCATE = 1 << 1, 1 << 14
# All rights that change something: remove, make, refer, truncate, write.
CHANGES = WRITE_FILE | sum(1 << bit for bit in range(4, 13))


class Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("fd", ctypes.c_int32)]


syscall = ctypes.CDLL(None, use_errno=True).syscall
abi = syscall(CREATE, None, ctypes.c_size_t(0), 1)


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    return result


def restrict(folder):
    """A second layer of the sandbox: a child changes only its own folder, and signals only its own processes."""
    changes = CHANGES | (1 << 13 if abi >= 2 else 0) | (TRUNCATE if abi >= 3 else 0)
    ruleset = Ruleset(changes, 0, 2 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    fd = check(syscall(CREATE, ctypes.byref(ruleset), ctypes.c_size_t(size), 0))
    device = changes & (WRITE_FILE | TRUNCATE)
    for path, allowed in [(folder, changes), ("/dev/null", device), ("/dev/zero", device), ("/dev/full", device)]:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        check(syscall(ADD_RULE, fd, 1, ctypes.byref(Beneath(allowed, place)), 0))
        os.close(place)
    check(syscall(RESTRICT, fd, 0))
    os.close(fd)


def become(call):
    """Turns the child into what a fresh interpreter is when its program starts."""
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["env"])
    path = call["file"]
    sys.argv[:] = [path, *call["args"]]
    sys.path[0] = os.path.dirname(path)
    main = type(sys)("__main__")
    main.__file__, main.__builtins__ = path, __builtins__
    main.__annotations__, main.__cached__, main.__loader__ = {}, None, __loader__
    for name in set(sys.modules) - baseline:
        del sys.modules[name]
    sys.modules["__main__"] = main
    return main.__dict__


def program(call, out, err):
    null = os.open("/dev/null", os.O_RDONLY)
    for source, target in [(null, 0), (out, 1), (err, 2)]:
        os.dup2(source, target)
    os.closerange(3, 1024)
    os.setsid()
    restrict(call["folder"])
    names = become(call)
    status = 0
    try:
        for step in steps(call["file"], names, call["lines"], call.pop("secrets")):
            step()
    except SystemExit as leave:
        status = leave.code
    except KeyboardInterrupt:
        # Alone it would end by the signal. So it does here, and docgen runs it alone.
        os.kill(os.getpid(), 9)
    except BaseException as error:
        # The traceback begins in the program, not here. A program that does not compile has none.
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != call["file"]:
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        status = 1
    finish(names)
    if status is None:
        status = 0
    if not isinstance(status, int):
        print(status, file=sys.stderr)
        status = 1
    flush()
    os._exit(status & 255)


def finish(names):
    """Does what an interpreter does at its end, as far as programs notice: a full end takes ten times as long."""
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()
    atexit._run_exitfuncs()
    flush()
    private = [name for name in names if name.startswith("_") and name != "__builtins__"]
    for name in private + [name for name in names if not name.startswith("_")]:
        names[name] = None
    gc.collect()


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass


def remove(folder):
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            remove(entry.path)
        else:
            os.unlink(entry.path)
    os.rmdir(folder)


def everybody():
    """Kills all processes except this one and the first one of its namespace."""
    try:
        os.kill(-1, 9)
    except OSError:
        pass


def wait_for(pid, pipes, limit, deadline):
    """The exit status and the output of a child that ends by itself in time; else None."""
    poll = select.poll()
    texts = {pipe: bytearray() for pipe in pipes}
    for pipe in pipes:
        poll.register(pipe, select.POLLIN | select.POLLHUP)
    open_pipes, status = set(pipes), None
    while open_pipes or status is None:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        for pipe, _ in poll.poll(min(left * 1000, 20) if open_pipes else 1):
            data = os.read(pipe, 65536)
            texts[pipe] += data
            if len(texts[pipe]) > limit:
                deadline = 0
            if not data:
                poll.unregister(pipe)
                open_pipes.discard(pipe)
        if status is None:
            ended, code = os.waitpid(pid, os.WNOHANG)
            if ended:
                status = code
                everybody()
    everybody()
    if status is None:
        os.waitpid(pid, 0)
    in_time = status is not None and not open_pipes
    return (status, *texts.values()) if in_time else None


def serve(calls, out):
    for number, call in enumerate(calls):
        os.mkdir(call["folder"])
        started = time.monotonic()
        (out_read, out_write), (err_read, err_write) = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            program(call, out_write, err_write)
        os.close(out_write)
        os.close(err_write)
        done = wait_for(pid, (out_read, err_read), call["output"], started + min(call["timeout"], SOON))
        os.close(out_read)
        os.close(err_read)
        remove(call["folder"])
        if done and os.WIFEXITED(done[0]):
            spent = int((time.monotonic() - started) * 1e6)
            line = f"{number} {os.WEXITSTATUS(done[0])} {spent} {done[1].hex()}. {done[2].hex()}.\n"
            data = line.encode()
            while data:
                data = data[os.write(out, data) :]


data = b""
while chunk := os.read(0, 1 << 20):
    data += chunk
gc.freeze()
if abi > 0:
    # docgen wrote this text. It has lists, texts and numbers, which JSON and Python write in the same way.
    calls, data = eval(data.decode(), {"__builtins__": {}}), None
    serve(calls, os.dup(1))
