"""``data.yaml``: the classes of a labelled set and where its parts lie, as ultralytics reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from monitor.detectors.finders.roles import role_of
from monitor.detectors.models.manifest import Role
from monitor.domain.errors import InputError

PICTURES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".webp"))
_LARGEST = 1 << 20
_HINT = "a set is described in docs/how-to/train.md"


@dataclass(frozen=True, slots=True)
class DataFile:
    """What ``data.yaml`` says. ``roles`` is parallel to ``names``; ``None`` is nobody to us."""

    path: Path
    root: Path
    names: tuple[str, ...]
    roles: tuple[Role | None, ...]
    parts: Mapping[str, tuple[str, ...]]

    @property
    def tells_ages(self) -> bool:
        """Say whether adults and children are told apart."""
        return Role.ADULT in self.roles and Role.CHILD in self.roles

    def pictures(self, part: str) -> tuple[Path, ...]:
        """Return the picture files of ``part``, sorted.

        Raises:
            InputError: there is no such part, or it holds no picture.
        """
        if part not in self.parts:
            known = ", ".join(self.parts) or "none"
            raise InputError(
                f"there is no part '{part}'", where=str(self.path), hint=f"its parts are: {known}"
            )
        found = sorted({file for entry in self.parts[part] for file in self._files(entry)})
        if not found:
            raise InputError(
                f"the part '{part}' holds no picture",
                where=str(self.path),
                hint=f"pictures end in {', '.join(sorted(PICTURES))}",
            )
        return tuple(found)

    def _files(self, entry: str) -> Iterator[Path]:
        place = self.root / entry
        if place.is_dir():
            yield from (file for file in place.rglob("*") if file.suffix.lower() in PICTURES)
        elif place.suffix.lower() == ".txt" and place.is_file():
            yield from _listed(place)
        elif place.is_file() and place.suffix.lower() in PICTURES:
            yield place
        else:
            raise InputError(
                f"'{entry}' is neither a folder of pictures nor a list of them",
                where=str(self.path),
                hint=f"it was looked for at {place}",
            )


def read_data_file(path: Path) -> DataFile:
    """Read ``path``.

    Raises:
        InputError: it cannot be read, or does not describe a set with people.
    """
    content = _content(path)
    names = _names(content.get("names"), path)
    roles = _roles(names, content.get("roles"), path)
    root = content.get("path", "")
    if not isinstance(root, str):
        raise _wrong(path, "'path' must be a folder")
    return DataFile(
        path=path,
        root=(path.parent / root).absolute(),
        names=names,
        roles=roles,
        parts={
            key: _entries(content[key], key, path)
            for key in ("train", "val", "test")
            if content.get(key)
        },
    )


def _content(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise _wrong(path, "is too large to describe a set")
        content = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path), hint=_HINT) from None
    except UnicodeDecodeError:
        raise _wrong(path, "is not text in UTF-8") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise InputError("is not valid YAML", where=f"{path}{line}", hint=_HINT) from None
    if not isinstance(content, dict):
        raise _wrong(path, "must be a mapping with 'names', 'train' and 'val'")
    return content


def _names(value: Any, path: Path) -> tuple[str, ...]:
    if isinstance(value, dict):
        if sorted(value, key=str) != sorted(range(len(value)), key=str):
            raise _wrong(path, "the keys of 'names' must be 0, 1, 2 … without a gap")
        value = [value[index] for index in range(len(value))]
    if not isinstance(value, list) or not value or not all(isinstance(n, str) for n in value):
        raise _wrong(path, "'names' must name the classes")
    return tuple(value)


def _roles(names: tuple[str, ...], given: Any, path: Path) -> tuple[Role | None, ...]:
    """Return what each class means: as ``roles`` says, else by the usual vocabulary."""
    if given is None:
        roles = tuple(role_of(name) for name in names)
    else:
        if not isinstance(given, dict) or not set(given) <= set(names):
            raise _wrong(path, "'roles' must map class names to person, adult or child")
        try:
            roles = tuple(Role(given[name]) if name in given else None for name in names)
        except ValueError:
            raise _wrong(path, "a role is one of person, adult and child") from None
    if not any(roles):
        raise InputError(
            f"none of the classes is known to be a person: {', '.join(names)}",
            where=str(path),
            hint="add: roles: {teacher: adult, toddler: child}",
        )
    return roles


def _entries(value: Any, key: str, path: Path) -> tuple[str, ...]:
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, str) and "\0" not in entry for entry in entries):
        raise _wrong(path, f"'{key}' must be a folder, a list file, or several of them")
    return tuple(entries)


def _listed(place: Path) -> Iterator[Path]:
    try:
        lines = place.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError("cannot be read as a list of pictures", where=str(place)) from None
    for number, line in enumerate(lines, start=1):
        name = line.strip()
        if not name:
            continue
        file = place.parent / name
        if file.suffix.lower() not in PICTURES or not file.is_file():
            raise InputError(
                f"'{name}' is no picture here", where=f"{place}:{number}", hint="mend the list"
            )
        yield file


def _wrong(path: Path, message: str) -> InputError:
    return InputError(message, where=str(path), hint=_HINT)
