"""The command ``monitor``: one file for each command or group of commands.

Exit codes: 0 done, 1 something is not as it should be (a failed check), 2 bad input,
130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import structlog
import typer

from monitor.cli.application import application
from monitor.cli.language import spoken
from monitor.domain.errors import KanhuError
from monitor.runtime.logs import configure_logs


def main() -> None:
    """Run the command line; mistakes of the user become one message and exit code 2."""
    configure_logs()
    try:
        application()
    except KanhuError as error:
        _refuse(error)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe (head, less) left; leave without a word, as other tools do.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        trouble = _database_trouble(error)
        if trouble is not None:
            _refuse(trouble)
        structlog.get_logger(__name__).exception("unexpected_error")
        typer.secho(
            f"An unexpected error: {type(error).__name__}: {error}\n"
            "  → this is a fault in Kanhu; please report it with the log lines above",
            err=True,
        )
        sys.exit(70)


def _refuse(error: KanhuError) -> NoReturn:
    words = error.says(spoken())
    typer.secho(words, err=True, fg=typer.colors.RED if sys.stderr.isatty() else None)
    sys.exit(2)


def _database_trouble(error: Exception) -> KanhuError | None:
    # SQLAlchemy takes a while to load; commands without a database do without it.
    from monitor.store.trouble import database_trouble

    return database_trouble(error)
