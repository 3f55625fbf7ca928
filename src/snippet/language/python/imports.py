# Finds imported modules and names that do not exist. Packages are read, never run. Modules of the standard library are
# imported if their source does not tell, and always before a name is reported as missing.
import ast
import importlib
import importlib.machinery
import importlib.util
import os
import sys
import warnings

# An import below one of these is expected to fail, or is not made on this system.
EXPECTED = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
CONDITIONS = {"TYPE_CHECKING", "version_info", "hexversion", "platform", "PY2", "PY3"}
# A module that mentions one of these may have names that its text does not show.
DYNAMIC = {"globals", "exec", "__path__", "f_globals", "meta_path", "_convert", "_convert_", "global_enum"}
# Modules of the standard library that have side effects when they are imported.
NEVER_IMPORTED = {"this", "antigravity", "idlelib", "test", "turtle", "turtledemo", "tkinter", "lib2to3", "site"}
NEVER_IMPORTED |= {"sitecustomize", "usercustomize", "rlcompleter", "readline", "curses", "cgitb", "__main__"}
LARGEST = 4 << 20

loaders = [
    (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES),
    (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES),
    (importlib.machinery.SourcelessFileLoader, importlib.machinery.BYTECODE_SUFFIXES),
]

version = "python%d.%d" % sys.version_info[:2]
library = (os.path.dirname(os.__file__), os.path.join(sys.base_exec_prefix, getattr(sys, "platlibdir", "lib"), version))
own_path = [folder for folder in sys.path if folder.startswith(library) and "-packages" not in folder]
known, specs, bindings, imported_modules = {}, {}, {}, {}


def provided(name):
    if name not in known:
        try:
            known[name] = name == "__main__" or importlib.util.find_spec(name) is not None
        except Exception:
            known[name] = False
    return known[name]


def mentions(node, words):
    """Whether an expression contains one of these words as a name or an attribute."""
    return any(getattr(part, "id", getattr(part, "attr", None)) in words for part in ast.walk(node))


def guarded(node):
    """Whether a `try` or a `with` expects the import to fail."""
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return any(mentions(item.context_expr, EXPECTED) for item in node.items)
    return any(handler.type is None or mentions(handler.type, EXPECTED) for handler in node.handlers)


def imports(tree):
    """The imports that a program needs, in order; not imports that may fail, or that only other systems make.

    Each comes with whether it always happens: a branch or a handler may be for another version."""
    found, pending = [], [(tree, True)]
    while pending:
        node, always = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.append((node, always))
            continue
        if isinstance(node, ast.ExceptHandler) or (isinstance(node, ast.If) and not mentions(node.test, {"__name__"})):
            always = False
        if isinstance(node, (ast.Try, getattr(ast, "TryStar", ast.Try))) and guarded(node):
            children = node.orelse + node.finalbody
        elif isinstance(node, (ast.With, ast.AsyncWith)) and guarded(node):
            children = []
        elif isinstance(node, ast.If) and mentions(node.test, CONDITIONS):
            children = []
        elif isinstance(node, ast.expr):
            children = []
        else:
            children = list(ast.iter_child_nodes(node))
        pending.extend((child, always) for child in reversed(children))
    return found


def spec_of(name):
    """The place of a module, found without running the packages above it; None if it does not exist."""
    if name not in specs:
        above, _, _ = name.rpartition(".")
        try:
            if not above:
                specs[name] = importlib.machinery.PathFinder.find_spec(name) or importlib.util.find_spec(name)
            else:
                specs[name] = below(name, list(getattr(spec_of(above), "submodule_search_locations", None) or []))
        except Exception:
            specs[name] = None
    return specs[name]


def below(name, folders):
    """The place of a module in the folders of its package."""
    places = [os.path.join(folder, name.rpartition(".")[2]) for folder in folders]
    if any(os.path.isdir(place) and not os.path.exists(os.path.join(place, "__init__.py")) for place in places):
        # A folder without `__init__.py`. The finder accepts it only from a package that was run.
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [place for place in places if os.path.isdir(place)]
        found = [importlib.machinery.FileFinder(folder, *loaders).find_spec(name) for folder in folders]
        return next((real for real in found if real and real.loader), spec)
    return importlib.machinery.PathFinder.find_spec(name, folders) if folders else None


def is_library(spec):
    """Whether a module belongs to the standard library."""
    origin = spec.origin or ""
    return origin in ("built-in", "frozen") or (origin.startswith(library) and "-packages" not in origin)


def source(spec):
    """The parsed text of a module; None if it has no text that tells everything."""
    origin = spec.origin or ""
    if not origin.endswith(".py") or os.path.getsize(origin) > LARGEST:
        return None
    with open(origin, "rb") as file:
        return ast.parse(file.read())


def is_dynamic(tree):
    """Whether a module may have names that its text does not show."""
    for node in ast.walk(tree):
        if getattr(node, "id", getattr(node, "attr", getattr(node, "name", None))) in DYNAMIC:
            return True
        if isinstance(node, ast.Attribute) and node.attr == "modules" and getattr(node.value, "id", "") == "sys":
            return True
        if isinstance(node, ast.alias) and (node.asname in DYNAMIC or node.name in ("modules", "_getframe")):
            return True
        if isinstance(node, ast.Call) and not mentions(node.func, {"getLogger", "get_logger"}):
            given = node.args + [keyword.value for keyword in node.keywords]
            own_scope = not given and getattr(node.func, "id", "") in ("vars", "locals")
            if own_scope or any(getattr(value, "id", "") == "__name__" for value in given):
                return True
    return False


def absolute(node, name, spec):
    """The absolute name of the module that a `from` import in the module `name` means."""
    if node.level == 0:
        return node.module
    parts = name.split(".")
    if spec.submodule_search_locations is None:
        parts.pop()
    parts = parts[: len(parts) - node.level + 1]
    return ".".join(parts + ([node.module] if node.module else []))


def bound(tree):
    """The names that a module binds in any branch, and its star imports. There may be too many names, never too few."""
    names = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    stars, pending = [], [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            stars.append(node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        # Functions, classes, captures of patterns: everything with its own name.
        own = (getattr(node, "name", None), getattr(node, "rest", None))
        names.update(name for name in own if isinstance(name, str))
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))
    return names, stars


def names_of(name):
    """The names of a module; None if its text does not tell."""
    if name not in bindings:
        bindings[name] = None  # A module that imports itself in a circle does not tell either.
        try:
            bindings[name] = read_names(name)
        except Exception:
            pass
    return bindings[name]


def read_names(name):
    spec = spec_of(name)
    tree = source(spec)
    if tree is None or is_dynamic(tree):
        return None
    names, stars = bound(tree)
    placeholder = not names and not stars and spec.submodule_search_locations is None
    if placeholder or "__getattr__" in names:
        return None
    for star in stars:
        more = names_of(absolute(star, name, spec))
        if more is None:
            return None
        names |= more
    return names | {"__name__", "__doc__", "__file__", "__spec__", "__loader__", "__package__", "__path__"}


def really(name):
    """An imported module of the standard library; the error if that fails; None if it must not be tried."""
    if name not in imported_modules:
        imported_modules[name] = None
        parts = name.split(".")
        if parts[0] not in NEVER_IMPORTED and "__main__" not in parts:
            saved = sys.path[:], sys.meta_path[:]
            # Only the library itself can be found, not a file beside the blocks with one of its names.
            sys.path[:] = own_path
            machinery = importlib.machinery
            sys.meta_path[:] = [machinery.BuiltinImporter, machinery.FrozenImporter, machinery.PathFinder]
            try:
                imported_modules[name] = importlib.import_module(name)
            except BaseException as error:
                imported_modules[name] = error
            finally:
                sys.path[:], sys.meta_path[:] = saved
    return imported_modules[name]


def near(name, names):
    import difflib

    return next(iter(difflib.get_close_matches(name, sorted(names), 1)), None)


def submodules(spec):
    """The modules in a package's folders."""
    folders = list(getattr(spec, "submodule_search_locations", None) or [])
    entries = [entry for folder in folders if os.path.isdir(folder) for entry in os.listdir(folder)]
    return {entry.split(".")[0] for entry in entries if not entry.startswith((".", "_"))}


def is_sure(spec, name, near_to):
    """Whether a name that a package lacks is a mistake. A source tree may lack names that a build makes."""
    in_tree = package is not None and (spec.origin or "").startswith(package)
    made = name.startswith("_") or "version" in name or "pb2" in name
    return not in_tree or (not made and (near_to is not None or name[:1].isupper()))


def missing_module(name):
    """What is wrong with a module below a known package; None if it exists, or if nobody can tell."""
    above, _, last = name.rpartition(".")
    if not above or not provided(name.split(".")[0]) or spec_of(name) is not None:
        return None
    wrong = missing_module(above)
    if wrong:
        return wrong
    spec = spec_of(above)
    if spec is None or not spec.origin:
        return None
    if is_library(spec):
        error = really(name)
        if not isinstance(error, ModuleNotFoundError) or error.name != name:
            return None
        around = submodules(spec)
    else:
        if names_of(above) is None:
            return None
        around = submodules(spec)
        if not is_sure(spec, last, near(last, around)):
            return None
    package_or_not = "" if spec.submodule_search_locations is not None else f"; '{above}' is not a package"
    return complaint("ModuleNotFoundError", f"No module named '{name}'{package_or_not}", above, last, around)


def missing_name(module, name):
    """What is wrong with `from module import name`; None if the name exists, or if nobody can tell."""
    spec = spec_of(module)
    if spec is None or (not spec.origin and not is_library(spec)) or spec_of(f"{module}.{name}") is not None:
        return None
    if is_library(spec) and hasattr(sys.modules.get(module), name):
        return None
    names = names_of(module)
    if names is not None and name in names:
        return None
    if is_library(spec):
        found = really(module)
        if found is None or isinstance(found, BaseException) or hasattr(found, name):
            return None
        names = {other for other in dir(found) if not other.startswith("_")} | submodules(spec)
    elif names is None or not is_sure(spec, name, near(name, names | submodules(spec))):
        return None
    return complaint("ImportError", f"cannot import name '{name}' from '{module}'", module, name, names)


def complaint(code, message, module, name, around):
    like = near(name, around)
    hint = f". Did you mean: '{like}'?" if like else ""
    return {"code": code, "message": message + hint, "module": module, "name": name}


def at(answer, node, alias, word, lines):
    """Sets the place of an answer to a word of an import statement. Columns count characters."""
    first, start = node.lineno, node.col_offset
    if hasattr(alias, "lineno"):
        first, start = alias.lineno, alias.col_offset
    for number in range(first, (node.end_lineno or first) + 1):
        line = lines[number - 1]
        start = len(line.encode()[:start].decode("utf-8", "replace")) if number == first else 0
        found = line.find(word, start)
        if found >= 0:
            place = {"line": number, "column": found + 1, "end_line": number, "end_column": found + 1 + len(word)}
            return {**answer, **place}
    return {**answer, "line": node.lineno, "column": 1}


def imported(tree, code):
    """The packages that nothing provides, and the names that known modules lack."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # They belong to other people's modules.
        return look_up(tree, code)


def look_up(tree, code):
    missing, unknown, lines = set(), [], code.split("\n")
    for node, always in imports(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                missing.add(alias.name.split(".")[0])
                wrong = always and missing_module(alias.name)
                if wrong:
                    unknown.append(at(wrong, node, alias, alias.name, lines))
        elif node.level == 0 and node.module:
            missing.add(node.module.split(".")[0])
            wrong = always and missing_module(node.module)
            if wrong:
                unknown.append(at(wrong, node, None, node.module, lines))
            elif always and node.module != "__future__" and provided(node.module.split(".")[0]):
                for alias in node.names:
                    wrong = alias.name != "*" and missing_name(node.module, alias.name)
                    if wrong:
                        unknown.append(at(wrong, node, alias, alias.name, lines))
    return sorted(name for name in missing if not provided(name)), unknown
