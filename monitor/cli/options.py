"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path,
    typer.Option(
        "--config", "-c", help="Configuration file of the district.", envvar="KANHU_CONFIG"
    ),
]

OptionalConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="Configuration file of the district.", envvar="KANHU_CONFIG"
    ),
]
