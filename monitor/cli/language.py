"""The language in which the command line speaks to whoever runs it.

What `monitor --language` says counts, then the variable ``KANHU_LANGUAGE``, then the terminal's
locale: Chinese where that is Chinese, else English. Output for programs (``--json``) and logs do
not depend on it.
"""

from __future__ import annotations

import os
from contextvars import ContextVar

import typer

from monitor.domain.errors import InputError
from monitor.domain.text import LANGUAGES, Language, Text

VARIABLE = "KANHU_LANGUAGE"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


def choose(value: str | None) -> None:
    """Speak ``value`` from now on; ``None`` leaves it to the terminal.

    Raises:
        InputError: it is not one of the languages.
    """
    _chosen.set(None if value is None else language_named(value))


def spoken() -> Language:
    """Return the language to speak."""
    return _chosen.get() or language_of_the_terminal()


def say(text: Text) -> None:
    """Print ``text`` in the language to speak."""
    typer.echo(text.of(spoken()))


def language_named(value: str, where: str = "--language") -> Language:
    """Return the language called ``value``.

    Raises:
        InputError: it is not one of the languages.
    """
    for language in LANGUAGES:
        if language == value:
            return language
    raise InputError(
        Text("语言只能是 zh 或 en", "the language is zh or en"),
        where=where,
        hint=Text("写 zh 或 en", "give zh or en"),
    )


def language_of_the_terminal() -> Language:
    """Return the language of the locale that the environment names."""
    locale = next(filter(None, (os.environ.get(name, "") for name in _LOCALE)), "")
    return "zh" if locale.startswith("zh") else "en"
