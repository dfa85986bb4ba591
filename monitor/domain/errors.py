"""Errors that a user of Kanhu may see, each with where it happened and what to do.

::

    KanhuError
    ├── ConfigError        a configuration, template or manifest file is wrong
    ├── InputError         an argument, upload or register row is wrong
    ├── SourceError        a camera or recording cannot be read
    ├── ModelError         a model is missing, altered or cannot run
    ├── NotFoundError      the named thing does not exist
    ├── ConflictError      the change does not fit the present state
    └── PermissionDeniedError this person may not do that

    WrongValueError        one value cannot be meant; readers make one of the above of it

The command line prints :meth:`KanhuError.says` and exits with 2; the web answers with the matching
4xx status. Messages never hold credentials. ``str(error)`` is English, for logs.
"""

from __future__ import annotations

from functools import cached_property

from monitor.domain.text import Language, Text, in_brackets


class KanhuError(Exception):
    """Base of all errors with a message for people.

    ``where`` names the file, line, field or camera; ``hint`` says what to do about it. Both
    languages are given as :class:`Text`, then ``text`` and ``advice`` have them; ``message`` and
    ``hint`` are the English ones.
    """

    def __init__(self, message: str | Text, *, where: str = "", hint: str | Text = "") -> None:
        super().__init__(message)
        self._message = message
        self._hint = hint
        self.message = _both(message).en
        self.where = where
        self.hint = _both(hint).en

    @cached_property
    def text(self) -> Text:
        """What is wrong, in both languages."""
        return _both(self._message)

    @cached_property
    def advice(self) -> Text:
        """What to do about it, in both languages; empty where nothing is to be said."""
        return _both(self._hint)

    def says(self, language: Language) -> str:
        """Return where it happened, what is wrong and what to do, in ``language``."""
        message, hint = self.text.of(language), self.advice.of(language)
        colon = "：" if language == "zh" else ": "
        head = f"{self.where}{colon}{message}" if self.where else message
        return f"{head}\n  → {hint}" if hint else head

    def brief(self) -> Text:
        """Return what is wrong and, in brackets, what to do."""
        return in_brackets(self.text, self.advice)

    def __str__(self) -> str:
        return self.says("en")


class ConfigError(KanhuError):
    """A configuration, template or manifest file is wrong."""


class InputError(KanhuError):
    """An argument, upload or register row is wrong."""


class SourceError(KanhuError):
    """A camera or recording cannot be read."""


class ModelError(KanhuError):
    """A model is missing, altered or cannot run."""


class NotFoundError(KanhuError):
    """The named thing does not exist."""


class ConflictError(KanhuError):
    """The change does not fit the present state."""


class PermissionDeniedError(KanhuError):
    """This person may not do that."""


class WrongValueError(ValueError):
    """A value cannot be meant; ``text`` says why, in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def _both(words: str | Text) -> Text:
    return words if isinstance(words, Text) else Text(words, words)
