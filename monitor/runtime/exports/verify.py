"""Checks an evidence package, or an auditor's year, with Python's standard library alone.

核验证据包或年度审计包：只需要 Python 3.9 以上，不需要安装任何东西。

    python3 verify.py            # in the unpacked folder / 在解压后的文件夹中
    python3 verify.py FILE.zip   # without unpacking / 不解压

It checks that every file is the one the manifest names; that the manifest's originals are in the
chain of evidence, whose rows were not altered; that the rows of a year's chains follow one another.
Compare the package's SHA-256 with the one in the access register of the centre.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import sys
import zipfile


class Package:
    """A folder or a ZIP file."""

    def __init__(self, path: str) -> None:
        self.zip = zipfile.ZipFile(path) if path.lower().endswith(".zip") else None
        self.folder = pathlib.Path(path)

    def names(self) -> set[str]:
        """Return the names of all files."""
        if self.zip is not None:
            return {name for name in self.zip.namelist() if not name.endswith("/")}
        return {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        if self.zip is not None:
            return self.zip.read(name)
        return (self.folder / name).read_bytes()


def problems(package: Package) -> list[str]:
    """Return what is wrong, in words; nothing if all is well."""
    manifest = json.loads(package.read("manifest.json"))
    found = []
    named = {item["name"]: item for item in manifest["files"]}
    for name, item in sorted(named.items()):
        if name not in package.names():
            found.append(f"{name}: missing / 缺失")
            continue
        content = package.read(name)
        if len(content) != item["size"] or hashlib.sha256(content).hexdigest() != item["sha256"]:
            found.append(f"{name}: altered / 被改动")
    found += [
        f"{name}: not in the manifest / 不在清单中"
        for name in sorted(package.names() - set(named) - {"manifest.json"})
    ]
    if "originals" in manifest:
        found += _chain_problems(package, manifest)
    return found + [
        problem for name in manifest.get("chains", ()) for problem in _row_problems(package, name)
    ]


def _row_problems(package: Package, name: str) -> list[str]:
    found, before = [], None
    for link in json.loads(package.read(name)):
        text = f"{link['former']}\n{link['content']}"
        if hashlib.sha256(text.encode("utf-8")).hexdigest() != link["hash"]:
            found.append(f"{name}: row {link['position']} altered / 记录被改动")
        if before is not None and (link["position"], link["former"]) != before:
            found.append(f"{name}: row {link['position']} does not follow / 记录不相接")
        before = (link["position"] + 1, link["hash"])
    return found


def _chain_problems(package: Package, manifest: dict) -> list[str]:  # type: ignore[type-arg]
    found, sealed = [], set()
    for link in json.loads(package.read("chain.json")):
        text = f"{link['former']}\n{link['content']}"
        if hashlib.sha256(text.encode("utf-8")).hexdigest() != link["hash"]:
            found.append(f"chain row {link['position']}: altered / 链中记录被改动")
        content = json.loads(link["content"])
        if content["what"] == "file":
            sealed.add((content["evidence"], content["sha256"]))
    return found + [
        f"original of {item['name']}: not in the chain / 原件不在链中"
        for item in manifest["originals"]
        if (item["evidence"], item["sha256"]) not in sealed
    ]


def main(arguments: list[str]) -> int:
    """Check one package and say how it went."""
    path = arguments[0] if arguments else str(pathlib.Path(__file__).resolve().parent)
    try:
        found = problems(Package(path))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        found = [f"not a whole package / 不是完整的证据包: {error}"]
    for problem in found:
        print("✗", problem)
    print("FAILED / 核验未通过" if found else "OK / 核验通过")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
