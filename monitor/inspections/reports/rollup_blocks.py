"""The blocks that a roll-up is laid out in: headings, tables, lists, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from monitor.domain.text import Language
from monitor.inspections.pictures import Picture
from monitor.inspections.reports.rollup_words import WORDS

Block = dict[str, Any]


class BlockMaker:
    """Makes blocks whose fixed words are in one language; ``key`` names such a word."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def word(self, key: str) -> str:
        """Return a fixed word."""
        return WORDS[key].of(self._language)

    def heading(self, key: str) -> Block:
        """Return the title of a section."""
        return {"kind": "heading", "text": self.word(key)}

    def caption(self, key: str) -> Block:
        """Return what stands above a list."""
        return {"kind": "caption", "text": self.word(key)}

    def table(
        self,
        head: Sequence[str],
        align: str,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
    ) -> Block:
        """Return a table; ``align`` has a letter and ``widths`` a share a column, 0 for its own."""
        return {
            "kind": "table",
            "head": [self.word(key) for key in head],
            "align": align,
            "rows": [list(row) for row in rows],
            "widths": list(widths),
        }

    def listed(
        self,
        head: Sequence[str],
        align: str,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        most: int,
    ) -> Iterator[Block]:
        """Return a table of at most so many rows, how many are left out, or that there are none."""
        if not rows:
            yield {"kind": "text", "text": self.word("nothing")}
            return
        yield self.table(head, align, rows[:most], widths)
        if len(rows) > most:
            more = self.word("more").replace("{n}", str(len(rows) - most))
            yield {"kind": "text", "text": more}

    def pictures(self, found: Sequence[Picture], columns: int) -> Block:
        """Return pictures in so many columns, with what they show in words."""
        return {
            "kind": "pictures",
            "columns": columns,
            "pictures": [
                {
                    "svg": picture.svg,
                    "caption": picture.title,
                    "alt": f"{picture.title}. {picture.description}",
                }
                for picture in found
            ],
        }
