# Which of the modules and names that a block imports are there. Nothing of a module is run to learn it.
import ast
import importlib.util

known = {}
# An import below one of these is not made here, or is expected to fail.
EXPECTED = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
CONDITIONS = {"TYPE_CHECKING", "version_info", "hexversion", "platform", "PY2", "PY3"}


def provided(name):
    if name not in known:
        try:
            known[name] = name == "__main__" or importlib.util.find_spec(name) is not None
        except Exception:
            known[name] = False
    return known[name]


def mentions(node, words):
    """Whether one of these words is a name or an attribute somewhere in an expression."""
    return any(getattr(part, "id", getattr(part, "attr", None)) in words for part in ast.walk(node))


def guarded(node):
    """Whether a `try` or a `with` expects the import to fail."""
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return any(mentions(item.context_expr, EXPECTED) for item in node.items)
    return any(handler.type is None or mentions(handler.type, EXPECTED) for handler in node.handlers)


def imports(tree):
    """The imports that a program needs, in order: not those that it expects to fail, or makes on other systems only."""
    found, pending = [], [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.append(node)
            continue
        if isinstance(node, ast.Try) and guarded(node):
            children = node.orelse + node.finalbody
        elif isinstance(node, (ast.With, ast.AsyncWith)) and guarded(node):
            children = []
        elif isinstance(node, ast.If) and mentions(node.test, CONDITIONS):
            children = []
        elif isinstance(node, ast.expr):
            children = []
        else:
            children = list(ast.iter_child_nodes(node))
        pending.extend(reversed(children))
    return found


def imported(tree, code):
    """The packages that nothing provides, and the names that a known module does not have."""
    missing = set()
    for node in imports(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            names = [node.module] if node.level == 0 and node.module else []
        missing.update(name.split(".")[0] for name in names)
    return sorted(name for name in missing if not provided(name)), []
