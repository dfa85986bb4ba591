"""What commands print: a table for people or JSON for programs, and progress on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

_WIDEST = 1000  # characters

console = Console()
errors = Console(stderr=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def print_json(value: Any) -> None:
    """Print ``value`` as JSON; dates and the like become text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_rows(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print ``rows`` as a table with ``columns``, or whole as JSON."""
    if as_json:
        print_json(list(rows))
        return
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in columns))
    if console.is_terminal:
        console.print(table)
        return
    unbounded = console.options.update(max_width=_WIDEST)  # a file or a pipe is no screen
    Console(width=Measurement.get(console, unbounded, table).maximum).print(table)


class Report(Protocol):
    """Says how far a named step has come, as a share from 0 to 1."""

    def __call__(self, step: str, share: float) -> None:
        """Move the bar of ``step`` to ``share``."""


@contextmanager
def progress() -> Iterator[Report]:
    """Yield a function that moves one progress bar a step; written to the error stream."""
    bar = Progress(
        TextColumn("{task.description:<44}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=errors,
    )
    tasks: dict[str, TaskID] = {}

    def report(step: str, share: float) -> None:
        if step not in tasks:
            tasks[step] = bar.add_task(step, total=1.0)
        bar.update(tasks[step], completed=min(max(share, 0.0), 1.0))

    with bar:
        yield report
