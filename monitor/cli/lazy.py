"""Commands that are imported when they are used: naming one must not load all the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Deferred(NamedTuple):
    """A command, or a group of commands, and where it is."""

    target: str
    """``module:name`` of a function or of a ``typer.Typer``."""
    summary: str
    """The first sentence of its help, for the list of all commands."""


class LazyGroup(TyperGroup):
    """A group that imports the command that is asked for; a subclass fills ``deferred``."""

    deferred: dict[str, Deferred]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, command in self.deferred.items():
            self.commands[name] = TyperCommand(name, help=command.summary)
        self._listing = False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command: itself, or where all are listed only its name and summary."""
        if self._listing or cmd_name not in self.deferred:
            return super().get_command(ctx, cmd_name)
        return _load(cmd_name, self.deferred[cmd_name].target)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands without importing them."""
        with self._only_listing():
            super().format_help(ctx, formatter)

    @contextmanager
    def _only_listing(self) -> Iterator[None]:
        self._listing = True
        try:
            yield
        finally:
            self._listing = False


def _load(name: str, target: str) -> Any:
    module, _, attribute = target.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        command: Any = typer.main.get_group(found)
    else:
        single = typer.Typer(add_completion=False)
        single.command(name)(found)
        command = typer.main.get_command(single)
    command.name = name
    return command
