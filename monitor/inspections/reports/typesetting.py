"""Typst, given nothing but what comes along: our layouts, our fonts, the data.

No network, no system fonts, no clock: the same data give the same bytes anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, cast

import typst
from pylopdf_fonts_zh_cn import sans_path

_SHARED = ("frame.typ", "visit.typ")


def typeset(layout: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """Return a PDF: ``layout`` is the name of a file beside this one, ``at`` dates the document."""
    # A dictionary of files is in Typst's manual and missing in its stubs.
    compile_files = cast("Callable[..., bytes]", typst.compile)
    return compile_files(
        {
            "main.typ": _source(layout),
            **{name: _source(name) for name in _SHARED},
            "data.json": json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8"),
        },
        font_paths=_fonts(),
        format="pdf",
        timestamp=int(at.timestamp()),
    )


@cache
def _source(name: str) -> bytes:
    return (resources.files(__package__) / name).read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(sans_path().parent)],
    )
