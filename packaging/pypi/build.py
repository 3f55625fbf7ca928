"""Writes a wheel that carries docgen's binary: `pip install docgen-cli` puts it on the path.

Source: "Binary distribution format", packaging.python.org.
"""

import argparse
import base64
import hashlib
import zipfile
from pathlib import Path

NAME = "docgen_cli"
#: Our names of platforms, and the tags of wheels. The binaries are static, so they run with any C library.
PLATFORMS = {
    "linux-x86_64": "manylinux_2_17_x86_64.musllinux_1_1_x86_64",
    "linux-aarch64": "manylinux_2_17_aarch64.musllinux_1_1_aarch64",
}


def metadata(version: str) -> str:
    return f"""Metadata-Version: 2.4
Name: docgen-cli
Version: {version}
Summary: A static documentation site generator whose snippets are proven
License-Expression: MIT OR Apache-2.0
Home-page: https://OWNER.github.io/docgen
Project-URL: Repository, https://github.com/OWNER/docgen
Keywords: documentation,static-site,markdown,doctest,search
Requires-Python: >=3.8
Description-Content-Type: text/markdown

docgen verifies every code block of a folder of Markdown with the language's own tools, and makes a searchable site of it.
This package carries the program for Linux; `docgen --help` explains it.
"""


def build(binary: Path, version: str, platform: str, out: Path) -> Path:
    """Writes the wheel and returns its path."""
    tag = PLATFORMS[platform]
    info = f"{NAME}-{version}.dist-info"
    tags = "".join(f"Tag: py3-none-{one}\n" for one in tag.split("."))
    wheel = f"Wheel-Version: 1.0\nGenerator: docgen\nRoot-Is-Purelib: false\n{tags}"
    files = [
        (f"{NAME}-{version}.data/scripts/docgen", binary.read_bytes(), 0o755),
        (f"{info}/METADATA", metadata(version).encode(), 0o644),
        (f"{info}/WHEEL", wheel.encode(), 0o644),
    ]
    record = ""
    for path, data, _ in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(data)}\n"
    record += f"{info}/RECORD,,\n"
    files.append((f"{info}/RECORD", record.encode(), 0o644))
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{NAME}-{version}-py3-none-{tag}.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data, mode in files:
            entry = zipfile.ZipInfo(path)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--platform", choices=PLATFORMS, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    print(build(given.binary, given.version, given.platform, given.out))


if __name__ == "__main__":
    main()
