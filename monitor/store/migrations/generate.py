"""Writes migrations: ``python -m monitor.store.migrations.generate "what changes"``.

The migration is the difference between the tables as declared and the migrations so far. With
``--initial`` a single first one replaces them all, which is right only before the first release.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from alembic import command

from monitor.domain.errors import ConfigError
from monitor.store.base import Database
from monitor.store.migrate import MIGRATIONS, alembic_config, migrating


def generate(message: str, *, initial: bool = False) -> Path:
    """Write the next migration, or the one and only, and return its file."""
    versions = MIGRATIONS / "versions"
    if initial:
        for path in versions.glob("*.py"):
            path.unlink()
    number = len(list(versions.glob("*.py"))) + 1
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Database(f"sqlite:///{folder}/generate.db")) as database,
    ):
        if number > 1:
            with migrating(database) as connection:
                command.upgrade(alembic_config(connection), "head")
        with migrating(database) as connection:
            script = command.revision(
                alembic_config(connection), message, autogenerate=True, rev_id=f"{number:04d}"
            )
    if script is None or isinstance(script, list):
        raise ConfigError("no migration was written")
    path = Path(script.path)
    _tidy(path)
    return path


def _tidy(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.strip().startswith("# ###")))
    for step in (["format", "--quiet"], ["check", "--fix", "--exit-zero", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, str(path)], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", help="what changes, in a few words")
    parser.add_argument("--initial", action="store_true", help="replace all migrations by one")
    arguments = parser.parse_args()
    sys.stdout.write(f"{generate(arguments.message, initial=arguments.initial)}\n")
