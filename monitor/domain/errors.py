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

The command line prints ``str(error)`` and exits with 2; the web answers with the matching
4xx status. Messages never hold credentials.
"""

from __future__ import annotations


class KanhuError(Exception):
    """Base of all errors with a message for people.

    ``where`` names the file, line, field or camera; ``hint`` says what to do about it.
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n  → {self.hint}" if self.hint else head


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
