"""``monitor run``: the service."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.options import ConfigFile
from monitor.detectors.models.manifest import load_manifest
from monitor.runtime.environment import Environment
from monitor.web.serving import run_service


def run(
    config: ConfigFile,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes, instead of the configured number.", min=1)
    ] = None,
) -> None:
    """Run the service until Ctrl-C or SIGTERM: pages, workers, schedule and notifier.

    Example: `monitor run -c configs/district.yaml`
    """
    environment = Environment.load(config)
    service = environment.settings.service
    load_manifest(environment.models_folder).model(environment.settings.model.name)

    def ready() -> None:
        typer.echo(f"Kanhu serves {service.public_url or f'http://{service.host}:{service.port}'}")

    run_service(environment, workers=workers or service.workers, ready=ready)
