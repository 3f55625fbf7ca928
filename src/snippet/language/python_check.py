# Parses and compiles every block of a request in one process, and looks whether what they import is there.
# Reads {"roots": [folder], "blocks": [code]} from standard input; prints a list with one answer a block.
import ast
import importlib.util
import json
import sys
import warnings

request = json.load(sys.stdin)
sys.path[:0] = request["roots"]
known = {}


def provided(name):
    if name not in known:
        try:
            known[name] = importlib.util.find_spec(name) is not None
        except Exception:
            known[name] = False
    return known[name]


def guarded(node):
    """Whether a `try` expects the import to fail."""
    for handler in node.handlers:
        names = ast.walk(handler.type) if handler.type is not None else [None]
        for name in names:
            if name is None or getattr(name, "id", "") in ("ImportError", "ModuleNotFoundError", "Exception"):
                return True
    return False


def imports(node, found):
    if isinstance(node, ast.Import):
        found.extend(alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        found.append(node.module.split(".")[0])
    elif isinstance(node, ast.Try) and guarded(node):
        for part in node.orelse + node.finalbody:
            imports(part, found)
        return
    for child in ast.iter_child_nodes(node):
        imports(child, found)


def problem(error):
    return {
        "message": error.msg,
        "line": error.lineno or 1,
        "column": error.offset or 1,
        "end_line": getattr(error, "end_lineno", None),
        "end_column": getattr(error, "end_offset", None),
    }


def check(code):
    answer = {"parse": None, "compile": None, "warnings": [], "missing": []}
    flag = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree = compile(code, "block", "exec", ast.PyCF_ONLY_AST | flag, True)
        except SyntaxError as error:
            answer["parse"] = problem(error)
            return answer
        except (ValueError, RecursionError, MemoryError) as error:
            answer["parse"] = {"message": str(error) or type(error).__name__, "line": 1, "column": 1}
            return answer
        found = []
        imports(tree, found)
        answer["missing"] = sorted({name for name in found if not provided(name)})
        try:
            compiled = compile(code, "block", "exec", flag, True)
            # CO_COROUTINE: there is an `await` at the top level.
            answer["asynchronous"] = bool(compiled.co_flags & 0x80)
        except SyntaxError as error:
            answer["compile"] = problem(error)
        except (ValueError, RecursionError) as error:
            answer["compile"] = {"message": str(error), "line": 1, "column": 1}
    seen = set()
    for warning in caught:
        if (warning.lineno, str(warning.message)) not in seen:
            seen.add((warning.lineno, str(warning.message)))
            answer["warnings"].append({"message": str(warning.message), "line": warning.lineno, "column": 1})
    return answer


sys.setrecursionlimit(5000)
json.dump([check(code) for code in request["blocks"]], sys.stdout)
