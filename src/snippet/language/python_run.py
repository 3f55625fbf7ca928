# Runs a block that has `await` at its top level: `python3 -c THIS block.py`.
import ast
import asyncio
import inspect
import sys

path = sys.argv[1]
sys.argv = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    code = compile(file.read(), path, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
names = {"__name__": "__main__", "__file__": path}
result = eval(code, names)
if inspect.iscoroutine(result):
    asyncio.run(result)
