# Runs a program of SQL in a database of its own: `python3 -c THIS LINES program.sql`. A secret line comes between the outputs
# of two parts, which begin behind LINES. The secrets, one per line, come on standard input.
import os
import sqlite3
import sys


def read_secrets(number):
    data = b""
    while len(data) < 33 * number:
        chunk = os.read(0, 33 * number - len(data))
        if not chunk:
            break
        data += chunk
    return data.decode().split("\n")


def statements(lines, first):
    """The statements in some lines, each with the line that it starts on."""
    text, start = "", None
    for number, line in enumerate(lines, first):
        if start is None and line.strip() and not line.strip().startswith("--"):
            start = number
        if start is not None:
            text += line + "\n"
        if start is not None and sqlite3.complete_statement(text):
            yield start, text
            text, start = "", None
    if text.strip():
        yield start, text


def show(cursor):
    """Prints a result as a table. NULL is an empty cell, as in psql."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in cursor.fetchall()]
    names = [column[0] for column in cursor.description]
    widths = [max(len(row[at]) for row in [names] + rows) for at in range(len(names))]
    line = lambda cells: " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()
    print(line(names))
    print("-+-".join("-" * width for width in widths))
    for row in rows:
        print(line(row))


def main():
    separators, path = [int(line) for line in sys.argv[1].split(",") if line], sys.argv[2]
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    secrets = read_secrets(len(separators))
    database = sqlite3.connect(":memory:", isolation_level=None)
    bounds = [0] + separators
    for number, start in enumerate(bounds):
        if number > 0:
            sys.stdout.flush()
            os.write(1, secrets[number - 1].encode() + b"\n")
        end = bounds[number + 1] - 1 if number + 1 < len(bounds) else len(lines)
        for line, text in statements(lines[start:end], start + 1):
            try:
                cursor = database.execute(text)
                if cursor.description:
                    show(cursor)
            except (sqlite3.Error, sqlite3.Warning) as error:
                sys.stdout.flush()
                sys.exit(f"{path}:{line}: {type(error).__name__}: {error}")
    sys.stdout.flush()


main()
