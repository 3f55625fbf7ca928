# Compiles the inputs of many sessions. Reads {blocks: [[{text, line, fails}]]} from standard input. Prints `ready`, then
# for each block one line of JSON: the first input that is wrong, or null.
import json
import sys
import warnings


def problem(item):
    for mode in ("single", "exec"):
        try:
            compile(item["text"], "<stdin>", mode, 0x2000, True)
            return None
        except SyntaxError as error:
            found = error
        except (ValueError, OverflowError, MemoryError, RecursionError) as error:
            return {"code": type(error).__name__, "message": str(error), "line": item["line"], "column": 1}
    shift = item["line"] - 1
    return {
        "code": type(found).__name__,
        "message": found.msg,
        "line": (found.lineno or 1) + shift,
        "column": max(found.offset or 1, 1),
    }


warnings.simplefilter("ignore")
request = json.load(sys.stdin)
print("ready", flush=True)
for block in request["blocks"]:
    wrong = (problem(item) for item in block if not item["fails"])
    print(json.dumps(next((found for found in wrong if found), None)), flush=True)
