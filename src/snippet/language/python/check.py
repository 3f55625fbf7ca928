# Parses and compiles every block of a request in one process, and checks that their imports exist.
# Reads {"roots": [folder], "blocks": [code]} from standard input. Prints `ready`, then one line of JSON per block.
import ast
import json
import sys
import warnings

request = json.load(sys.stdin)
sys.path[:0] = request["roots"]
package = request["package"]


def as_text(message):
    """The message without lone surrogates, which are not valid text elsewhere."""
    return message.encode("utf-8", "replace").decode("utf-8")


def problem(error, code):
    """A syntax error as an answer. Columns count characters from 1. The end is left out if CPython does not know it."""
    kind, message = type(error).__name__, as_text(str(error.msg))
    line, column = max(error.lineno or 1, 1), max(error.offset or 1, 1)
    if error.lineno is None and "\0" in code:
        before = code[: code.index("\0")].split("\n")
        line, column = len(before), len(before[-1]) + 1
    end_line, end_column = getattr(error, "end_lineno", None), getattr(error, "end_offset", None)
    lines = code.split("\n")
    text = lines[line - 1] if line <= len(lines) else ""
    if kind == "TabError" or message.startswith(("unexpected indent", "unindent does not match")):
        # The indentation is wrong, but CPython names a column in the middle, or none at all.
        indent = len(text) - len(text.lstrip(" \t\f"))
        column, end_line, end_column = 1, line, indent + 1
    answer = {"code": kind, "message": message, "line": line, "column": column}
    if end_line and end_column and (end_line, end_column) > (line, column):
        answer.update(end_line=end_line, end_column=end_column)
    return answer


def too_much(error):
    """The answer for a program that is too deep or too large for the interpreter."""
    return {"code": type(error).__name__, "message": as_text(str(error)) or "too deeply nested", "line": 1, "column": 1}


def check(code):
    answer = {"parse": None, "compile": None, "warnings": [], "missing": []}
    flag = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree = compile(code, "block", "exec", ast.PyCF_ONLY_AST | flag, True)
        except SyntaxError as error:
            answer["parse"] = problem(error, code)
            return answer
        except (ValueError, RecursionError, MemoryError) as error:
            answer["parse"] = too_much(error)
            return answer
        answer["missing"], answer["unknown"] = imported(tree, code)
        try:
            compiled = compile(code, "block", "exec", flag, True)
            # CO_COROUTINE: the top level has an `await`.
            answer["asynchronous"] = bool(compiled.co_flags & 0x80)
        except SyntaxError as error:
            answer["compile"] = problem(error, code)
        except (ValueError, RecursionError, MemoryError) as error:
            answer["compile"] = too_much(error)
    seen = set()
    for warning in caught:
        message = as_text(str(warning.message))
        if (warning.lineno, message) not in seen:
            seen.add((warning.lineno, message))
            answer["warnings"].append({"code": "SyntaxWarning", "message": message, "line": warning.lineno, "column": 1})
    return answer


def say(line):
    # One call writes one line, so earlier answers survive if the next block ends this process.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


say("ready")
for block in request["blocks"]:
    try:
        reply = check(block)
    except Exception as error:
        reply = {"broken": as_text(f"{type(error).__name__}: {error}")}
    say(json.dumps(reply))
