"""What the commands about a month's inspections have in common: its month, formats, folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.errors import InputError
from monitor.domain.system_words import system_words
from monitor.domain.text import Text
from monitor.inspections.schedule import month_at, parse_month
from monitor.runtime.environment import Environment

Month = Annotated[
    str | None, typer.Option("--month", help="Month as YYYY-MM; this month when not given.")
]


def month_of(text: str | None, environment: Environment) -> date:
    """Return the first day of a month, of this one when none is given."""
    if text is not None:
        return parse_month(text)
    return month_at(utc_now(SystemClock()), environment.district.timezone)


def formats_of(text: str) -> list[str]:
    """Return the formats written as ``pdf,xlsx``.

    Raises:
        InputError: one of them is none.
    """
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [part for part in wanted if part not in ("pdf", "xlsx", "json")]
    if unknown or not wanted:
        raise InputError(
            Text(
                f"“{'、'.join(unknown) or text}”不是格式",
                f"'{', '.join(unknown) or text}' is not a format",
            ),
            where="--format",
            hint=Text("可写 pdf、xlsx、json", "give any of pdf, xlsx, json"),
        )
    return wanted


def writable(folder: Path) -> None:
    """Make a folder.

    Raises:
        InputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            Text(
                f"无法建立：{system_words(error).zh}", f"cannot be made: {system_words(error).en}"
            ),
            where=str(folder),
            hint=Text("换一个文件夹", "choose another folder"),
        ) from None
