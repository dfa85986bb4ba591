"""Texts of the pages: two flat catalogues with the same keys, loaded once.

A text may hold ``{name}`` places. A key that is missing is a fault and raises; a test holds the
two catalogues equal and finds keys that nothing uses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from monitor.domain.text import LANGUAGES, Language

_FOLDER = Path(__file__).parent


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return all texts of a language by key."""
    pairs: list[tuple[str, str]] = json.loads(
        (_FOLDER / f"{language}.json").read_text("utf-8"), object_pairs_hook=list
    )
    texts = dict(pairs)
    if len(texts) != len(pairs):
        raise ValueError(f"the {language} catalogue has a key twice")
    return MappingProxyType(texts)


def translate(language: Language, key: str, **values: object) -> str:
    """Return the text of ``key`` with its places filled in.

    Where ``n`` is one, the text of ``key`` with ``.one`` behind it goes before, if there is one.
    """
    texts = catalogue(language)
    text = texts.get(f"{key}.one", texts[key]) if values.get("n") in (1, "1") else texts[key]
    return text.format(**values) if values else text


def best_language(accept: str, fallback: Language) -> Language:
    """Return the language that an ``Accept-Language`` header likes best, or ``fallback``."""
    best: tuple[float, Language] | None = None
    for part in accept.split(",")[:20]:
        tag, _, parameters = part.strip().partition(";")
        language = known_language(tag.strip()[:2].lower())
        quality = _quality(parameters)
        if language is not None and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return fallback if best is None else best[1]


def known_language(value: str | None) -> Language | None:
    """Return ``value`` if it is one of the product's languages."""
    return next((language for language in LANGUAGES if language == value), None)


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
