"""Environment variables in a configuration: for whoever writes the file, not for forms.

A form could otherwise show what the service was started with, or send it away as a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from monitor.documents import Complaint, Location
from monitor.domain.text import Text

_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def new_variables(value: Any, present: Any) -> tuple[Complaint, ...]:
    """Return a complaint on every text of ``value`` with a variable that ``present`` lacks."""
    known = {text for _, text in _texts(present, ())}
    return tuple(
        Complaint(
            location,
            Text("这里不能用环境变量", "may not come from the environment here"),
            Text(
                "直接写值，或在配置文件中手工写变量",
                "write the value itself, or write the variable into the file by hand",
            ),
        )
        for location, text in _texts(value, ())
        if text not in known
    )


def _texts(value: Any, at: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*at, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*at, number))
    elif isinstance(value, str) and _VARIABLE.search(value):
        yield at, value
