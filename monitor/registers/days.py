"""Days as people write them in a register file: ``2026-11-23``, or counted from today.

Relative days (``today``, ``today-10d``, ``today+1y``) keep a demonstration or a test file true at
any time. They are accepted only where the caller says what today is.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo

from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text

_RELATIVE = re.compile(r"^today(?:\s*([+-])\s*(\d{1,5})\s*([dy]))?$")
_DAYS_A_YEAR = 365


def _day(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, datetime):
        raise WrongValueError(Text("只写日期，如 2026-11-23", "write the day alone, as 2026-11-23"))
    if not isinstance(value, str):
        if isinstance(value, date):
            return value
        raise WrongValueError(Text("日期写作 2026-11-23", "write a day as 2026-11-23"))
    match = _RELATIVE.match(value.strip())
    if match is None:
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise WrongValueError(
                Text(
                    f"“{value}”不是日期，应如 2026-11-23",
                    f"'{value}' is not a day such as 2026-11-23",
                )
            ) from None
    today = (info.context or {}).get("today")
    if today is None:
        raise WrongValueError(
            Text(
                f"“{value}”从今天算起；请写日期本身，如 2026-11-23",
                f"'{value}' counts from today; write the day itself, as 2026-11-23",
            )
        )
    if match[1] is None:
        return today
    days = int(match[2]) * (_DAYS_A_YEAR if match[3] == "y" else 1)
    try:
        moved: date = today + timedelta(days=days if match[1] == "+" else -days)
    except OverflowError:
        raise WrongValueError(
            Text(f"“{value}”超出日历范围", f"'{value}' is out of the calendar")
        ) from None
    return moved


Day = Annotated[date, BeforeValidator(_day)]
"""A calendar day; see the module's text for how it may be written."""
