"""Progress of the long steps, drawn by rich where somebody watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text


class _Amount(ProgressColumn):
    def __init__(self) -> None:
        super().__init__()
        self._bytes = DownloadColumn()

    def render(self, task: Task) -> Text:
        return self._bytes.render(task) if task.fields.get("sized") else Text()


def progress_display(console: Console | None = None) -> Progress:
    """Return a display that fits downloads (bytes) as well as steps of unknown length."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        _Amount(),
        TimeElapsedColumn(),
        console=console or Console(stderr=True),
    )


class Step:
    """One line of the display; silent when nobody watches."""

    def __init__(self, progress: Progress | None, title: str, total: int | None) -> None:
        self._progress = progress
        self._task = (
            None
            if progress is None
            else progress.add_task(title, total=total, sized=total is not None)
        )

    def advance_to(self, done: int) -> None:
        """Show that ``done`` units are behind us."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done)

    def finish(self) -> None:
        """Fill the bar."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, total=1, completed=1)

    def remove(self) -> None:
        """Take the line off the display: this way did not work."""
        if self._progress is not None and self._task is not None:
            self._progress.remove_task(self._task)


@contextmanager
def step(progress: Progress | None, title: str, total: int | None = None) -> Iterator[Step]:
    """Show one step while the block runs; a step that fails leaves the display."""
    line = Step(progress, title, total)
    try:
        yield line
    except BaseException:
        line.remove()
        raise
    if total is None:
        line.finish()
