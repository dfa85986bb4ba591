"""Bilingual text: every sentence a person may read exists in Simplified Chinese and English."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
_LONGEST_KEPT = 200
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages of the product."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """Return the text in ``language``."""
        return self.zh if language == "zh" else self.en

    def as_dict(self) -> dict[str, str]:
        """Return ``{"zh": …, "en": …}`` for storage and JSON."""
        return {"zh": self.zh, "en": self.en}

    @classmethod
    def by(cls, say: Callable[[Language], str]) -> Text:
        """Return what ``say`` says in each language."""
        return cls(zh=say("zh"), en=say("en"))

    @classmethod
    def from_dict(cls, value: dict[str, str]) -> Text:
        """Rebuild what :meth:`as_dict` wrote."""
        return cls(zh=value["zh"], en=value["en"])

    def kept(self, longest: int = _LONGEST_KEPT) -> str:
        """Return both languages, each cut to ``longest`` characters, for :meth:`read_back`."""
        short = {language: text[:longest] for language, text in self.as_dict().items()}
        return json.dumps(short, ensure_ascii=False)

    @classmethod
    def read_back(cls, kept: str) -> Text:
        """Return what :meth:`kept` wrote; any other text stands for both languages."""
        try:
            value = json.loads(kept)
            return cls(zh=str(value["zh"]), en=str(value["en"]))
        except (ValueError, KeyError, TypeError):
            return cls(kept, kept)


def in_brackets(text: Text, aside: Text) -> Text:
    """Return ``text`` with ``aside`` behind it in brackets; alone where that is empty."""
    if not aside.en:
        return text
    return Text(f"{text.zh}（{aside.zh}）", f"{text.en} ({aside.en})")
