"""Trying a spreadsheet against a district's file, and writing what was found sound."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.documents import Complaint, Location, parse_document, read_document
from monitor.domain.errors import ConfigError, ConflictError, InputError
from monitor.domain.text import Text
from monitor.registers.sheets import RowProblem
from monitor.registers.tables import read_tables
from monitor.settings.addresses import address_mistake
from monitor.settings.load import examined
from monitor.settings.onboarding.columns import BY_NAME, Level
from monitor.settings.onboarding.edit import YamlEdit
from monitor.settings.onboarding.merge import Merge, Origin
from monitor.settings.onboarding.sheet import Sheet, read_sheet
from monitor.settings.revising.file import replace_file
from monitor.settings.sources import Sources

_HIDES = "${"
_FILE = Text("配置文件", "the district's file")


@dataclass(frozen=True, slots=True)
class Trial:
    """What importing would do: ``counts`` by level and state, or the ``problems`` in its way.

    ``text`` is the district's file as it would be; it holds passwords.
    """

    problems: tuple[RowProblem, ...]
    counts: Mapping[str, Mapping[str, int]]
    text: str = field(repr=False)
    changes: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as JSON has it."""
        return {
            "sound": not self.problems,
            "changes": self.changes,
            **{level: dict(states) for level, states in self.counts.items()},
            "problems": [
                {
                    "sheet": item.sheet,
                    "row": item.row or None,
                    "column": item.column.as_dict() if item.column else None,
                    "message": item.message.as_dict(),
                }
                for item in self.problems
            ],
        }


def try_sheet(
    config: Path,
    name: str,
    content: bytes,
    *,
    variables: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Trial:
    """Say what importing the spreadsheet ``content`` would do to ``config``; changes nothing.

    With ``variables`` a password may be ``${NAME}``, taken from the environment: for people who
    write the file by hand anyway, never for uploads.

    Raises:
        InputError: it is no spreadsheet.
        ConfigError: the district's file cannot be read.
        ConflictError: the file is written in a way that cannot be changed by program.
    """
    sheet = read_sheet(read_tables(name, content))
    document = read_document(config)
    folder = config.resolve().parent
    if not isinstance(document.value, dict):
        raise ConfigError(
            Text("文件不是“键: 值”的形式", "the file is no mapping"),
            where=str(config),
            hint=Text("见 configs/", "see configs/"),
        )
    _check_variables(sheet, variables)
    _check_urls(sheet, document.value, folder)
    text = config.read_text("utf-8")
    merge = Merge(sheet, copy.deepcopy(document.value), YamlEdit(text))
    merge.run()
    written = merge.edit.written()
    after = parse_document(written, str(config))
    if after.value != merge.value and _shaped(after.value) != _shaped(merge.value):
        raise ConflictError(
            Text(
                "配置文件的写法无法由程序修改",
                "the district's file is written in a way that cannot be changed by program",
            ),
            where=str(config),
            hint=Text(
                "列表每项一行、以连字符开头，不用锚点和别名",
                "write lists with a hyphen a line, without anchors and aliases",
            ),
        )
    _, complaints = examined(after, folder, environment)
    sheet.problems += _new(_translated(complaints, merge.origins, sheet.title), sheet)
    ordered = sorted(sheet.problems, key=lambda problem: problem.row)
    return Trial(tuple(ordered), merge.counts(), written, written != text)


def apply_sheet(
    config: Path,
    name: str,
    content: bytes,
    *,
    variables: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Trial:
    """Import a spreadsheet into ``config``; the file before is kept beside it as ``….bak``.

    Raises:
        InputError: the spreadsheet has mistakes; see :func:`try_sheet`.
        ConflictError: the file was changed meanwhile, or cannot be changed.
    """
    before = hashlib.sha256(config.read_bytes()).digest()
    trial = try_sheet(config, name, content, variables=variables, environment=environment)
    if trial.problems:
        raise InputError(
            Text(
                f"电子表格有 {len(trial.problems)} 处错误",
                f"mistakes in the spreadsheet: {len(trial.problems)}",
            ),
            where=name,
            hint=Text("请先试导入", "try it first"),
        )
    if trial.changes:
        if hashlib.sha256(config.read_bytes()).digest() != before:
            raise ConflictError(
                Text("其间文件已被修改", "the file was changed meanwhile"), where=str(config)
            )
        replace_file(config, trial.text)
    return trial


def _check_variables(sheet: Sheet, allowed: bool) -> None:
    for row in sheet.rows:
        if not allowed and _HIDES in row.of(Level.CAMERA).get("password", ""):
            message = Text("这里不能用环境变量", "may not come from the environment here")
            sheet.complain(row.number, BY_NAME[Level.CAMERA, "password"], message)


def _check_urls(sheet: Sheet, value: dict[str, Any], folder: Path) -> None:
    reach = _sources(value, folder).reach()
    for row in sheet.rows:
        for key in ("url", "substream"):
            url = row.of(Level.CAMERA).get(key)
            wrong = None if url is None else address_mistake(url, reach, folder)
            if wrong is not None:
                sheet.complain(row.number, BY_NAME[Level.CAMERA, key], wrong[0])


def _sources(value: dict[str, Any], folder: Path) -> Sources:
    try:
        sources = Sources.model_validate(value.get("sources", {}))
    except ValueError:
        return Sources()  # what is wrong there is said of the whole file
    return sources.anchored(folder)


def _new(found: Iterable[RowProblem], sheet: Sheet) -> list[RowProblem]:
    """Return what the whole file shows and no cell has shown before.

    What is wrong with a row or with the file may come of the cells that were left out.
    """
    told = {(problem.row, problem.column) for problem in sheet.problems}
    rows = {row for row, _ in told}
    return [
        problem
        for problem in found
        if not told
        or (problem.column is not None and (problem.row, problem.column) not in told)
        or (problem.row > 0 and problem.row not in rows)
    ]


def _translated(
    complaints: list[Complaint], origins: Mapping[Location, Origin], title: str
) -> Iterator[RowProblem]:
    for complaint in complaints:
        known = complaint.location
        while known and known not in origins:
            known = known[:-1]
        if not known:
            yield RowProblem(_FILE.zh, 0, None, complaint.brief())
            continue
        origin = origins[known]
        label = origin.column.label if origin.column else None
        yield RowProblem(title, origin.row, label, complaint.brief())


def _shaped(value: Any) -> Any:
    """Return a value with what means the same made alike: an empty list, and none at all."""
    if isinstance(value, dict):
        return {key: _shaped(item) for key, item in value.items() if item not in ([], None)}
    if isinstance(value, list):
        return [_shaped(item) for item in value]
    return value
